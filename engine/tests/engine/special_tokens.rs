//! Tokens that are recognised whole.

#[path = "../../src/tokenizer/special.rs"]
mod special;

use special::SpecialIndex;

#[test]
fn the_first_place_wins_and_there_the_longest_token() {
    let tokens: [(&[u8], u32); 3] = [(b"<a>", 1), (b"<a>>", 2), (b"a>", 3)];
    let index = SpecialIndex::new(tokens.into_iter());
    assert_eq!(index.find("x<a>>a>", 0), Some((1, 5, 2)));
    assert_eq!(index.find("x<a>>a>", 5), Some((5, 7, 3)));
    assert_eq!(index.find("<a", 0), None);
}
