//! The guide to the crate.

/// The first code block of a text, without what stands before each of its lines.
fn example<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.strip_prefix(prefix).unwrap_or(line).trim_start_matches(' '));
    lines.skip_while(|line| !line.starts_with("```")).skip(1).take_while(|line| *line != "```").collect()
}

/// Both are run as tests of the documentation.
#[test]
fn the_readme_has_the_example_of_the_crate() {
    let crate_example = example(include_str!("../../src/lib.rs"), "//!");
    assert!(crate_example.len() > 20);
    assert_eq!(crate_example, example(include_str!("../../README.md"), ""));
}
