//! A board: a picture that others are laid on, pixel by pixel.

use crate::raster::{PixelPicture, RasterError, RgbPicture, decode};

/// A picture that others are laid on.
pub struct Board(RgbPicture);

impl Board {
    /// A board of these pixels of red, green, blue and alpha, rows from the top, of which none lets anything through; `None`
    /// where they are not so many.
    #[must_use]
    pub fn new(width: u32, height: u32, rgba: &[u8]) -> Option<Self> {
        let (pixels, rest) = rgba.as_chunks::<4>();
        if width == 0 || !rest.is_empty() || pixels.len() != width as usize * height as usize {
            return None;
        }
        let mut ground = vec![0; pixels.len() * 3];
        for (out, pixel) in ground.chunks_exact_mut(3).zip(pixels) {
            out.copy_from_slice(&pixel[..3]);
        }
        Some(Self(RgbPicture { width, height, pixels: ground }))
    }

    /// A board of one colour.
    #[must_use]
    pub fn even(width: u32, height: u32, colour: [u8; 3]) -> Self {
        Self(RgbPicture { width, height, pixels: colour.repeat(width as usize * height as usize) })
    }

    /// Lays pixels on it where they are darker than what is there: words that were drawn on the same ground. They are red, green and
    /// blue, rows from the top; what is beyond the board is left out.
    pub fn darken(&mut self, rgb: &[u8], size: (u32, u32), place: (u32, u32)) {
        // Plain loops over bytes, which the compiler does many at once.
        self.each_row(rgb, size, place, |own, new| {
            own.iter_mut().zip(new).for_each(|(own, new)| *own = (*own).min(*new));
        });
    }

    /// Lays pixels on it, whatever is there. They are as in [`Board::darken`]; what is beyond the board is left out.
    pub fn cover(&mut self, rgb: &[u8], size: (u32, u32), place: (u32, u32)) {
        self.each_row(rgb, size, place, |own, new| own.copy_from_slice(new));
    }

    /// Calls `lay` for each row of the pixels that is on the board, with the board's own bytes and as many new ones.
    fn each_row(
        &mut self,
        rgb: &[u8],
        (width, height): (u32, u32),
        (left, top): (u32, u32),
        lay: impl Fn(&mut [u8], &[u8]),
    ) {
        let stride = self.0.width as usize * 3;
        let rows = self.0.pixels.chunks_exact_mut(stride.max(1)).skip(top as usize).take(height as usize);
        for (row, new) in rows.zip(rgb.chunks_exact((width as usize * 3).max(1))) {
            let own = row.get_mut(left as usize * 3..).unwrap_or_default();
            let seen = own.len().min(new.len());
            lay(&mut own[..seen], &new[..seen]);
        }
    }

    /// Lays a PNG into the middle of a white square, whose left upper corner is at `place`, with a rim all around: made small if
    /// it is larger, and else as it is. What is beyond the board is left out.
    ///
    /// # Errors
    /// When it is no whole PNG of a bounded size.
    pub fn lay(&mut self, png: &[u8], place: (u32, u32), side: u32, rim: u32) -> Result<(), RasterError> {
        self.lay_pixels(&PixelPicture(decode(png)?), place, side, rim);
        Ok(())
    }

    /// As [`Board::lay`], of a picture that was read.
    pub fn lay_pixels(&mut self, picture: &PixelPicture, place: (u32, u32), side: u32, rim: u32) {
        let smaller = picture.0.smaller(side.saturating_sub(2 * rim).max(1));
        let picture = smaller.as_ref().unwrap_or(&picture.0);
        self.whiten(place, side);
        let middle = (place.0 + (side - picture.width) / 2, place.1 + (side - picture.height) / 2);
        self.cover(&picture.pixels, (picture.width, picture.height), middle);
    }

    fn whiten(&mut self, (left, top): (u32, u32), side: u32) {
        let stride = self.0.width as usize * 3;
        let (from, to) = (left as usize * 3, left.saturating_add(side) as usize * 3);
        let rows = self.0.pixels.chunks_exact_mut(stride.max(1)).skip(top as usize).take(side as usize);
        rows.for_each(|row| row[from.min(stride)..to.min(stride)].fill(u8::MAX));
    }

    /// The board as a PNG, made in a moment rather than of few bytes.
    ///
    /// # Errors
    /// As those of the encoder.
    pub fn png(&self) -> Result<Vec<u8>, RasterError> {
        self.0.encode_quickly()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(width: u32, height: u32, value: u8) -> Vec<u8> {
        let pixels = vec![value; width as usize * height as usize * 3];
        RgbPicture { width, height, pixels }.encode_quickly().unwrap()
    }

    #[test]
    fn a_picture_is_laid_into_the_middle_of_its_place_and_cut_at_the_rim() {
        let mut board = Board::new(8, 6, &[1; 8 * 6 * 4]).unwrap();
        board.lay(&even(2, 1, 7), (0, 0), 4, 1).unwrap();
        board.lay(&even(40, 40, 9), (6, 3), 4, 0).unwrap();
        let seen = decode(&board.png().unwrap()).unwrap();
        let row = |y: usize| -> Vec<u8> { (0..8).map(|x| seen.pixels[(y * 8 + x) * 3]).collect() };
        assert_eq!(row(0), [255, 255, 255, 255, 1, 1, 1, 1]);
        assert_eq!(row(1), [255, 7, 7, 255, 1, 1, 1, 1]);
        assert_eq!(row(5), [1, 1, 1, 1, 1, 1, 9, 9], "made small, and cut");
        assert!(board.lay(&even(2, 1, 7)[..20], (0, 0), 4, 1).is_err());
        assert!(Board::new(8, 6, &[255; 8]).is_none());
    }

    #[test]
    fn words_darken_the_ground_and_what_covers_it_hides_it() {
        let mut board = Board::even(4, 3, [100; 3]);
        let pixels = |value: u8| [[value; 3]; 4].concat();
        board.darken(&pixels(200), (2, 2), (0, 0));
        board.darken(&pixels(50), (2, 2), (1, 1));
        board.cover(&pixels(200), (2, 2), (3, 2));
        board.darken(&pixels(0), (2, 2), (9, 9));
        let values: Vec<u8> = board.0.pixels.chunks_exact(3).map(|pixel| pixel[0]).collect();
        assert_eq!(values, [100, 100, 100, 100, 100, 50, 50, 100, 100, 50, 50, 200]);
    }
}
