//! Rasters: taken only when they are whole PNG of a bounded size, and made small for the walls, in two sizes.

use std::io::Cursor;

/// Longest side that is taken.
const MAX_SIDE: u32 = 4096;
/// Longest side of the larger thumbnail: a plate is mostly some 220 CSS pixels wide, shown at twice the density.
const SMALL: u32 = 512;
/// The same at the plain density.
const TINY: u32 = 256;

/// The share of pixels as those on their left, from which a picture is one of even areas: 0.96 and more in 34 drawings of
/// 2024, less than 0.92 in 33 of 35 of 2026.
const EVEN: f64 = 0.93;

/// Version of how thumbnails are made: a change makes them all anew.
pub const THUMBNAIL_VERSION: u32 = 4;

/// A picture that cannot be shown.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RasterError {
    #[error("the picture is not a whole PNG: {0}")]
    Decode(#[from] png::DecodingError),
    #[error("the picture is not a whole PNG: its palette ends within a colour")]
    Palette,
    #[error("the picture is {0} × {1} pixels, over the bound of 4096")]
    Size(u32, u32),
    #[error("the picture could not be made small: {0}")]
    Encode(#[from] png::EncodingError),
}

/// Width and height in pixels, by the header alone.
///
/// # Errors
/// When it is no PNG of a bounded size.
pub fn picture_size(png: &[u8]) -> Result<(u32, u32), RasterError> {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    let header = decoder.read_header_info()?;
    let (width, height) = (header.width, header.height);
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(RasterError::Size(width, height));
    }
    Ok((width, height))
}

/// The sizes of the two thumbnails of a picture, in pixels.
pub fn thumbnail_sizes(large: (u32, u32)) -> [(u32, u32); 2] {
    [fitted(large, SMALL), fitted(large, TINY)]
}

/// The size that a picture has when no side of it is longer than `most`.
fn fitted((width, height): (u32, u32), most: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= most {
        return (width, height);
    }
    let scaled = |side: u32| {
        let scaled = (u64::from(side) * u64::from(most) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(most).max(1)
    };
    (scaled(width), scaled(height))
}

/// The two thumbnails of a picture, on white.
pub struct Thumbnails {
    /// The files, for screens of double and of plain density.
    pub files: [Vec<u8>; 2],
    /// The larger one in pixels, so that who needs them does not read the file again.
    pub small: PixelPicture,
}

/// The two thumbnails of a picture.
///
/// # Errors
/// When it is no whole PNG of a bounded size: all of it is decoded.
pub fn thumbnails(png: &[u8]) -> Result<Thumbnails, RasterError> {
    let raw = read(png)?;
    let small = match halve_opaque(&raw, SMALL) {
        Some(small) => small,
        None => raw.on_white().within(SMALL),
    };
    let encoded = small.encode()?;
    let tiny = match small.smaller(TINY) {
        Some(tiny) => tiny.encode()?,
        None => encoded.clone(),
    };
    Ok(Thumbnails { files: [encoded, tiny], small: PixelPicture(small) })
}

/// The picture on white, with no side longer than `most`, and its size.
///
/// # Errors
/// When it is no whole PNG of a bounded size.
pub fn small_picture(png: &[u8], most: u32) -> Result<(Vec<u8>, (u32, u32)), RasterError> {
    let picture = decode(png)?.within(most);
    Ok((picture.encode()?, (picture.width, picture.height)))
}

/// As [`small_picture`], for one that is looked at once: made in a moment rather than of few bytes.
///
/// # Errors
/// When it is no whole PNG of a bounded size.
pub fn quick_picture(png: &[u8], most: u32) -> Result<(Vec<u8>, (u32, u32)), RasterError> {
    let picture = decode(png)?.within(most);
    Ok((picture.encode_quickly()?, (picture.width, picture.height)))
}

/// A picture that was read.
pub struct PixelPicture(pub(super) RgbPicture);

/// A picture of 8 bits a channel, rows from the top.
pub(super) struct RgbPicture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<u8>,
}

impl RgbPicture {
    /// The picture with no side longer than `most`.
    pub(super) fn within(self, most: u32) -> RgbPicture {
        self.smaller(most).unwrap_or(self)
    }

    /// The picture with no side longer than `most`; `None` where that is the case.
    pub(super) fn smaller(&self, most: u32) -> Option<RgbPicture> {
        let (width, height) = fitted((self.width, self.height), most);
        let smaller = (width, height) != (self.width, self.height);
        smaller.then(|| RgbPicture { width, height, pixels: shrink(self, width, height) })
    }

    /// Of few bytes, in little time. Areas of one colour pack best as they are, soft ones as differences: of 34 drawings of
    /// 2024 the bytes are 0.86 of those by the filter that costs most, of 35 of 2026 they are 1.07, in 0.6 and 0.3 of the time.
    fn encode(&self) -> Result<Vec<u8>, RasterError> {
        let filter = if self.evenness() >= EVEN { png::Filter::NoFilter } else { png::Filter::Paeth };
        self.encode_as(png::DeflateCompression::Level(4), filter)
    }

    /// In a moment, of twice as many bytes. Differences to the pixel above are found several times faster than by what tells best.
    pub(super) fn encode_quickly(&self) -> Result<Vec<u8>, RasterError> {
        self.encode_as(png::DeflateCompression::FdeflateUltraFast, png::Filter::Up)
    }

    fn encode_as(
        &self,
        compression: png::DeflateCompression,
        filter: png::Filter,
    ) -> Result<Vec<u8>, RasterError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_deflate_compression(compression);
        encoder.set_filter(filter);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(bytes)
    }

    /// The share of pixels that are as the one on their left.
    fn evenness(&self) -> f64 {
        let (mut same, mut all) = (0_usize, 0_usize);
        for row in self.pixels.chunks_exact(self.width as usize * 3) {
            let pairs = row.chunks_exact(3).zip(row[3..].chunks_exact(3));
            same += pairs.filter(|(left, right)| left == right).count();
            all += self.width as usize - 1;
        }
        same as f64 / all.max(1) as f64
    }
}

/// A picture as its file has it, with 8 bits a channel.
struct Raw {
    width: u32,
    height: u32,
    kind: png::ColorType,
    pixels: Vec<u8>,
}

fn read(png: &[u8]) -> Result<Raw, RasterError> {
    let (width, height) = picture_size(png)?;
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    // The decoder panics where a third of a colour is left.
    if reader.info().palette.as_ref().is_some_and(|palette| !palette.len().is_multiple_of(3)) {
        return Err(RasterError::Palette);
    }
    let length = reader.output_buffer_size().ok_or(RasterError::Size(width, height))?;
    let mut pixels = vec![0; length];
    reader.next_frame(&mut pixels)?;
    // A file that ends early has all its pixels only by chance.
    reader.finish()?;
    Ok(Raw { width, height, kind: reader.output_color_type().0, pixels })
}

/// The picture on white.
///
/// # Errors
/// When it is no whole PNG of a bounded size.
pub(super) fn decode(png: &[u8]) -> Result<RgbPicture, RasterError> {
    Ok(read(png)?.on_white())
}

impl Raw {
    fn on_white(self) -> RgbPicture {
        let Self { width, height, kind, pixels: raw } = self;
        let over_white = |value: u8, alpha: u8| {
            let (value, alpha) = (u32::from(value), u32::from(alpha));
            u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        };
        let pixels = match kind {
            png::ColorType::Rgb => raw,
            // Most pictures, and most pixels of them opaque.
            png::ColorType::Rgba => {
                let mut pixels = vec![0; raw.len() / 4 * 3];
                for (out, p) in pixels.chunks_exact_mut(3).zip(raw.chunks_exact(4)) {
                    match p[3] {
                        u8::MAX => out.copy_from_slice(&p[..3]),
                        alpha => {
                            out.copy_from_slice(&[p[0], p[1], p[2]].map(|value| over_white(value, alpha)));
                        }
                    }
                }
                pixels
            }
            png::ColorType::GrayscaleAlpha => {
                raw.chunks_exact(2).flat_map(|p| [over_white(p[0], p[1]); 3]).collect()
            }
            // The normalization leaves no palette.
            png::ColorType::Grayscale | png::ColorType::Indexed => raw.iter().flat_map(|v| [*v; 3]).collect(),
        };
        RgbPicture { width, height, pixels }
    }
}

/// Each small pixel is the mean of the area of the large picture that it covers, by rows and then by columns.
fn shrink(large: &RgbPicture, width: u32, height: u32) -> Vec<u8> {
    if (large.width, large.height) == (2 * width, 2 * height) {
        return halve(large);
    }
    let columns = spans(large.width, width);
    let rows = spans(large.height, height);
    let stride = large.width as usize * 3;
    let mut small = Vec::with_capacity(width as usize * height as usize * 3);
    let mut mean_row = vec![0.0f32; stride];
    for row in &rows {
        mean_row.fill(0.0);
        for (index, weight) in row {
            let line = &large.pixels[index * stride..][..stride];
            for (sum, value) in mean_row.iter_mut().zip(line) {
                *sum += weight * f32::from(*value);
            }
        }
        for column in &columns {
            let mut means = [0.0f32; 3];
            for (index, weight) in column {
                for (mean, value) in means.iter_mut().zip(&mean_row[index * 3..index * 3 + 3]) {
                    *mean += weight * value;
                }
            }
            // The cast saturates; a mean of bytes is one.
            small.extend(means.map(|mean| (mean + 0.5) as u8));
        }
    }
    small
}

/// The same for two by two pixels, which most pictures shrink by.
fn halve(large: &RgbPicture) -> Vec<u8> {
    let mut small = vec![0; large.pixels.len() / 4];
    let width = large.width as usize;
    let rows = small.chunks_exact_mut(width / 2 * 3).zip(large.pixels.chunks_exact(width * 6));
    for (row, (upper, lower)) in rows.map(|(row, two)| (row, two.split_at(two.len() / 2))) {
        let blocks = upper.chunks_exact(6).zip(lower.chunks_exact(6));
        for (pixel, (above, below)) in row.chunks_exact_mut(3).zip(blocks) {
            for (channel, mean) in pixel.iter_mut().enumerate() {
                let four = [above[channel], above[channel + 3], below[channel], below[channel + 3]];
                let sum: u16 = four.into_iter().map(u16::from).sum();
                // A mean of bytes is one.
                *mean = ((sum + 2) / 4) as u8;
            }
        }
    }
    small
}

/// The same for a picture with an alpha channel that says nothing, as nearly all of ours are, if its longest side is twice `most`.
fn halve_opaque(large: &Raw, most: u32) -> Option<RgbPicture> {
    let (width, height) = fitted((large.width, large.height), most);
    let twice = (large.width, large.height) == (2 * width, 2 * height);
    if !twice || large.kind != png::ColorType::Rgba {
        return None;
    }
    let (pixels, _) = large.pixels.as_chunks::<4>();
    if pixels.iter().any(|pixel| pixel[3] != u8::MAX) {
        return None;
    }
    let mut small = vec![0; pixels.len() / 4 * 3];
    let stride = large.width as usize;
    let rows = small.chunks_exact_mut(width as usize * 3).zip(pixels.chunks_exact(2 * stride));
    for (row, (upper, lower)) in rows.map(|(row, two)| (row, two.split_at(stride))) {
        let blocks = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for (pixel, (above, below)) in row.chunks_exact_mut(3).zip(blocks) {
            // Two channels to a word: four bytes and 2 are no more than the ten bits between them hold.
            let four = [above[0], above[1], below[0], below[1]].map(u32::from_le_bytes);
            let red_and_blue = four.iter().map(|p| p & 0x00ff_00ff).sum::<u32>() + 0x0002_0002;
            let green = four.iter().map(|p| p >> 8 & 0xff).sum::<u32>() + 2;
            // The casts keep the byte that is meant.
            pixel.copy_from_slice(&[
                (red_and_blue >> 2) as u8,
                (green >> 2) as u8,
                (red_and_blue >> 18) as u8,
            ]);
        }
    }
    Some(RgbPicture { width, height, pixels: small })
}

/// For each of `small` cells, the cells out of `large` that it covers, and their shares, which sum to 1.
fn spans(large: u32, small: u32) -> Vec<Vec<(usize, f32)>> {
    // Positions in units of 1/small of a large cell are whole numbers, so that no share depends on rounding.
    let (large, small) = (u64::from(large), u64::from(small));
    let cell = |i: u64| {
        let (start, end) = (i * large, (i + 1) * large);
        (start / small..end.div_ceil(small)).map(move |index| {
            let covered = end.min((index + 1) * small) - start.max(index * small);
            (usize::try_from(index).unwrap_or(usize::MAX), covered as f32 / large as f32)
        })
    };
    (0..small).map(|i| cell(i).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(width: u32, height: u32, color: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        bytes
    }

    #[test]
    fn a_palette_that_ends_within_a_colour_makes_no_picture() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 4, 2);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(vec![7; 31]);
        encoder.write_header().unwrap().write_image_data(&[0; 8]).unwrap();
        assert!(matches!(thumbnails(&bytes), Err(RasterError::Palette)));
    }

    #[test]
    fn sizes_keep_their_proportions_and_never_vanish() {
        assert_eq!(thumbnail_sizes((1024, 768)), [(512, 384), (256, 192)]);
        assert_eq!(thumbnail_sizes((300, 200)), [(300, 200), (256, 171)]);
        assert_eq!(thumbnail_sizes((4096, 1)), [(512, 1), (256, 1)]);
    }

    #[test]
    fn a_picture_shrinks_to_the_means_of_its_areas() {
        // Columns of 0 and 200 by turns: every small pixel covers one of each.
        let pixels: Vec<u8> = (0..1024 * 4).flat_map(|i| [if i % 2 == 0 { 0 } else { 200 }; 3]).collect();
        let made = thumbnails(&encode(1024, 4, png::ColorType::Rgb, &pixels)).unwrap();
        assert_eq!(made.small.0.pixels, decode(&made.files[0]).unwrap().pixels);
        for (png, size) in made.files.iter().zip([(512, 2), (256, 1)]) {
            let small = decode(png).unwrap();
            assert_eq!((small.width, small.height), size);
            assert!(small.pixels.iter().all(|value| *value == 100));
        }
    }

    #[test]
    fn halving_is_the_mean_of_areas_at_another_speed() {
        let pixels: Vec<u8> =
            (0..64 * 48 * 3u32).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let large = RgbPicture { width: 64, height: 48, pixels };
        let (columns, rows) = (spans(64, 32), spans(48, 24));
        let mean = |x: usize, y: usize, channel: usize| {
            let at = |row: usize, column: usize| f32::from(large.pixels[(row * 64 + column) * 3 + channel]);
            let row =
                |row: usize| columns[x].iter().map(|(column, share)| share * at(row, *column)).sum::<f32>();
            let sum: f32 = rows[y].iter().map(|(index, share)| share * row(*index)).sum();
            (sum + 0.5) as u8
        };
        let with_alpha = large.pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let mut raw = Raw { width: 64, height: 48, kind: png::ColorType::Rgba, pixels: with_alpha };
        let expected: Vec<u8> = (0..24)
            .flat_map(|y| (0..32).flat_map(move |x| (0..3).map(move |channel| (x, y, channel))))
            .map(|(x, y, channel)| mean(x, y, channel))
            .collect();
        assert_eq!(shrink(&large, 32, 24), expected);
        assert_eq!(halve_opaque(&raw, 32).unwrap().pixels, expected);
        raw.pixels[3] = 254;
        assert!(halve_opaque(&raw, 32).is_none(), "one pixel lets the ground through");
    }

    #[test]
    fn an_even_ground_stays_even_at_any_ratio() {
        let pixels = vec![77; 1000 * 613 * 3];
        let small = thumbnails(&encode(1000, 613, png::ColorType::Rgb, &pixels)).unwrap().small.0;
        assert_eq!((small.width, small.height), (512, 314));
        assert!(small.pixels.iter().all(|value| *value == 77));
    }

    #[test]
    fn transparency_is_laid_on_white() {
        let png = encode(2, 1, png::ColorType::Rgba, &[0, 0, 0, 0, 10, 20, 30, 255]);
        assert_eq!(decode(&png).unwrap().pixels, [255, 255, 255, 10, 20, 30]);
    }

    #[test]
    fn what_is_no_whole_png_of_a_bounded_size_is_refused() {
        let good = encode(8, 8, png::ColorType::Rgb, &[9; 192]);
        assert!(thumbnails(&good).is_ok());
        assert!(thumbnails(&good[..good.len() - 20]).is_err(), "cut off");
        assert!(thumbnails(b"<svg onload='alert(1)'/>").is_err());
        let mut huge = good;
        huge[16..20].copy_from_slice(&100_000u32.to_be_bytes());
        let crc = crc(&huge[12..29]);
        huge[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(matches!(thumbnails(&huge), Err(RasterError::Size(100_000, 8))));
    }

    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
    }
}
