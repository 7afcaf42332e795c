//! One drawing rendered twice: how alike the two pictures are, and where they differ.

use fast_ssim2::{PixelDescriptor, PixelSlice, compute_ssimulacra2};
use serde::Serialize;

use super::raster::{RgbPicture, decode as decode_picture};

/// Scores from here on are taken for alike: SSIMULACRA 2 calls 90 what nobody sees side by side.
const ALIKE: f64 = 90.0;

/// The likeness of two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "likeness", rename_all = "kebab-case")]
pub enum Likeness {
    /// Every pixel is the same.
    Same,
    /// Nobody would see the difference.
    Alike(PixelDifference),
    /// The difference can be seen.
    Differs(PixelDifference),
    /// The sizes differ, so pixels can't be compared.
    OtherSize,
}

/// The difference between two pictures of one size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PixelDifference {
    /// SSIMULACRA 2: 100 is the same, 90 can't be told from it, 70 is good, 30 is poor; it has no lower bound.
    pub score: f64,
    /// The share of pixels that are not the same.
    pub share: f64,
    /// The largest difference of a channel, out of 255.
    pub most: u8,
}

/// Two pictures that could not be compared, with the reason.
#[derive(Debug, thiserror::Error)]
#[error("the pictures could not be compared: {0}")]
pub struct PixelError(String);

/// Compares two PNG, laid on white.
///
/// # Errors
/// When one is no whole PNG.
pub fn likeness(kept: &[u8], now: &[u8]) -> Result<Likeness, PixelError> {
    if kept == now {
        return Ok(Likeness::Same);
    }
    let (kept, now) = (decode(kept)?, decode(now)?);
    if (kept.width, kept.height) != (now.width, now.height) {
        return Ok(Likeness::OtherSize);
    }
    let apart =
        |(a, b): (&[u8], &[u8])| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or_default();
    let each = kept.pixels.chunks_exact(3).zip(now.pixels.chunks_exact(3)).map(apart);
    let (differing, most) = each.fold((0u64, 0), |(n, most), d| (n + u64::from(d > 0), most.max(d)));
    if most == 0 {
        return Ok(Likeness::Same);
    }
    let share = differing as f64 / (f64::from(kept.width) * f64::from(kept.height));
    let score =
        compute_ssimulacra2(&slice(&kept)?, &slice(&now)?).map_err(|error| PixelError(error.to_string()))?;
    let difference = PixelDifference { score, share, most };
    Ok(if score >= ALIKE { Likeness::Alike(difference) } else { Likeness::Differs(difference) })
}

/// A picture of where two PNG of one size differ: the first one pale and grey, and on it what changed in red.
///
/// # Errors
/// When one is no whole PNG, or the sizes differ.
pub fn difference(kept: &[u8], now: &[u8]) -> Result<Vec<u8>, PixelError> {
    let (kept, now) = (decode(kept)?, decode(now)?);
    if (kept.width, kept.height) != (now.width, now.height) {
        return Err(PixelError("their sizes differ".to_owned()));
    }
    let mut pixels = Vec::with_capacity(kept.pixels.len());
    for (a, b) in kept.pixels.chunks_exact(3).zip(now.pixels.chunks_exact(3)) {
        let apart = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or_default();
        let grey = a.iter().map(|channel| u16::from(*channel)).sum::<u16>() / 3;
        // Even one level is to be seen.
        let pale = u8::try_from(176 + grey * 5 / 16).unwrap_or(u8::MAX);
        pixels.extend(match apart {
            0 => [pale; 3],
            apart => [208, 96 - apart / 3, 96 - apart / 3],
        });
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, kept.width, kept.height);
    encoder.set_color(png::ColorType::Rgb);
    let failed = |error: png::EncodingError| PixelError(error.to_string());
    encoder.write_header().map_err(failed)?.write_image_data(&pixels).map_err(failed)?;
    Ok(bytes)
}

fn decode(png: &[u8]) -> Result<RgbPicture, PixelError> {
    decode_picture(png).map_err(|error| PixelError(error.to_string()))
}

fn slice(picture: &RgbPicture) -> Result<PixelSlice<'_>, PixelError> {
    let stride = picture.width as usize * 3;
    PixelSlice::new(&picture.pixels, picture.width, picture.height, stride, PixelDescriptor::RGB8_SRGB)
        .map(PixelSlice::erase)
        .map_err(|error| PixelError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, change: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, 64);
        encoder.set_color(png::ColorType::Rgb);
        let pixels: Vec<u8> =
            (0..64).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| change(x, y)).collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        bytes
    }

    #[test]
    fn the_same_is_the_same_a_level_is_alike_and_another_shape_differs() {
        let disc = |radius: u32| {
            move |x: u32, y: u32| {
                let inside = (x.abs_diff(32)).pow(2) + y.abs_diff(32).pow(2) < radius * radius;
                if inside { [30, 90, 200] } else { [255; 3] }
            }
        };
        let kept = picture(64, disc(20));
        assert_eq!(likeness(&kept, &kept).unwrap(), Likeness::Same);
        let level = picture(64, |x, y| disc(20)(x, y).map(|v| v.max(31)));
        match likeness(&kept, &level).unwrap() {
            Likeness::Alike(found) => {
                assert!(found.most == 1 && found.score > 98.0 && found.share < 0.4, "{found:?}");
            }
            other => panic!("{other:?}"),
        }
        let larger = picture(64, disc(27));
        match likeness(&kept, &larger).unwrap() {
            Likeness::Differs(found) => assert!(found.score < 60.0 && found.most == 225, "{found:?}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(likeness(&kept, &picture(65, disc(20))).unwrap(), Likeness::OtherSize);
        assert!(likeness(&kept, b"no picture").is_err());

        let shown = decode(&difference(&kept, &larger).unwrap()).unwrap();
        let at = |x: usize, y: usize| &shown.pixels[(y * 64 + x) * 3..][..3];
        assert!(
            at(32, 8)[0] > at(32, 8)[1] && at(0, 0)[0] == at(0, 0)[1],
            "red where it changed, grey elsewhere"
        );
    }
}
