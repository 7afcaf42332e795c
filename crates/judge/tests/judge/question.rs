//! The question that a model is asked of two drawings, and its replies.

use pelicycle_judge::{question, read_reply};
use pelicycle_record::Preference;
use proptest::prelude::*;

#[test]
fn a_reply_is_read_with_whatever_stands_around_it() {
    let plain = r#"{"defects_a": ["no frame", 7], "defects_b": [], "better": "B"}"#;
    let read_one = read_reply(plain).unwrap();
    assert_eq!(read_one.preference, Preference::Right);
    assert_eq!(read_one.defects, [vec!["no frame".to_owned()], vec![]]);
    for around in [
        format!("```json\n{plain}\n```"),
        format!("A has {{no}} frame.\n{plain} That is all."),
        format!("{{\"better\": \"A\"}} – no, wait: {plain}"),
    ] {
        assert_eq!(read_reply(&around), Some(read_one.clone()), "{around}");
    }
    for (word, expected) in [
        ("A", Preference::Left),
        ("drawing b", Preference::Right),
        ("Tie", Preference::Tie),
        ("both bad", Preference::BothBad),
        ("neither", Preference::BothBad),
    ] {
        let reply = format!("{{\"better\": \"{word}\"}}");
        assert_eq!(read_reply(&reply).map(|found| found.preference), Some(expected));
    }
    for reply in ["", "A is better", "{\"better\": \"C\"}", "{\"better\": 1}", "{{{{", "{\"better\": \"A\""] {
        assert_eq!(read_reply(reply), None, "{reply}");
    }
}

#[test]
fn what_is_kept_of_a_reply_is_bounded() {
    let long = format!(
        r#"{{"defects_a": [{}], "better": "a"}}"#,
        vec![format!("\"{}\"", "é".repeat(999)); 99].join(",")
    );
    let found = read_reply(&long).unwrap();
    assert_eq!(found.defects[0].len(), 20);
    assert!(found.defects[0].iter().all(|defect| defect.chars().count() == 300));
    assert!(question(&"x".repeat(100_000)).len() < 10_000);
}

proptest! {
    #[test]
    fn no_reply_makes_the_reader_fall(reply in "[{}\"a-z:é, \\[\\]]{0,80}") {
        let _ = read_reply(&reply);
    }
}
