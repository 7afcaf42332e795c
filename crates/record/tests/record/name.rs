use std::collections::HashSet;

use proptest::prelude::*;

use pelicycle_record::name::{fault, slug};

#[test]
fn ordinary_names_stay_as_they_are() {
    for name in ["pelican", "gpt-4o-mini", "gemini-1.5-pro-002", "us.amazon.nova-lite-v1-0", "q4_1", "0"] {
        assert_eq!(fault(name), None, "{name}");
        assert_eq!(slug(name), name);
    }
}

#[test]
fn unsafe_names_are_faulted() {
    let long = "a".repeat(65);
    for name in ["", "A", "a b", "..", ".git", "a.", "con", "nul.txt", "com1", "runs", "a/b", "é", &long] {
        assert!(fault(name).is_some(), "{name:?}");
    }
    assert_eq!(fault(&long[1..]), None);
    assert_eq!(fault("com10"), None);
}

#[test]
fn names_that_differ_only_in_case_or_in_lost_characters_get_different_slugs() {
    let names =
        ["SmolLM2", "smollm2", "smolLM2", "a/b", "a b", "a-b", "鹈鹕", "鵜鶘", "", "con", "CON", "a."];
    let slugs: HashSet<_> = names.iter().map(|n| slug(n)).collect();
    assert_eq!(slugs.len(), names.len(), "{slugs:?}");
}

#[test]
fn a_name_that_imitates_a_slug_does_not_share_it() {
    let slug_of_upper = slug("SmolLM2");
    assert_ne!(slug(&slug_of_upper), slug_of_upper);
}

proptest! {
    #[test]
    fn every_slug_is_a_safe_name(text in "\\PC{0,200}") {
        let slug = slug(&text);
        prop_assert_eq!(fault(&slug), None, "{}", slug);
    }
}
