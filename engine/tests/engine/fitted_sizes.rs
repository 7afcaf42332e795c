//! The sizes that pictures are given.

#[path = "../../src/vision/fitted_size.rs"]
mod fitted_size;

use fitted_size::{by_area, by_edge, by_tokens, shortened};

const MOST: usize = usize::MAX;

#[test]
fn sizes_are_whole_tokens_within_the_bounds() {
    assert_eq!(by_area((1024, 768), 32, 1 << 16, 1 << 24), (1024, 768));
    assert_eq!(by_area((100, 10), 32, 1 << 16, 1 << 24), (832, 96));
    assert_eq!(by_area((5000, 4000), 32, 1 << 16, 1 << 20), (1120, 896));
    assert_eq!(by_area((80, 48), 32, 1, 1 << 24), (64, 64), "halves go to even numbers");
    assert_eq!(by_tokens((64, 64), 12, 70), Some((96, 96)));
    assert_eq!(by_tokens((1, 5000), 48, 280), Some((48, 280 * 48)));
    assert_eq!(by_edge((300, 120), 28, 196, MOST), (196, 84));
    assert_eq!(by_edge((64, 64), 28, 1540, MOST), (84, 84));
    let (width, height) = by_edge((4000, 3000), 28, 1540, 1024);
    assert!((900..=1024).contains(&(width / 28 * (height / 28))), "{width} × {height}");
    assert_eq!(shortened((6400, 32), 32, 100), (3200, 32));
}
