//! The printable stand-ins of bytes in byte-level vocabularies.

#[path = "../../src/tokenizer/alphabet.rs"]
mod alphabet;

use alphabet::{STAND_INS, byte};

#[test]
fn every_byte_has_a_stand_in_of_its_own() {
    for b in 0..=255_u8 {
        assert_eq!(byte(STAND_INS[b as usize]), Some(b));
    }
    assert_eq!(STAND_INS[b' ' as usize], 'Ġ');
    assert_eq!(STAND_INS[b'\n' as usize], 'Ċ');
    assert_eq!(byte('▁'), None);
}
