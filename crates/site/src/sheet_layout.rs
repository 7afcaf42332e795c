//! The layout of a sheet: where its cards stand, and how many of them a picture of a given shape holds.

/// Contestants on a sheet: more cannot be told apart on a screen.
pub(crate) const MOST: usize = 400;
pub(crate) const MARGIN: usize = 64;
const GAP: usize = 28;
/// Side of a plate.
pub(crate) const PLATE: usize = 256;
pub(crate) const NAME: usize = 46;
pub(crate) const CAPTION: usize = 30;
const HEAD: usize = 178;
const FOOT: usize = 40;
/// The least size, of 1, at which the names under drawings can be read.
const LEAST: f64 = 0.55;

/// The shapes of pictures in the places where people post them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetShape {
    /// 1200 × 630: the picture of a link, on all networks.
    Link,
    /// 1080 × 1080: a post.
    Square,
    /// 1080 × 1920: a story, a phone's screen.
    Story,
}

impl SheetShape {
    /// Width and height in pixels.
    #[must_use]
    pub fn size(self) -> (usize, usize) {
        match self {
            SheetShape::Link => (1200, 630),
            SheetShape::Square => (1080, 1080),
            SheetShape::Story => (1080, 1920),
        }
    }
}

/// The places of cards on a sheet.
#[derive(Debug)]
pub(crate) struct SheetLayout {
    /// The upper left corners of the cards.
    pub(crate) cells: Vec<(usize, usize)>,
    /// Width and height of the sheet before it is brought to its shape.
    pub(crate) natural: (usize, usize),
    /// Width and height of the picture.
    pub(crate) size: (usize, usize),
}

impl SheetLayout {
    /// Cards in rows of so many; `begins` says which of them stand at the beginning of a row.
    pub(crate) fn new(begins: &[bool], columns: usize, shape: Option<SheetShape>) -> SheetLayout {
        let (mut row, mut column, mut cells) = (0, 0, Vec::with_capacity(begins.len()));
        for begins in begins {
            if column == columns || (*begins && column > 0) {
                (row, column) = (row + 1, 0);
            }
            cells.push((MARGIN + column * (PLATE + GAP), MARGIN + HEAD + row * row_height()));
            column += 1;
        }
        let natural = natural(columns, row + 1);
        SheetLayout { cells, natural, size: shape.map_or(natural, SheetShape::size) }
    }

    /// The factor that brings the sheet to its shape.
    pub(crate) fn scale(&self) -> f64 {
        scale(self.natural, self.size)
    }
}

/// The number of cards, and of columns, for a sheet of this shape: as many of the cards as can be read.
pub(crate) fn fitting(cards: usize, shape: SheetShape) -> (usize, usize) {
    let best = |cards: usize| {
        let scaled = |columns: usize| scale(natural(columns, cards.div_ceil(columns)), shape.size());
        let columns = (1..=cards).map(|columns| (columns, scaled(columns)));
        // Of two that are as large, the one with fewer columns.
        columns.fold((1, 0.0), |best, next| if next.1 > best.1 { next } else { best })
    };
    let most = (1..=cards.max(1)).rev().find(|&cards| best(cards).1 >= LEAST).unwrap_or(1);
    (most, best(most).0)
}

/// As many columns as make the sheet half wider than high, or as the longest family is long.
pub(crate) fn columns(cards: usize, longest_family: Option<usize>) -> usize {
    let cell = (PLATE + GAP) as f64 / row_height() as f64;
    let even = (cards as f64 * 1.5 / cell).sqrt().ceil() as usize;
    longest_family.unwrap_or(even).clamp(3, 14)
}

fn row_height() -> usize {
    PLATE + NAME + CAPTION + GAP
}

fn natural(columns: usize, rows: usize) -> (usize, usize) {
    (2 * MARGIN + columns * (PLATE + GAP) - GAP, 2 * MARGIN + HEAD + rows * row_height() + FOOT - GAP)
}

fn scale(natural: (usize, usize), size: (usize, usize)) -> f64 {
    (size.0 as f64 / natural.0 as f64).min(size.1 as f64 / natural.1 as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_about_half_wider_than_high() {
        assert_eq!([1, 6, 24, 400].map(|cards| columns(cards, None)), [3, 4, 7, 14]);
        assert_eq!(columns(24, Some(5)), 5);
    }

    #[test]
    fn a_shape_is_filled_by_as_many_cards_as_can_be_read() {
        for shape in [SheetShape::Link, SheetShape::Square, SheetShape::Story] {
            for cards in [1, 2, 5, 12, 30, 400] {
                let (shown, columns) = fitting(cards, shape);
                let layout = SheetLayout::new(&vec![false; shown], columns, Some(shape));
                assert!(
                    (1..=cards).contains(&shown) && layout.scale() >= LEAST,
                    "{shape:?} {cards}: {shown}"
                );
                assert_eq!((layout.cells.len(), layout.size), (shown, shape.size()));
                let within = |&(x, y): &(usize, usize)| {
                    x + PLATE <= layout.natural.0 && y + NAME + PLATE + CAPTION <= layout.natural.1
                };
                assert!(layout.cells.iter().all(within));
            }
        }
        assert_eq!(fitting(4, SheetShape::Square).0, 4, "few cards all find a place");
        assert!(fitting(400, SheetShape::Story).0 > fitting(400, SheetShape::Link).0);
    }
}
