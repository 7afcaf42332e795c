//! A picture: 8-bit RGB, from a PNG that is not trusted.

use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use thiserror::Error;

use super::limits::MAX_PICTURE_SIDE;

/// Pixels of a picture at most: more than any drawing or photograph that is asked about.
pub const MAX_PICTURE_PIXELS: usize = 1 << 26;

/// Bytes that the decoder may take for chunks and a line.
const DECODER_BYTES: usize = 8 << 20;

/// A picture that can't be shown to a model.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
#[non_exhaustive]
pub enum PictureError {
    #[error("the picture can't be read as PNG: {0}")]
    Png(#[from] png::DecodingError),
    #[error(
        "the picture has {width} × {height} pixels; at least one and at most {MAX_PICTURE_PIXELS} in all are possible"
    )]
    Size { width: u32, height: u32 },
    #[error("a picture of {width} × {height} pixels has {expected} bytes of RGB, not {found}")]
    Bytes { width: u32, height: u32, expected: usize, found: usize },
    #[error("the picture can't be read as PNG: its palette of {bytes} bytes is not of whole colours")]
    Palette { bytes: usize },
    #[error("the picture is an animation of {width} × {height} pixels whose first frame is smaller")]
    Frame { width: u32, height: u32 },
    #[error("a picture of {width} × {height} pixels is too long and thin for the model: {rule}")]
    Thin { width: u32, height: u32, rule: &'static str },
}

/// A picture in 8-bit RGB. Cloning it is cheap.
#[derive(Clone)]
pub struct Picture {
    width: u32,
    height: u32,
    // Not a slice: that would be a copy.
    rgb: Arc<Vec<u8>>,
}

impl Picture {
    /// Decodes a PNG: the first frame, 8 bits a channel, what is transparent laid over white, no gamma and no profile.
    ///
    /// # Errors
    /// When the bytes are no whole PNG, or the picture has more than [`MAX_PICTURE_PIXELS`] or a side of more than 131072.
    pub fn from_png(png: &[u8]) -> Result<Picture, PictureError> {
        let limits = png::Limits { bytes: DECODER_BYTES };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(png), limits);
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let header = decoder.read_header_info()?;
        let (width, height) = (header.width, header.height);
        checked_pixels(width, height)?;
        let mut reader = decoder.read_info()?;
        // The decoder panics where a third of a colour is left.
        if let Some(palette) =
            reader.info().palette.as_ref().filter(|palette| !palette.len().is_multiple_of(3))
        {
            return Err(PictureError::Palette { bytes: palette.len() });
        }
        let frame = reader.info().frame_control.as_ref();
        if frame.is_some_and(|frame| (frame.width, frame.height) != (width, height)) {
            return Err(PictureError::Frame { width, height });
        }
        let rgb = rgb_of(&mut reader)?;
        Picture::from_rgb(width, height, rgb)
    }

    /// Takes pixels as they are: rows from the top, three bytes a pixel.
    ///
    /// # Errors
    /// When there are not as many bytes as the size says, or more pixels than [`Picture::from_png`] takes.
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Result<Picture, PictureError> {
        let expected = 3 * checked_pixels(width, height)?;
        if rgb.len() != expected {
            return Err(PictureError::Bytes { width, height, expected, found: rgb.len() });
        }
        Ok(Picture { width, height, rgb: Arc::new(rgb) })
    }

    /// Pixels of a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Three bytes a pixel, row by row.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }
}

/// The same size and the same pixels.
impl PartialEq for Picture {
    fn eq(&self, other: &Picture) -> bool {
        let size = |picture: &Picture| (picture.width, picture.height);
        size(self) == size(other) && (Arc::ptr_eq(&self.rgb, &other.rgb) || self.rgb == other.rgb)
    }
}

impl Eq for Picture {}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

fn checked_pixels(width: u32, height: u32) -> Result<usize, PictureError> {
    if width.max(height) as usize > MAX_PICTURE_SIDE {
        return Err(PictureError::Thin {
            width,
            height,
            rule: "neither side may have more than 131072 pixels",
        });
    }
    let pixels = u64::from(width) * u64::from(height);
    match usize::try_from(pixels) {
        Ok(pixels) if (1..=MAX_PICTURE_PIXELS).contains(&pixels) => Ok(pixels),
        _ => Err(PictureError::Size { width, height }),
    }
}

/// The pixels of a PNG on white, line by line, so that memory holds three bytes a pixel and little else.
fn rgb_of(reader: &mut png::Reader<Cursor<&[u8]>>) -> Result<Vec<u8>, PictureError> {
    let (width, height) = reader.info().size();
    let (line_bytes, bytes) = (3 * width as usize, 3 * checked_pixels(width, height)?);
    let (kind, _) = reader.output_color_type();
    let mut rgb = match reader.info().interlaced {
        true => vec![0; bytes],
        false => Vec::with_capacity(bytes),
    };
    let mut line = Vec::new();
    while let Some(row) = reader.next_interlaced_row()? {
        match row.interlace() {
            png::InterlaceInfo::Null(_) => push_on_white(&mut rgb, row.data(), kind),
            png::InterlaceInfo::Adam7(pass) => {
                line.clear();
                push_on_white(&mut line, row.data(), kind);
                png::expand_interlaced_row(&mut rgb, line_bytes, &line, pass, 24);
            }
        }
    }
    Ok(rgb)
}

/// Adds a line of 8 bits a channel to pixels, laid on white.
fn push_on_white(rgb: &mut Vec<u8>, line: &[u8], kind: png::ColorType) {
    match kind {
        png::ColorType::Rgb => rgb.extend_from_slice(line),
        png::ColorType::Rgba => {
            let (pixels, _) = line.as_chunks::<4>();
            rgb.extend(pixels.iter().flat_map(|&[r, g, b, a]| [r, g, b].map(|x| over_white(x, a))));
        }
        png::ColorType::Grayscale => rgb.extend(line.iter().flat_map(|&x| [x; 3])),
        png::ColorType::GrayscaleAlpha => {
            let (pixels, _) = line.as_chunks::<2>();
            rgb.extend(pixels.iter().flat_map(|&[x, a]| [over_white(x, a); 3]));
        }
        png::ColorType::Indexed => unreachable!("the decoder expands palettes"),
    }
}

/// A channel of a transparent pixel on white, rounded.
fn over_white(x: u8, alpha: u8) -> u8 {
    let (x, alpha) = (u32::from(x), u32::from(alpha));
    let mixed = (x * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}
