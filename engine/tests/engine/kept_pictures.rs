//! How much is kept of the pictures that were shown.

#[path = "../../src/vision/forget.rs"]
mod forget;

use std::collections::VecDeque;

use forget::forget;

#[test]
fn what_was_shown_longest_ago_goes_until_the_others_have_room_and_the_latest_stays() {
    // 300 bytes of pixels each, and 100 of rows: both count.
    let mut kept: VecDeque<(u8, u8)> = (0..4).map(|name| (name, name)).collect();
    let mut forget = |most| {
        forget(&mut kept, most, |_| 300, |_| 100);
        kept.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    };
    assert_eq!(forget(1600), [0, 1, 2, 3]);
    assert_eq!(forget(1599), [0, 1, 2]);
    assert_eq!(forget(800), [0, 1]);
    assert_eq!(forget(1), [0], "the latest stays");
}
