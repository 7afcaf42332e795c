//! Exponentials that are the same to the bit on every machine, for drawing tokens.
//!
//! Where the processor has wider registers the same operations run on more numbers at a time; none of them is fused with
//! another, so the results stay the same.

#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "functions compiled for instructions that are asked for")
)]

/// Writes e^((x − max) / temperature) for every x to `out`: for no x above max, right to about 1e-15, and 0 for what is not
/// a number.
pub fn portable_exponentials(xs: &[f32], max: f32, temperature: f64, out: &mut Vec<f64>) {
    out.resize(xs.len(), 0.0);
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { avx512(xs, max, temperature, out) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            return unsafe { avx2(xs, max, temperature, out) };
        }
    }
    plain(xs, max, temperature, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
fn avx512(xs: &[f32], max: f32, temperature: f64, out: &mut [f64]) {
    plain(xs, max, temperature, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(xs: &[f32], max: f32, temperature: f64, out: &mut [f64]) {
    plain(xs, max, temperature, out);
}

#[inline(always)]
fn plain(xs: &[f32], max: f32, temperature: f64, out: &mut [f64]) {
    for (out, &x) in out.iter_mut().zip(xs) {
        *out = exp((f64::from(x) - f64::from(max)) / temperature);
    }
}

/// e to the power of `x`, for `x` up to 0: below -700 it is 0, else right to about 1e-15.
///
/// The library's own differs in the last bit between systems; this has only operations that do not, and none
/// that keeps a loop over a vocabulary from being vectorised.
#[inline(always)]
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    /// Added to a small number, it leaves the nearest integer in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// 1/k! from k = 13 down to 0.
    const SERIES: [f64; 14] = {
        let mut terms = [1.0; 14];
        let mut k = 13;
        while k > 0 {
            let mut n = k;
            let mut factorial = 1.0;
            while n > 0 {
                factorial *= n as f64;
                n -= 1;
            }
            terms[13 - k] = 1.0 / factorial;
            k -= 1;
        }
        terms
    };
    // The comparison is false for what is not a number, which so becomes 0 as well.
    let (x, scale) = if x >= -700.0 { (x, 1.0) } else { (0.0, 0.0) };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let mut power = SERIES[0];
    for term in &SERIES[1..] {
        power = power * r + term;
    }
    let two_to_n = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    power * two_to_n * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_instructions_gives_the_same_bits() {
        let xs: Vec<f32> = (0..1003).map(|i| 3.0 - i as f32 * i as f32 * 0.0021).collect();
        let (mut found, mut expected) = (Vec::new(), vec![0.0; xs.len()]);
        for temperature in [1.0, 0.3, 7.7] {
            portable_exponentials(&xs, 3.0, temperature, &mut found);
            plain(&xs, 3.0, temperature, &mut expected);
            assert_eq!(found, expected);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has it.
                unsafe { avx2(&xs, 3.0, temperature, &mut found) };
                assert_eq!(found, expected);
            }
        }
    }
}
