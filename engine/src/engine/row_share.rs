//! What a row adds to a step, by the bytes of the model that it reads.

use crate::model::Model;

/// A row's share of a step in a dense model, before it was measured.
const DENSE_ROW: f64 = 0.1;

/// A row's share of a step by the bytes that it adds: those of experts that the row before did not take, if rows choose
/// independently.
pub(crate) fn row_share(model: &Model) -> f64 {
    let summary = model.weight_summary();
    let (all, token) = (summary.bytes_for_all(), summary.bytes_a_token());
    match (&model.config().experts, all, token) {
        (Some(experts), Some(all), Some(token)) if token > 0 && experts.count > 0 => {
            let new = 1.0 - experts.used as f64 / experts.count as f64;
            DENSE_ROW + new * (token - all.min(token)) as f64 / token as f64
        }
        _ => DENSE_ROW,
    }
}
