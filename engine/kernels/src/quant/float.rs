//! F32, F16 and BF16: one number an element, little-endian.

pub(super) fn f32(bytes: &[u8], out: &mut [f32]) {
    for (x, b) in out.iter_mut().zip(bytes.as_chunks().0) {
        *x = f32::from_le_bytes(*b);
    }
}

pub(super) fn f16(bytes: &[u8], out: &mut [f32]) {
    for (x, b) in out.iter_mut().zip(bytes.as_chunks().0) {
        *x = half::f16::from_le_bytes(*b).to_f32();
    }
}

pub(super) fn bf16(bytes: &[u8], out: &mut [f32]) {
    for (x, b) in out.iter_mut().zip(bytes.as_chunks().0) {
        *x = half::bf16::from_le_bytes(*b).to_f32();
    }
}
