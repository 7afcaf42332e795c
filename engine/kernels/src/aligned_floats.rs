//! Floats that begin where a line of the processor's cache does.

use std::ops::{Deref, DerefMut};

/// Bytes of a line, and of the widest register.
const LINE: usize = 64;

/// Floats that begin where a line of the processor's cache does: a register is filled from one line then, not from two, and
/// [products](crate::Kernels::dots) are faster (docs/performance.md has figures).
#[derive(Debug, Default)]
pub struct AlignedFloats {
    floats: Vec<f32>,
    begin: usize,
}

impl AlignedFloats {
    /// So many zeros; what was there is forgotten.
    pub fn reset(&mut self, count: usize) {
        let spare = LINE / size_of::<f32>() - 1;
        self.floats.clear();
        self.floats.reserve(count + spare);
        self.begin = self.floats.as_ptr().align_offset(LINE).min(spare);
        self.floats.resize(self.begin + count, 0.0);
    }

    /// So many zeros.
    pub fn zeros(count: usize) -> AlignedFloats {
        let mut floats = AlignedFloats::default();
        floats.reset(count);
        floats
    }
}

impl Deref for AlignedFloats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.floats[self.begin..]
    }
}

impl DerefMut for AlignedFloats {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.floats[self.begin..]
    }
}
