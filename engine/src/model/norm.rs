//! Root-mean-square normalization.

/// `out` = `weight` · x / sqrt(mean(x²) + `epsilon`). B. Zhang and R. Sennrich, 2019.
pub(super) fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let factor = factor(x, epsilon);
    for ((out, x), w) in out.iter_mut().zip(x).zip(weight) {
        *out = x * factor * w;
    }
}

/// As [`rms_norm`], in place.
pub(super) fn rms_norm_in_place(x: &mut [f32], weight: &[f32], epsilon: f32) {
    let factor = factor(x, epsilon);
    for (x, w) in x.iter_mut().zip(weight) {
        *x = *x * factor * w;
    }
}

/// As [`rms_norm_in_place`] with weights of 1.
pub(super) fn rms_normalize(x: &mut [f32], epsilon: f32) {
    let factor = factor(x, epsilon);
    x.iter_mut().for_each(|x| *x *= factor);
}

fn factor(x: &[f32], epsilon: f32) -> f32 {
    let mut sums = [0f32; 16];
    let (lanes, rest) = x.as_chunks::<16>();
    for lane in lanes {
        for i in 0..16 {
            sums[i] += lane[i] * lane[i];
        }
    }
    let sum: f32 = sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>();
    1.0 / (sum / x.len() as f32 + epsilon).sqrt()
}
