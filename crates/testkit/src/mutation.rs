//! Bytes as damage, or somebody with an editor, leaves them.

/// So many copies of `whole` with one to three changes each: a byte another, gone, or more of it; the end cut off; a piece said
/// twice, or put in another place. The same each time.
pub fn mutated(whole: &[u8], rounds: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % bound.max(1) as u64).unwrap_or_default()
    };
    (0..rounds).map(move |round| {
        let mut bytes = whole.to_vec();
        for _ in 0..=round % 3 {
            change(&mut bytes, &mut below);
        }
        bytes
    })
}

fn change(bytes: &mut Vec<u8>, below: &mut impl FnMut(usize) -> usize) {
    const PUT: &[u8] = b"{}[]\":,\\\n\r\0\xff0129-eEn ";
    let at = below(bytes.len());
    if bytes.is_empty() {
        return;
    }
    match below(12) {
        0..=4 => bytes[at] = PUT[below(PUT.len())],
        5 | 6 => drop(bytes.remove(at)),
        7 | 8 => bytes.insert(at, PUT[below(PUT.len())]),
        9 => bytes.truncate(at + 1),
        _ => {
            let piece = bytes[at..(at + 1 + below(60)).min(bytes.len())].to_vec();
            let to = below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}
