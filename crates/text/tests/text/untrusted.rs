use pelicycle_text::{excerpt, label, visible};

#[test]
fn characters_that_act_unseen_are_written_out() {
    assert_eq!(visible("a\u{202e}b\u{1b}[2Jc\u{0}"), "a⟨U+202E⟩b⟨U+001B⟩[2Jc⟨U+0000⟩");
    assert_eq!(visible("one\r\n\ttwo\rthree"), "one\n\ttwo⟨U+000D⟩three");
    assert_eq!(visible("\u{fffe}\u{ffff}"), "⟨U+FFFE⟩⟨U+FFFF⟩");
    assert_eq!(visible("عربي 鹈鹕 🚲"), "عربي 鹈鹕 🚲");
}

#[test]
fn names_are_one_bounded_line() {
    assert_eq!(label(" gpt\n4 "), "gpt 4");
    assert_eq!(label(&"x".repeat(96)), "x".repeat(96));
    assert_eq!(label(&"é".repeat(97)), "é".repeat(96) + "…");
    assert_eq!(label(" "), "(no name)");
}

#[test]
fn an_excerpt_ends_at_a_character_and_says_whether_it_was_cut() {
    let whole = excerpt("déjà\n".as_bytes(), 100, 100);
    assert_eq!((whole.text.as_str(), whole.cut), ("déjà\n", false));
    let cut = excerpt("déjà".as_bytes(), 2, 100);
    assert_eq!((cut.text.as_str(), cut.cut), ("d", true));
    let lines = excerpt(b"1\n2\n3\n", 100, 2);
    assert_eq!((lines.text.as_str(), lines.cut), ("1\n2", true));
    assert!(!excerpt(b"1\n2\n\n", 100, 2).cut);
}
