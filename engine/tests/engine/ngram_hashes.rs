//! The rows that n-grams choose.

#[path = "../../src/model/ngram_hash.rs"]
mod ngram_hash;

use ngram_hash::NgramHash;

#[test]
fn rows_follow_from_the_last_tokens_back_to_the_last_end_of_text() {
    let hash = NgramHash {
        end_of_text: 2,
        multipliers: vec![i64::MAX, -3, 7],
        heads_per_ngram: 1,
        heads: vec![(0, 11), (11, 13)],
    };
    let by_hand = |a: i64, b: i64, c: i64| {
        let two = a.wrapping_mul(i64::MAX) ^ b.wrapping_mul(-3);
        let three = two ^ c.wrapping_mul(7);
        vec![two.rem_euclid(11) as usize, 11 + three.rem_euclid(13) as usize]
    };
    assert_eq!(hash.choose(&[Some(9), Some(8), Some(5)]), by_hand(5, 8, 9));
    assert_eq!(hash.choose(&[None, Some(8), Some(5)]), by_hand(5, 8, 2), "before the start");
    assert_eq!(hash.choose(&[Some(9), Some(2), Some(5)]), by_hand(5, 2, 2), "before the end of a text");
    assert_eq!(hash.choose(&[Some(9), Some(8), Some(2)]), by_hand(2, 2, 2));
    assert_eq!(hash.rows(), 24);
}
