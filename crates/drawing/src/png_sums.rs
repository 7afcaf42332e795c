//! The sums of a PNG's chunks. A model can't reckon them; a browser shows what is there, the renderer's decoder gives up.

use std::sync::Arc;

/// The length of what opens a PNG.
const SIGNATURE: usize = 8;

/// The PNG with the right sum behind each chunk.
pub(super) fn mended(data: Arc<Vec<u8>>) -> Arc<Vec<u8>> {
    let mut data = data;
    let mut at = SIGNATURE;
    while let Some(head) = data.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(end) = at.checked_add(8).and_then(|at| at.checked_add(length)) else { break };
        let (Some(summed), Some(written)) = (data.get(at + 4..end), data.get(end..end + 4)) else { break };
        let sum = crc32(summed).to_be_bytes();
        if written != sum {
            Arc::make_mut(&mut data)[end..end + 4].copy_from_slice(&sum);
        }
        at = end + 4;
    }
    data
}

/// The cyclic redundancy check of ISO 3309, as PNG (ISO 15948, annex D) takes it.
fn crc32(data: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !data.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_format_and_what_is_cut_off_is_left() {
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\0IENDxxxx".to_vec();
        assert!(mended(Arc::new(png.clone())).ends_with(b"IEND\xae\x42\x60\x82"));
        png.truncate(18);
        assert_eq!(*mended(Arc::new(png.clone())), png);
        png[8..12].fill(0xff);
        assert_eq!(*mended(Arc::new(png.clone())), png);
    }
}
