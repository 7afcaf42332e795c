//! Activation rows as the products take them: in float32, and rounded to 8 bits where the weights are quantized.

use super::{AlignedFloats, SUPERBLOCK};

/// Elements that share one scale and one sum: the finest groups of scales that a weight format has. (llama.cpp
/// has 32 or 256 to a scale; 16 cost the products nothing, and halve the rounding error of an outlier's neighbours.)
pub(super) const GROUP: usize = 16;
const GROUPS: usize = SUPERBLOCK / GROUP;

/// 256 activations rounded to 8 bits: element e is about `scales[lane(e / 16)]` · `codes[place(e)]`.
///
/// The order is the one in which byte products add up to whole groups: of 64 codes, the n-th four belong to the
/// group in lane n, and four times 64 codes make the 16 numbers of every group. So the products of 256 weights
/// end as 16 integers, one a group, and each is scaled once.
///
/// On 64-bit Arm a register has half a group and the same half of the group eight further: weight formats keep their two
/// halves alike, so one instruction brings packed weights into that order. Scales stand as sums come out of additions in
/// pairs: groups 0 8 2 10, 1 9 3 11, 4 12 6 14 and 5 13 7 15, so that those of even groups meet those of the odd ones beside
/// them, which most formats give the same scale.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub struct QuantizedBlock {
    pub(super) codes: [i8; SUPERBLOCK],
    /// As `scale_form` says.
    pub(super) scales: [f32; GROUPS],
    /// Scale · Σ codes of the group: what a weight format's offset is multiplied with. In units where scales are.
    pub(super) sums: [f32; GROUPS],
    /// Of each two groups side by side, the sum of their `sums`: for offsets that 32 weights share. Filled in on Arm and for
    /// AVX2, elsewhere without a meaning.
    pub(super) run_sums: [f32; GROUPS / 2],
    /// The unit of the scales of the whole row, where these are whole numbers of it.
    pub(super) unit: f32,
    pub(super) scale_form: ScaleForm,
}

/// Whether groups and elements stand in the order of 64-bit Arm.
const ARM: bool = cfg!(target_arch = "aarch64");

/// The place of the scale of a block's `group`-th group: elsewhere than on Arm a transposition of four by four.
#[inline(always)]
pub(super) const fn lane(group: usize) -> usize {
    if ARM {
        group % 8 / 4 * 8 + group % 2 * 4 + group % 4 / 2 * 2 + group / 8
    } else {
        group % 4 * 4 + group / 4
    }
}

/// The group whose scale stands at this place.
#[inline(always)]
pub(super) const fn group_at(lane: usize) -> usize {
    if ARM { lane % 2 * 8 + lane / 8 * 4 + lane % 4 / 2 * 2 + lane / 4 % 2 } else { lane % 4 * 4 + lane / 4 }
}

/// The place, among the fours of a block's codes, of the `four`-th of the group in this lane.
#[inline(always)]
const fn place_of_four(four: usize, lane: usize) -> usize {
    if ARM {
        let group = group_at(lane);
        // Groups 0 2 1 3 and 4 6 5 7: two of four whose sums stand together, then the other two.
        let place = group % 8 / 4 * 4 + group % 2 * 2 + group % 4 / 2;
        (place * 2 + four / 2) * 4 + group / 8 * 2 + four % 2
    } else {
        four * GROUPS + lane
    }
}

/// The place of the code of a block's `element`-th element.
#[inline(always)]
pub(super) const fn place(element: usize) -> usize {
    place_of_four(element % GROUP / 4, lane(element / GROUP)) * 4 + element % 4
}

/// The form in which a block has its scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScaleForm {
    /// The scales themselves.
    Plain,
    /// Their numbers of units.
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code))]
    Units,
    /// The bits are no float's: their numbers of units in both 16-bit halves.
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code))]
    UnitPairs,
}

impl ScaleForm {
    /// # Panics
    /// If rows were rounded by a set of kernels that has scales in another form.
    pub(super) fn check(self, rows: &[&[QuantizedBlock]]) {
        let mut forms = rows.iter().filter_map(|x| x.first()).map(|block| block.scale_form);
        assert!(forms.all(|form| form == self), "rows are rounded by the set that multiplies them");
    }
}

impl QuantizedBlock {
    pub(super) const ZERO: QuantizedBlock = QuantizedBlock {
        codes: [0; SUPERBLOCK],
        scales: [0.0; GROUPS],
        sums: [0.0; GROUPS],
        run_sums: [0.0; GROUPS / 2],
        unit: 0.0,
        scale_form: ScaleForm::Plain,
    };

    /// The code that element `element` was rounded to, in steps of its [`scale`](Self::scale): with it, tests hold
    /// products to exact arithmetic. Products need no element by itself.
    ///
    /// # Panics
    /// If the block has no such element.
    pub fn code(&self, element: usize) -> i8 {
        self.codes[place(element)]
    }

    /// The scale of element `element`, which it has together with fifteen beside it; for tests, as [`code`](Self::code) is.
    ///
    /// # Panics
    /// If the block has no such element.
    pub fn scale(&self, element: usize) -> f32 {
        let scale = self.scales[lane(element / GROUP)];
        match self.scale_form {
            ScaleForm::Plain => scale,
            ScaleForm::Units => scale * self.unit,
            ScaleForm::UnitPairs => (scale.to_bits() & 0xffff) as f32 * self.unit,
        }
    }

    /// Fills in what follows from the sums of groups.
    #[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
    #[inline(always)]
    pub(super) fn add_up_runs(&mut self) {
        for (to, both) in self.run_sums.as_chunks_mut::<4>().0.iter_mut().zip(self.sums.as_chunks::<8>().0) {
            *to = std::array::from_fn(|l| both[l] + both[l + 4]);
        }
    }
}

/// A number of rows of activations, each `width` wide.
#[derive(Debug, Default)]
pub struct Activations {
    width: usize,
    floats: AlignedFloats,
    /// Of each row as many as hold it, the last filled up with zeros.
    blocks: Vec<QuantizedBlock>,
    quantized: bool,
}

impl Activations {
    /// Makes room for `rows` rows of `width`; what was there is forgotten.
    pub fn reset(&mut self, rows: usize, width: usize) {
        self.width = width;
        self.floats.reset(rows * width);
        self.quantized = false;
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.floats.len().checked_div(self.width).unwrap_or(0)
    }

    /// The numbers of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Row `r` in float32.
    pub fn row(&self, r: usize) -> &[f32] {
        &self.floats[r * self.width..][..self.width]
    }

    /// All rows, to be written; what was rounded before is out of date after.
    pub fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, f32> {
        self.quantized = false;
        self.floats.chunks_exact_mut(self.width)
    }

    /// All rows one after another, to be written.
    pub fn floats_mut(&mut self) -> &mut [f32] {
        self.quantized = false;
        &mut self.floats
    }

    /// The rows, and where [`Kernels::quantize`](super::Kernels::quantize) is to round each to; none if that was done
    /// since they were written. Whoever asks must round them all.
    pub fn unrounded(&mut self) -> Vec<(&[f32], &mut [QuantizedBlock])> {
        if std::mem::replace(&mut self.quantized, true) {
            return Vec::new();
        }
        let blocks = self.width.div_ceil(SUPERBLOCK);
        self.blocks.resize(self.rows() * blocks, QuantizedBlock::ZERO);
        self.floats.chunks_exact(self.width).zip(self.blocks.chunks_exact_mut(blocks)).collect()
    }

    /// Row `r` rounded to 8 bits.
    ///
    /// # Panics
    /// If [`Activations::unrounded`] was not called since the rows were written.
    pub fn quantized_row(&self, r: usize) -> &[QuantizedBlock] {
        assert!(self.quantized, "rows are rounded before an integer product takes them");
        let blocks = self.width.div_ceil(SUPERBLOCK);
        &self.blocks[r * blocks..][..blocks]
    }
}

/// Scales that are tried for each group: see [`quantize`].
pub(super) const CANDIDATES: usize = 6;

/// Three halves of 2²³: a small number that was added to it is rounded to a whole one, even at a tie, and the lowest
/// byte of the sum is that number's.
pub(super) const WHOLE: f32 = 12_582_912.0;

/// The steps that the largest number of a group has under a candidate.
#[inline(always)]
pub(super) const fn steps_tried(candidate: usize) -> f32 {
    127.0 - candidate as f32
}

/// The body of [`Kernels::quantize`](super::Kernels::quantize), to be compiled for each instruction set.
///
/// A group's scale is searched for: its largest number is given 127, 126, … steps in turn, and the codes that fit best
/// are kept, with the scale that fits them best (least squares). Sixteen roundings err by chance, now more, now less;
/// the best of six tries and its scale have a seventh less error than 127 steps alone.
///
/// Groups stand in the lanes and each is added up in the order of its elements, so that vectors and plain code give the
/// same bits.
#[inline(always)]
pub(super) fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) {
    assert_eq!(blocks.len(), x.len().div_ceil(SUPERBLOCK));
    for (x, block) in x.chunks(SUPERBLOCK).zip(blocks) {
        // Element e of every group, the groups in the order of their lanes.
        let mut elements = [[0f32; GROUPS]; GROUP];
        for (group, x) in x.chunks(GROUP).enumerate() {
            x.iter().zip(&mut elements).for_each(|(x, element)| element[lane(group)] = *x);
        }
        quantize_groups(elements, block);
    }
}

#[inline(always)]
fn quantize_groups(mut elements: [[f32; GROUPS]; GROUP], block: &mut QuantizedBlock) {
    let mut max = [0f32; GROUPS];
    for element in &elements {
        (0..GROUPS).for_each(|l| max[l] = max[l].max(element[l].abs()));
    }
    // Numbers so small that products with them are nothing count as zeros.
    let inverse = max.map(|max| if max >= f32::MIN_POSITIVE { 1.0 / max } else { 0.0 });
    for element in &mut elements {
        (0..GROUPS).for_each(|l| element[l] *= inverse[l]);
    }
    let mut steps = [steps_tried(0); GROUPS];
    let (mut best, mut scale) = fit(&elements, steps_tried(0));
    for candidate in 1..CANDIDATES {
        let tried = steps_tried(candidate);
        let (fit, fitted) = fit(&elements, tried);
        for l in 0..GROUPS {
            let better = fit[l] > best[l];
            best[l] = if better { fit[l] } else { best[l] };
            scale[l] = if better { fitted[l] } else { scale[l] };
            steps[l] = if better { tried } else { steps[l] };
        }
    }
    let mut sums = [0f32; GROUPS];
    let codes = block.codes.as_chunks_mut::<4>().0;
    for (four, fours) in elements.as_chunks::<4>().0.iter().enumerate() {
        let mut words = [0u32; GROUPS];
        for (i, element) in fours.iter().enumerate() {
            for l in 0..GROUPS {
                let raised = element[l].mul_add(steps[l], WHOLE);
                sums[l] += raised - WHOLE;
                words[l] |= (raised.to_bits() & 255) << (8 * i);
            }
        }
        for (l, word) in words.into_iter().enumerate() {
            codes[place_of_four(four, l)] = word.to_le_bytes().map(u8::cast_signed);
        }
    }
    for l in 0..GROUPS {
        block.scales[l] = scale[l] * max[l];
        block.sums[l] = block.scales[l] * sums[l];
    }
    #[cfg(target_arch = "aarch64")]
    block.add_up_runs();
}

/// The fit of codes of so many steps for each group, (Σ x·c)² / Σ c², and the scale that fits them best, s = Σ x·c / Σ c².
/// With that scale the error Σ (x − s·c)² is Σ x² less the fit.
#[inline(always)]
fn fit(elements: &[[f32; GROUPS]; GROUP], steps: f32) -> ([f32; GROUPS], [f32; GROUPS]) {
    let (mut product, mut square) = ([0f32; GROUPS], [0f32; GROUPS]);
    for element in elements {
        for l in 0..GROUPS {
            let code = element[l].mul_add(steps, WHOLE) - WHOLE;
            product[l] = element[l].mul_add(code, product[l]);
            square[l] = code.mul_add(code, square[l]);
        }
    }
    let mut fitted = [0f32; GROUPS];
    // A group of zeros has zeros for codes.
    (0..GROUPS).for_each(|l| fitted[l] = product[l] / square[l].max(1.0));
    (0..GROUPS).for_each(|l| product[l] *= fitted[l]);
    (product, fitted)
}
