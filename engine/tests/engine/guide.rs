//! The guide to the crate, and the table of models that it runs.

use std::sync::Arc;

use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataValue};
use pelicycle_engine::model::{Model, ModelError};

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

/// Whether the engine knows an architecture: a file of it lacks other things then.
fn is_known(architecture: &str) -> bool {
    let mut file = Vec::new();
    let mut contents = GgufBuilder::default();
    contents.pair("general.architecture", MetadataValue::String(architecture.to_owned()));
    contents.write(&mut file, |_, _| Ok(())).unwrap();
    let gguf = Arc::new(Gguf::from_bytes(&file).unwrap());
    !matches!(Model::check_metadata(&gguf), Err(ModelError::Architecture { .. }))
}

#[test]
fn the_table_of_models_says_of_each_architecture_what_the_engine_does() {
    let table = include_str!("../../../docs/models.md").lines();
    let rows: Vec<Vec<&str>> = table
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.len() == 7 && cells[3].starts_with('`'))
        .collect();
    assert!(rows.len() > 30, "{}", rows.len());
    for row in rows {
        let (model, architecture, opens) = (row[1], row[3].trim_matches('`'), row[4]);
        let said = matches!(opens, "yes" | "its text part");
        assert!(said || opens.starts_with("no"), "{model}: {opens}");
        assert_eq!(said, is_known(architecture), "docs/models.md says {opens:?} of {architecture} ({model})");
    }
    assert!(!is_known("unheard-of"));
}
