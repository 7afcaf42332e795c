//! What followed when the last tokens stood in the text before.

#[path = "../../src/engine/lookup.rs"]
mod lookup;

use lookup::{LookupMatch, PromptLookup};

/// The number of tokens before a place that are the same as those at the end, up to 32.
fn same(tokens: &[u32], place: usize) -> usize {
    (0..place.min(32)).take_while(|i| tokens[place - 1 - i] == tokens[tokens.len() - 1 - i]).count()
}

fn naive(tokens: &[u32]) -> Option<usize> {
    let longest = (1..tokens.len()).map(|place| same(tokens, place)).max()?;
    (longest > 0).then_some(longest)
}

#[test]
fn the_longest_match_is_found_however_the_text_came() {
    // Few tokens, so that matches abound; no more places than are looked at.
    let mut random = 7_u32;
    let tokens: Vec<u32> = (0..60)
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 24) % 3
        })
        .collect();
    let mut piecewise = PromptLookup::default();
    for end in 1..=tokens.len() {
        let text = &tokens[..end];
        let found = PromptLookup::default().find(text);
        assert_eq!(found.map(|found| found.length), naive(text), "{text:?}");
        assert!(found.is_none_or(|found| same(text, found.next) == found.length && found.next < end));
        if end % 4 != 1 {
            assert_eq!(piecewise.find(text), found);
        }
    }
}

#[test]
fn of_equal_matches_the_latest_counts() {
    let tokens = [1, 2, 3, 4, 9, 2, 3, 4, 8, 2, 3, 4];
    assert_eq!(PromptLookup::default().find(&tokens), Some(LookupMatch { next: 8, length: 3 }));
    assert_eq!(PromptLookup::default().find(&[5, 6]), None);
    assert_eq!(PromptLookup::default().find(&[]), None);
    assert_eq!(PromptLookup::default().find(&[5, 6, 5]), Some(LookupMatch { next: 1, length: 1 }));
}
