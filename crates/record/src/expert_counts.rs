//! The counts of how often a reply took each expert of a Mixture-of-Experts model: as a table, as the picture that is kept
//! beside the record, and what can be said of it in figures.
//!
//! The picture is the table itself, so that any program that reads PNG reads the counts: greyscale of 16 bits, a row
//! for each layer of the model, a column for each expert.

use std::io::Cursor;

/// The largest count that the picture can hold; a larger one, which takes a reply longer than this, is kept as this.
pub const MAX_COUNT: u32 = u16::MAX as u32;
/// Most layers that are read from a picture: several times those of the deepest models.
pub const MAX_LAYERS: u32 = 1024;
/// Most experts of a layer that are read from a picture: several times those of the widest models.
pub const MAX_EXPERTS: u32 = 4096;

/// The table of how often each expert of each layer was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertCounts {
    experts: usize,
    /// A row for each layer.
    counts: Vec<u32>,
}

/// The counts of one layer that has experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerCounts<'a> {
    /// The layer's number, from 0.
    pub layer: usize,
    /// The count of each of its experts; at least one is not zero.
    pub counts: &'a [u32],
}

/// The reason why a picture holds no counts.
#[derive(Debug, thiserror::Error)]
pub enum ExpertCountsError {
    /// The PNG is broken.
    #[error("the picture of the experts is not a whole PNG: {0}")]
    Decode(#[from] png::DecodingError),
    /// The picture is not greyscale of 16 bits.
    #[error("the picture of the experts is {0:?} of {1:?} bits, not greyscale of 16")]
    Kind(png::ColorType, png::BitDepth),
    /// The picture is larger than any table of counts.
    #[error(
        "the picture of the experts is {experts} × {layers}, over the bound of {MAX_EXPERTS} × {MAX_LAYERS}"
    )]
    Size {
        /// Its width.
        experts: u32,
        /// Its height.
        layers: u32,
    },
}

impl ExpertCounts {
    /// The table with a row for each layer, of as many numbers as the layer has experts: none where it has none.
    /// `None` when no layer has any.
    #[must_use]
    pub fn new(layers: &[Vec<u32>]) -> Option<Self> {
        let experts = layers.iter().map(Vec::len).max().filter(|experts| *experts > 0)?;
        let row = |layer: &Vec<u32>| {
            let mut row = layer.clone();
            row.resize(experts, 0);
            row
        };
        Some(Self { experts, counts: layers.iter().flat_map(row).collect() })
    }

    /// Experts of a layer.
    #[must_use]
    pub fn experts(&self) -> usize {
        self.experts
    }

    /// Layers of the model, those without experts too.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.counts.len() / self.experts
    }

    /// The layers that have experts. A token takes some in every such layer, so that one where none was taken has
    /// none.
    pub fn with_experts(&self) -> impl Iterator<Item = LayerCounts<'_>> {
        let rows = self.counts.chunks_exact(self.experts).enumerate();
        let rows = rows.map(|(layer, counts)| LayerCounts { layer, counts });
        rows.filter(|layer| layer.counts.iter().any(|count| *count > 0))
    }

    /// Experts that were taken at all, of all layers.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.counts.iter().filter(|count| **count > 0).count()
    }

    /// The mean of the [evenness](LayerCounts::evenness) of the layers that have experts.
    #[must_use]
    pub fn evenness(&self) -> f64 {
        let (sum, layers) =
            self.with_experts().fold((0.0, 0), |(sum, n), layer| (sum + layer.evenness(), n + 1));
        if layers == 0 { 1.0 } else { sum / f64::from(layers) }
    }

    /// The picture.
    ///
    /// # Panics
    /// Never: a table is not empty, and memory takes any picture.
    #[must_use]
    pub fn to_png(&self) -> Vec<u8> {
        let size =
            |n: usize| u32::try_from(n).expect("a table has fewer rows and columns than bytes fit a file");
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, size(self.experts), size(self.layers()));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Sixteen);
        encoder.set_compression(png::Compression::High);
        // Neighbours have nothing to do with each other, and differences would only hide the zeros.
        encoder.set_filter(png::Filter::NoFilter);
        let pixel = |count: &u32| u16::try_from(*count).unwrap_or(u16::MAX).to_be_bytes();
        let pixels: Vec<u8> = self.counts.iter().flat_map(pixel).collect();
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
        written.expect("a picture with a size is written to memory");
        bytes
    }

    /// The table in a picture.
    ///
    /// # Errors
    /// A picture that is broken, too large, or not greyscale of 16 bits.
    pub fn from_png(png: &[u8]) -> Result<Self, ExpertCountsError> {
        let mut decoder = png::Decoder::new(Cursor::new(png));
        let header = decoder.read_header_info()?;
        let (experts, layers) = (header.width, header.height);
        if experts > MAX_EXPERTS || layers > MAX_LAYERS {
            return Err(ExpertCountsError::Size { experts, layers });
        }
        if (header.color_type, header.bit_depth) != (png::ColorType::Grayscale, png::BitDepth::Sixteen) {
            return Err(ExpertCountsError::Kind(header.color_type, header.bit_depth));
        }
        let mut reader = decoder.read_info()?;
        let mut pixels = vec![0; experts as usize * layers as usize * 2];
        reader.next_frame(&mut pixels)?;
        reader.finish()?;
        let counts = pixels.as_chunks().0.iter().map(|pixel| u32::from(u16::from_be_bytes(*pixel))).collect();
        Ok(Self { experts: experts as usize, counts })
    }
}

impl LayerCounts<'_> {
    /// Experts that were taken at all.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.counts.iter().filter(|count| **count > 0).count()
    }

    /// The expert that was taken most often, of equal ones the first, and how often.
    #[must_use]
    pub fn busiest(&self) -> (usize, u32) {
        let counts = self.counts.iter().copied().enumerate();
        counts.fold((0, 0), |best, next| if next.1 > best.1 { next } else { best })
    }

    /// The evenness of the counts: the entropy of their shares by that of equal shares. 1 when all were taken
    /// equally often; when a token takes k of n experts and all tokens take the same, log k by log n.
    #[must_use]
    pub fn evenness(&self) -> f64 {
        let sum: f64 = self.counts.iter().map(|count| f64::from(*count)).sum();
        let shares = self.counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / sum);
        let entropy: f64 = shares.map(|share| -share * share.ln()).sum();
        if self.counts.len() < 2 { 1.0 } else { entropy / (self.counts.len() as f64).ln() }
    }
}
