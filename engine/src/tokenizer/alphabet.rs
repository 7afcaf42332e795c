//! The printable stand-ins that byte-level vocabularies write bytes with.

/// Stand-ins run up to here: 256 plus the 68 bytes that have no printable character of their own.
const LAST: usize = 256 + 68;

/// The character that stands for each byte.
pub(super) const STAND_INS: [char; 256] = {
    let mut table = ['\0'; 256];
    let mut next = 256;
    let mut byte = 0;
    while byte < 256 {
        let code = if matches!(byte, 33..=126 | 161..=172 | 174..=255) {
            byte as u32
        } else {
            next += 1;
            next - 1
        };
        table[byte] = match char::from_u32(code) {
            Some(c) => c,
            None => panic!("every stand-in is a character"),
        };
        byte += 1;
    }
    table
};

const BYTES: [Option<u8>; LAST] = {
    let mut table = [None; LAST];
    let mut byte = 0;
    while byte < 256 {
        table[STAND_INS[byte] as usize] = Some(byte as u8);
        byte += 1;
    }
    table
};

/// The byte that a character stands for.
pub(super) fn byte(c: char) -> Option<u8> {
    BYTES.get(c as usize).copied().flatten()
}
