use pelicycle_text::wrapped;

#[test]
fn lines_are_cut_between_words_and_no_word_is_lost() {
    assert_eq!(wrapped("one two three", 7, 2), ["one two", "  three"]);
    assert_eq!(wrapped("  a unbreakable b", 6, 4), ["  a", "    unbreakable", "    b"]);
    assert_eq!(wrapped("→ → →", 3, 0), ["→ →", "→"]);
    assert_eq!(wrapped("", 3, 0), [""]);
}
