//! The turning of heads by the place of a patch.

#[path = "../../src/vision/tower_rope.rs"]
mod tower_rope;

use tower_rope::{TowerRope, TowerRopeKind};

const SIZE: usize = 16;

/// The numbers of a head that are other than zero when one that was all zero but for a 1 has turned.
fn turned(rope: &TowerRope, number: usize, place: (usize, usize)) -> Vec<usize> {
    let mut head = [0.0; SIZE];
    head[number] = 1.0;
    rope.apply(&mut head, &rope.turns(place));
    let length: f32 = head.iter().map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-6, "turning keeps the length");
    // A turn by at most a radian a patch.
    assert!(place.0 + place.1 > 1 || head[number] > 0.54, "{head:?}");
    (0..SIZE).filter(|&i| head[i] != 0.0).collect()
}

#[test]
fn every_number_of_a_head_turns_once_and_half_of_them_by_the_column() {
    for kind in [TowerRopeKind::Halves, TowerRopeKind::HalfAnAxis, TowerRopeKind::Neighbours] {
        let rope = TowerRope::new(kind, SIZE);
        let mut by_column = 0;
        for number in 0..SIZE {
            let (row, column) = (turned(&rope, number, (1, 0)), turned(&rope, number, (0, 1)));
            assert_eq!(
                row.len() + column.len(),
                3,
                "{kind:?}: {number} turns by one of the two, with one other"
            );
            by_column += usize::from(column.len() == 2);
            let pair = if row.len() == 2 { row } else { column };
            let other = if pair[0] == number { pair[1] } else { pair[0] };
            let place = if turned(&rope, other, (1, 0)).len() == 2 { (1, 0) } else { (0, 1) };
            assert_eq!(turned(&rope, other, place), pair, "{kind:?}");
        }
        assert_eq!(by_column, SIZE / 2, "{kind:?}");
    }
}
