//! The function that makes a positive number of any.

/// ln(1 + e^x).
pub(super) fn softplus(x: f32) -> f32 {
    // Beyond 20 the two are equal in float32, and e^x may overflow.
    if x > 20.0 { x } else { x.exp().ln_1p() }
}
