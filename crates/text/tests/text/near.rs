use pelicycle_text::{did_you_mean, near};

#[test]
fn what_was_meant_is_offered_and_nothing_else() {
    assert_eq!(near("opnai", ["anthropic", "ollama", "openai", "azure"]), ["openai"]);
    assert_eq!(near("Modle", ["model", "samples"]), ["model"]);
    assert!(near("zebra", ["model", "samples"]).is_empty());
    assert_eq!(near("rnu", ["rank", "run", "open"]), ["run"], "two letters are swapped");
    assert!(near("ab", ["ac"]).is_empty(), "too short to tell");
    assert_eq!(near("GPT-4o", ["gpt-4", "gpt-4o", "gpt-4.1"]), ["gpt-4o"], "capitals are no slip");
    assert_eq!(did_you_mean(&["a", "b"]), ": did you mean \"a\" or \"b\"?");
    assert_eq!(did_you_mean(&["a", "b", "c"]), ": did you mean \"a\", \"b\" or \"c\"?");
    assert_eq!(did_you_mean(&[]), "");
}

#[test]
fn a_name_of_thousands_of_characters_is_held_against_nothing() {
    let long = "n".repeat(70_000);
    let (begun, near_it) = (std::time::Instant::now(), format!("{long}m"));
    assert!(near(&long, [near_it.as_str(), "sonnet"]).is_empty());
    assert_eq!(near("sonet", [long.as_str(), "sonnet"]), ["sonnet"]);
    assert!(begun.elapsed().as_secs() < 20, "the measures would take minutes");
}
