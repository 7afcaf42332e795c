//! The positions with the best scores.

#[path = "../../src/model/best_positions.rs"]
mod choice;

use choice::best;

#[test]
fn of_equal_scores_the_first_are_seen() {
    assert_eq!(best(&[0.0, 3.0, 1.0, 3.0, 1.0], 3), [false, true, true, true, false]);
    assert_eq!(best(&[0.0, 0.0], 5), [true, true]);
    assert_eq!(best(&[f32::NAN, 1.0], 1), [true, false]);
}
