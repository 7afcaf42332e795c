//! The question about the items of a rubric, its replies, and how far answers agree.

use pelicycle_judge::{RubricAgreement, read_rubric_reply, rubric_question};
use pelicycle_record::measure::ItemState;
use proptest::prelude::*;

const ITEMS: [&str; 2] = ["two wheels", "a beak"];

#[test]
fn a_reply_that_answers_every_item_once_is_read_with_whatever_stands_around_it() {
    let plain = r#"{"answers": [{"item": 2, "answer": "cant-tell", "box": null}, {"item": 1, "answer": "met", "box": [0, 0.5, 1.0, 0.51]}]}"#;
    let expected =
        [("two wheels", ItemState::Met, Some([0.0, 0.5, 1.0, 0.51])), ("a beak", ItemState::CantTell, None)];
    let around = [
        plain.to_owned(),
        format!("```json\n{plain}\n```"),
        format!("{{\"answers\": []}} no: {plain} That is all."),
    ];
    for reply in around {
        let found = read_rubric_reply(&reply, &ITEMS).unwrap();
        let found: Vec<_> = found.iter().map(|item| (item.asked.as_str(), item.state, item.place)).collect();
        assert_eq!(found, expected, "{reply}");
    }
    let question = rubric_question("Draw\nit", &ITEMS);
    assert!(
        question.contains("> Draw\n> it\n") && question.contains("1. two wheels\n2. a beak\n"),
        "{question}"
    );
}

#[test]
fn a_reply_that_misses_an_item_or_says_anything_else_is_not_read() {
    let with = |first: &str, second: &str| format!("{{\"answers\": [{first}, {second}]}}");
    let (wheels, beak) = (r#"{"item": 1, "answer": "met"}"#, r#"{"item": 2, "answer": "not-met"}"#);
    assert!(read_rubric_reply(&with(wheels, beak), &ITEMS).is_some());
    for reply in [
        String::new(),
        "both are there".to_owned(),
        format!("{{\"answers\": [{wheels}]}}"),
        with(wheels, wheels),
        with(wheels, r#"{"item": 3, "answer": "met"}"#),
        with(wheels, r#"{"item": 0, "answer": "met"}"#),
        with(wheels, r#"{"item": 2, "answer": "yes"}"#),
        with(wheels, r#"{"item": 2, "answer": "met", "box": [0.5, 0.5, 0.9, 0.1]}"#),
        with(wheels, r#"{"item": 2, "answer": "met", "box": [0.5, 0.5, 0.0, 0.1]}"#),
        with(wheels, r#"{"item": 2, "answer": "met", "box": [0.5, 0.5]}"#),
        with(wheels, r#"{"item": 2, "answer": "met", "box": [120, 40, 300, 200]}"#),
    ] {
        assert_eq!(read_rubric_reply(&reply, &ITEMS), None, "{reply}");
    }
}

proptest! {
    #[test]
    fn no_reply_makes_the_reader_fall(reply in "[{}\"a-z0-9:é, \\[\\]]{0,80}") {
        let _ = read_rubric_reply(&reply, &ITEMS);
    }
}

#[test]
fn only_what_both_decide_can_agree() {
    let mut agreement = RubricAgreement::default();
    for (one, other, times) in [
        (ItemState::Met, ItemState::Met, 6),
        (ItemState::NotMet, ItemState::NotMet, 2),
        (ItemState::Met, ItemState::NotMet, 2),
        (ItemState::CantTell, ItemState::Met, 5),
    ] {
        (0..times).for_each(|_| agreement.add(one, other));
    }
    let decided = agreement.decided();
    assert_eq!((agreement.items(), decided.hits, decided.of), (15, 8, 10));
    // Observed 0.8; by chance 0.8 · 0.6 + 0.2 · 0.4 = 0.56.
    assert!((agreement.kappa().unwrap() - 0.24 / 0.44).abs() < 1e-9);
}
