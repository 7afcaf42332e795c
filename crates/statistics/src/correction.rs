//! Several questions asked at once.

/// Probabilities corrected for their number, so that the chance of any false alarm among them stays what it is for one
/// (S. Holm, 1979).
#[must_use]
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    let mut corrected = vec![1.0; probabilities.len()];
    let mut before: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        let left = (probabilities.len() - rank) as f64;
        before = before.max((probabilities[index] * left).min(1.0));
        corrected[index] = before;
    }
    corrected
}
