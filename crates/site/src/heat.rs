//! The heat map of an attempt's experts: a pixel for each expert of each layer, in the colours of light and dark pages.
//!
//! The scale is the same for all attempts, so that they can be compared: a level follows the square root of how often an
//! expert was taken, and the middle is as often as if all were taken equally often.

use pelicycle_record::ExpertCounts;

/// The number of levels above "never taken".
const LEVELS: u8 = 15;
/// The deepest level stands for so many times the equal share, or more.
pub(super) const DEEPEST: f64 = 4.0;

/// The ground that a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageGround {
    Light,
    Dark,
}

/// Red, green and blue of the lowest, the middle and the deepest level.
const ON_LIGHT: [[u8; 3]; 3] = [[0xf7, 0xdf, 0xc9], [0xe8, 0x73, 0x1a], [0x4f, 0x1d, 0x02]];
const ON_DARK: [[u8; 3]; 3] = [[0x43, 0x2a, 0x15], [0xe8, 0x73, 0x1a], [0xff, 0xee, 0xd8]];

/// The map of the layers that have experts, one pixel an expert. An expert that was never taken lets the page through.
/// `equal` is how often each would have been taken if all were equally.
pub(super) fn map(counts: &ExpertCounts, equal: f64, ground: PageGround) -> Vec<u8> {
    let rows =
        counts.with_experts().map(|layer| layer.counts.iter().map(|count| level(*count, equal)).collect());
    picture(&rows.collect::<Vec<Vec<u8>>>(), ground)
}

/// The scale that the map is in: never, then every level.
pub(super) fn scale(ground: PageGround) -> Vec<u8> {
    picture(&[(0..=LEVELS).collect()], ground)
}

fn level(count: u32, equal: f64) -> u8 {
    if count == 0 {
        return 0;
    }
    let share = f64::from(count) / equal.max(f64::MIN_POSITIVE);
    // The cast saturates.
    ((share / DEEPEST).sqrt() * f64::from(LEVELS)).round().clamp(1.0, f64::from(LEVELS)) as u8
}

/// A picture of rows of levels, equally many in each: half a byte a pixel before it is compressed.
fn picture(rows: &[Vec<u8>], ground: PageGround) -> Vec<u8> {
    let size = |n: usize| u32::try_from(n).expect("a table of counts is bounded");
    let width = rows.first().map_or(1, Vec::len);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size(width), size(rows.len().max(1)));
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_palette(palette(ground));
    // The first colour alone is transparent.
    encoder.set_trns(vec![0]);
    let packed = |row: &Vec<u8>| {
        row.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect::<Vec<u8>>()
    };
    let mut pixels: Vec<u8> = rows.iter().flat_map(packed).collect();
    if pixels.is_empty() {
        pixels.push(0);
    }
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.expect("a picture with a size is written to memory");
    bytes
}

fn palette(ground: PageGround) -> Vec<u8> {
    let stops = match ground {
        PageGround::Light => ON_LIGHT,
        PageGround::Dark => ON_DARK,
    };
    let colour = |level: u8| {
        let at = f64::from(level - 1) / f64::from(LEVELS - 1) * 2.0;
        let (from, to) = if at < 1.0 { (stops[0], stops[1]) } else { (stops[1], stops[2]) };
        let part = at.fract() + if at >= 2.0 { 1.0 } else { 0.0 };
        [0, 1, 2].map(|i| (f64::from(from[i]) * (1.0 - part) + f64::from(to[i]) * part).round() as u8)
    };
    let page = [0; 3];
    std::iter::once(page).chain((1..=LEVELS).map(colour)).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(png: &[u8]) -> (u32, u32, Vec<[u8; 4]>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut raw = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut raw).unwrap();
        (info.width, info.height, raw.as_chunks().0.to_vec())
    }

    #[test]
    fn a_pixel_is_an_expert_and_its_depth_is_its_share() {
        let layers = [vec![], vec![0, 1, 100], vec![400, 100_000, 0]];
        let counts = ExpertCounts::new(&layers).unwrap();
        for (ground, ends) in [(PageGround::Light, ON_LIGHT), (PageGround::Dark, ON_DARK)] {
            let (width, height, pixels) = pixels(&map(&counts, 100.0, ground));
            assert_eq!((width, height), (3, 2), "the layer without experts has no row");
            let solid = |[r, g, b]: [u8; 3]| [r, g, b, 255];
            assert_eq!((pixels[0][3], pixels[5][3]), (0, 0), "never lets the page through");
            assert_eq!((pixels[1], pixels[2]), (solid(ends[0]), solid(ends[1])));
            assert_eq!((pixels[3], pixels[4]), (solid(ends[2]), solid(ends[2])));
        }
    }

    #[test]
    fn deeper_is_more_and_the_middle_is_the_equal_share() {
        let levels: Vec<u8> = (0..=500).map(|count| level(count, 100.0)).collect();
        assert!(levels.is_sorted());
        assert_eq!((levels[0], levels[1], levels[100], levels[400], levels[500]), (0, 1, 8, 15, 15));
        assert_eq!((level(1, 0.0), level(0, 0.0), level(u32::MAX, f64::NAN)), (15, 0, 15));
        assert_eq!(pixels(&scale(PageGround::Light)).0, 16);
    }
}
