//! Activations of towers that the engine's kernels do not have.

/// x/2 · (1 + erf(x/√2)). D. Hendrycks and K. Gimpel, 2016.
pub(super) fn gelu(x: f32) -> f32 {
    let x = f64::from(x);
    (0.5 * x * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2))) as f32
}

/// M. Abramowitz and I. Stegun, 1964, formula 7.1.26: within 1.5e-7.
fn erf(x: f64) -> f64 {
    const FACTORS: [f64; 5] = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series = FACTORS.iter().fold(0.0, |sum, factor| sum * t + factor) * t;
    (1.0 - series * (-x * x).exp()).copysign(x)
}
