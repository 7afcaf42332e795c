//! The patches of a picture, in order.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/vision/patch_grid.rs"]
mod patch_grid;

use patch_grid::PatchGrid;

#[test]
fn windows_at_the_edge_are_smaller_and_blocks_find_their_patches() {
    let grid = PatchGrid::new(4, 6, Some(4));
    assert_eq!(grid.windows, [0..16, 16..24]);
    assert_eq!((grid.places[0], grid.places[4], grid.places[16]), ((0, 0), (1, 0), (0, 4)));
    assert_eq!(grid.blocks(2)[2], [16, 17, 18, 19]);
    assert_eq!(PatchGrid::new(4, 6, None).blocks(2)[1], [2, 3, 8, 9]);
    assert_eq!([PatchGrid::window_side(14, 2), PatchGrid::window_side(60, 2)], [8, 2]);
}
