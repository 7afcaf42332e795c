//! Resizing: separable and antialiased, on 8-bit values, first along lines and then along columns. The pass between is
//! rounded to 8 bits and clamped, as the reference's is: hard edges show the difference.

use super::picture::Picture;

/// The bytes of a pixel.
const CHANNELS: usize = 3;

/// The kernel of resizing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResizeFilter {
    Bilinear,
    /// R. Keys, 1981, with a = −1/2.
    Bicubic,
}

impl ResizeFilter {
    /// The distance from the middle at which the kernel ends.
    fn support(self) -> f64 {
        match self {
            ResizeFilter::Bilinear => 1.0,
            ResizeFilter::Bicubic => 2.0,
        }
    }

    fn kernel(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            ResizeFilter::Bilinear => (1.0 - x).max(0.0),
            ResizeFilter::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            ResizeFilter::Bicubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            ResizeFilter::Bicubic => 0.0,
        }
    }
}

/// The inputs that an output is made of: the first of them, and their weights.
struct Taps {
    first: usize,
    weights: Vec<f64>,
}

fn taps(from: usize, to: usize, filter: ResizeFilter) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let stretch = scale.max(1.0);
    let support = filter.support() * stretch;
    let of_output = |i: usize| {
        let centre = (i as f64 + 0.5) * scale;
        // Casts cut towards zero, and what lies before the picture becomes 0.
        let first = (centre - support + 0.5) as usize;
        let last = ((centre + support + 0.5) as usize).min(from);
        let weight = |j: usize| filter.kernel((j as f64 + 0.5 - centre) / stretch);
        let mut weights: Vec<f64> = (first..last).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Taps { first, weights }
    };
    (0..to).map(of_output).collect()
}

fn to_byte(x: f64) -> u8 {
    (x + 0.5).floor().clamp(0.0, 255.0) as u8
}

/// The picture in another size.
pub(super) fn resized(picture: &Picture, width: usize, height: usize, filter: ResizeFilter) -> Picture {
    let (from_width, from_height) = (picture.width() as usize, picture.height() as usize);
    if (from_width, from_height) == (width, height) {
        return picture.clone();
    }
    let wide = match from_width == width {
        true => picture.rgb().to_vec(),
        false => along_lines(picture.rgb(), from_width, &taps(from_width, width, filter)),
    };
    let rgb = match from_height == height {
        true => wide,
        false => along_columns(&wide, width, &taps(from_height, height, filter)),
    };
    let sides = u32::try_from(width).ok().zip(u32::try_from(height).ok());
    let (width, height) = sides.expect("sizes to resize to are small");
    Picture::from_rgb(width, height, rgb).expect("every pixel was made")
}

fn along_lines(rgb: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rgb.len() / width * taps.len());
    for line in rgb.chunks_exact(width * CHANNELS) {
        for Taps { first, weights } in taps {
            let mut sums = [0.0; CHANNELS];
            for (pixel, weight) in line[first * CHANNELS..].as_chunks::<CHANNELS>().0.iter().zip(weights) {
                (0..CHANNELS).for_each(|c| sums[c] += weight * f64::from(pixel[c]));
            }
            out.extend(sums.map(to_byte));
        }
    }
    out
}

fn along_columns(rgb: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let line = width * CHANNELS;
    let mut out = Vec::with_capacity(taps.len() * line);
    let mut sums = vec![0.0; line];
    for Taps { first, weights } in taps {
        sums.fill(0.0);
        for (bytes, weight) in rgb[first * line..].chunks_exact(line).zip(weights) {
            sums.iter_mut().zip(bytes).for_each(|(sum, &byte)| *sum += weight * f64::from(byte));
        }
        out.extend(sums.iter().map(|&sum| to_byte(sum)));
    }
    out
}
