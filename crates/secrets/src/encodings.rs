//! A secret as the common encodings write it: base64, base32, hex, numbers of characters, backwards.

/// The letters and digits of a text, in small letters.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The letters and digits of a secret as the common encodings write them.
pub(crate) fn encodings(secret: &str, letters: &str) -> Vec<String> {
    let bytes = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
    let turned = |c: char| match c {
        'a'..='m' => (c as u8 + 13) as char,
        'n'..='z' => (c as u8 - 13) as char,
        c => c,
    };
    let mut all: Vec<String> = (0..3).map(|offset| squeezed(&base64_at(secret, offset))).collect();
    all.extend((0..5).map(|offset| base32_at(secret, offset)));
    // What was encoded twice.
    let twice = (0..3).flat_map(|inner| {
        let once = base64_at(secret, inner);
        (0..3).map(move |outer| squeezed(&base64_at(&once, outer)))
    });
    all.extend(twice);
    all.extend([
        bytes(|byte| format!("{byte:02x}")),
        // UTF-16 in either order, and the numbers of characters.
        bytes(|byte| format!("{byte:02x}00")).trim_end_matches('0').to_owned(),
        bytes(|byte| format!("u00{byte:02x}")),
        bytes(|byte| format!("{byte:08b}")),
        bytes(|byte| format!("0x{byte:02x}")),
        bytes(|byte| format!("x{byte:02x}")),
        bytes(|byte| byte.to_string()),
        // Numbers of one length, with nothing between them.
        bytes(|byte| format!("{byte:03}")),
        bytes(|byte| format!("{byte:03o}")),
        letters.chars().rev().collect(),
        letters.chars().map(turned).collect(),
    ]);
    all
}

/// The characters of a text's base64 that do not depend on what stands around it, where so many bytes modulo 3 stand
/// before it.
fn base64_at(text: &str, offset: usize) -> String {
    use base64::Engine as _;
    let bytes = [&[0_u8; 2][..offset], text.as_bytes()].concat();
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&bytes);
    let (begin, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    encoded[begin..end].to_owned()
}

/// As [`base64_at`], of base32 (RFC 4648), where so many bytes modulo 5 stand before it.
fn base32_at(text: &str, offset: usize) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bits = text.bytes().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1)));
    // What is left of the letter that begins in the byte before it.
    let bits: Vec<usize> = bits.skip((5 - offset * 8 % 5) % 5).collect();
    bits.chunks_exact(5).map(|five| LETTERS[five.iter().fold(0, |n, bit| n * 2 + bit)] as char).collect()
}
