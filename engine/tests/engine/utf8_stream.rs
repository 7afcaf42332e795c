//! Text from bytes that arrive in pieces.

use proptest::prelude::*;

use pelicycle_engine::tokenizer::Utf8Stream;

proptest! {
    #[test]
    fn pieces_of_any_bytes_give_the_text_of_the_whole(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5), 0..20),
    ) {
        let mut stream = Utf8Stream::new();
        let mut text: String = pieces.iter().map(|piece| stream.push(piece)).collect();
        text += &stream.finish();
        prop_assert_eq!(text, String::from_utf8_lossy(&pieces.concat()).into_owned());
    }

    #[test]
    fn text_cut_between_any_bytes_comes_out_unchanged(text in "\\PC{0,20}", cut in 0..8_usize) {
        let mut stream = Utf8Stream::new();
        let mut out = String::new();
        for piece in text.as_bytes().chunks(cut + 1) {
            out += &stream.push(piece);
        }
        prop_assert_eq!(&out, &text);
        prop_assert_eq!(stream.finish(), "");
    }
}
