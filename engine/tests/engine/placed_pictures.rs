//! The places of pictures in a sequence.

mod picture {
    pub(super) use pelicycle_engine::vision::Picture;
}
#[expect(unreachable_pub, reason = "the engine has more use for it")]
#[path = "../../src/vision/placed.rs"]
mod placed;

use picture::Picture;
use placed::{PlacedPicture, axes, before_picture, common_beginning};

fn placed(begin: usize, tokens: usize, columns: usize, shade: u8) -> PlacedPicture {
    let picture = Picture::from_rgb(1, 1, vec![shade; 3]).unwrap();
    PlacedPicture { begin, tokens, columns, first_row: 0, picture }
}

#[test]
fn a_picture_stands_at_one_time_and_text_goes_on_behind_its_longer_side() {
    let pictures = [placed(2, 6, 3, 0), placed(9, 4, 1, 0)];
    let places: Vec<[usize; 3]> = (0..15).map(|position| axes(&pictures, position)).collect();
    assert_eq!(places[..2], [[0; 3], [1; 3]]);
    assert_eq!(places[2..8], [[2, 2, 2], [2, 2, 3], [2, 2, 4], [2, 3, 2], [2, 3, 3], [2, 3, 4]]);
    assert_eq!(places[8], [5; 3]);
    assert_eq!(places[9..13], [[6, 6, 6], [6, 7, 6], [6, 8, 6], [6, 9, 6]]);
    assert_eq!(places[13..], [[10; 3], [11; 3]]);
}

#[test]
fn sequences_are_alike_as_far_as_their_pictures_are() {
    let tokens = [1, 9, 9, 9, 2, 3];
    let (white, black) = ([placed(1, 3, 3, 255)], [placed(1, 3, 3, 0)]);
    assert_eq!(common_beginning((&tokens, &white), (&tokens[..5], &white)), 5);
    assert_eq!(common_beginning((&tokens, &white), (&tokens, &black)), 1);
    assert_eq!(common_beginning((&tokens, &white), (&tokens, &[])), 1);
    assert_eq!(common_beginning((&tokens, &[]), (&tokens, &black)), 1);
    assert_eq!([0, 1, 2, 3, 4, 5].map(|cut| before_picture(&white, cut)), [0, 1, 1, 1, 4, 5]);
}
