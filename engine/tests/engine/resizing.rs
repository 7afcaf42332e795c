//! Pictures in other sizes.

mod picture {
    pub(super) use pelicycle_engine::vision::Picture;
}
#[path = "../../src/vision/resize.rs"]
mod resize;

use picture::Picture;
use resize::{ResizeFilter, resized};

#[test]
fn an_even_picture_stays_even_and_a_hard_edge_is_clamped() {
    for filter in [ResizeFilter::Bilinear, ResizeFilter::Bicubic] {
        let grey = Picture::from_rgb(7, 5, vec![90; 7 * 5 * 3]).unwrap();
        for (width, height) in [(3, 9), (14, 2), (7, 11), (1, 1)] {
            let out = resized(&grey, width, height, filter);
            assert!(out.rgb().iter().all(|&byte| byte == 90) && out.rgb().len() == 3 * width * height);
        }
        let edge = Picture::from_rgb(2, 1, vec![0, 0, 0, 255, 255, 255]).unwrap();
        let out = resized(&edge, 8, 1, filter);
        let reds: Vec<u8> = out.rgb().iter().step_by(3).copied().collect();
        assert!(reds.is_sorted() && reds[0] == 0 && reds[7] == 255, "{reds:?}");
    }
}

/// Halved, a bilinear kernel takes an eighth, three, three, one.
#[test]
fn what_shrinks_is_antialiased() {
    let line = [0, 0, 0, 200, 0, 0, 0, 0].into_iter().flat_map(|x| [x; 3]).collect();
    let out = resized(&Picture::from_rgb(8, 1, line).unwrap(), 4, 1, ResizeFilter::Bilinear);
    assert_eq!(out.rgb().iter().step_by(3).copied().collect::<Vec<u8>>(), [0, 75, 25, 0]);
}
