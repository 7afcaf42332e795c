//! How much is kept of the pictures that were shown.

#[path = "../../src/vision/forget.rs"]
mod forget;

use std::collections::VecDeque;

use forget::forget;

#[test]
fn what_was_shown_longest_ago_goes_until_the_others_have_room_and_the_latest_stays() {
    // 300 bytes of pixels each, and 100 of rows.
    let mut kept: VecDeque<_> = (0..4).map(|name| (name, 300, 100)).collect();
    let bytes = |(_, pixels, rows): &(i32, usize, usize)| pixels + rows;
    forget(&mut kept, 1600, bytes);
    assert_eq!(kept.len(), 4);
    forget(&mut kept, 800, bytes);
    assert_eq!(kept.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), [0, 1]);
    forget(&mut kept, 1, bytes);
    assert_eq!(kept.len(), 1, "the latest stays");
}
