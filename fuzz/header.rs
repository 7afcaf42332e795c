//! Changes within a file's header: a model's is some kilobytes before hundreds of weights, of which none decides anything.

use libfuzzer_sys::fuzzer_mutate;

/// The bytes at the beginning that are mostly changed.
const HEADER: usize = 8 << 10;

/// Changes the file, mostly within its header and so that what follows stays where it is.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if seed % 4 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let head = size.min(HEADER);
    let mut begin = data[..head].to_vec();
    let changed = fuzzer_mutate(&mut begin, head, head);
    data[..changed].copy_from_slice(&begin[..changed]);
    size
}
