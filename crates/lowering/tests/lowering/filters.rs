//! Filters.

use super::{of, text};

fn filtered(primitives: &str) -> String {
    format!(
        "<filter id='f' x='0' y='0' width='1' height='1'>{primitives}</filter><rect width='200' height='150' filter='url(#f)'/>"
    )
}

#[test]
fn a_filter_of_thousands_of_tiles_ends() {
    // As a cube, this would take hours.
    for chain in ["<feOffset/><feTile/>", "<feOffset in='SourceGraphic' result='a'/><feTile in='a'/>"] {
        of(&filtered(&format!("{}{}", "<feOffset/>".repeat(3000), chain.repeat(3000))));
    }
}

#[test]
fn more_tiles_than_are_laid_out_take_nothing_from_the_others() {
    let tile = "<feFlood x='10' y='10' width='20' height='20'/><feTile/>";
    let made = text(&filtered(&tile.repeat(300)));
    assert_eq!(made.rsplit("<filter").next().unwrap().matches("<feTile").count(), 300 - 16);
}
