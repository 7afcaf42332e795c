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
