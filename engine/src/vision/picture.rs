//! A picture: 8-bit RGB, from a PNG that is not trusted.

use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use thiserror::Error;

/// Pixels of a picture at most: more than any drawing or photograph that is asked about.
pub const MAX_PICTURE_PIXELS: usize = 1 << 26;

/// Bytes that the decoder may take beside the picture itself.
const DECODER_BYTES: usize = 64 << 20;

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
    #[error("a picture of {width} × {height} pixels is too long and thin for the model: {rule}")]
    Thin { width: u32, height: u32, rule: &'static str },
}

/// A picture in 8-bit RGB. Cloning it is cheap.
#[derive(Clone)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Arc<[u8]>,
}

impl Picture {
    /// Decodes a PNG: the first frame, 8 bits a channel, what is transparent laid over white, no gamma and no profile.
    ///
    /// # Errors
    /// When the bytes are no whole PNG, or the picture is larger than [`MAX_PICTURE_PIXELS`].
    pub fn from_png(png: &[u8]) -> Result<Picture, PictureError> {
        let limits = png::Limits { bytes: DECODER_BYTES };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(png), limits);
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let (width, height) = (reader.info().width, reader.info().height);
        let pixels = checked_pixels(width, height)?;
        let bytes = reader.output_buffer_size().filter(|&bytes| bytes <= 4 * pixels);
        let mut bytes = vec![0; bytes.ok_or(PictureError::Size { width, height })?];
        let frame = reader.next_frame(&mut bytes)?;
        bytes.truncate(frame.buffer_size());
        let rgb: Vec<u8> = match frame.color_type {
            png::ColorType::Rgb => bytes,
            png::ColorType::Rgba => {
                let (pixels, _) = bytes.as_chunks::<4>();
                pixels.iter().flat_map(|&[r, g, b, a]| [r, g, b].map(|x| over_white(x, a))).collect()
            }
            png::ColorType::Grayscale => bytes.iter().flat_map(|&x| [x; 3]).collect(),
            png::ColorType::GrayscaleAlpha => {
                bytes.as_chunks::<2>().0.iter().flat_map(|&[x, a]| [over_white(x, a); 3]).collect()
            }
            png::ColorType::Indexed => unreachable!("the decoder expands palettes"),
        };
        Picture::from_rgb(width, height, rgb)
    }

    /// Takes pixels as they are: rows from the top, three bytes a pixel.
    ///
    /// # Errors
    /// When there are not as many bytes as the size says, or more pixels than [`MAX_PICTURE_PIXELS`].
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Result<Picture, PictureError> {
        let expected = 3 * checked_pixels(width, height)?;
        if rgb.len() != expected {
            return Err(PictureError::Bytes { width, height, expected, found: rgb.len() });
        }
        Ok(Picture { width, height, rgb: rgb.into() })
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
    let pixels = u64::from(width) * u64::from(height);
    match usize::try_from(pixels) {
        Ok(pixels) if (1..=MAX_PICTURE_PIXELS).contains(&pixels) => Ok(pixels),
        _ => Err(PictureError::Size { width, height }),
    }
}

/// A channel of a transparent pixel on white, rounded.
fn over_white(x: u8, alpha: u8) -> u8 {
    let (x, alpha) = (u32::from(x), u32::from(alpha));
    let mixed = (x * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}
