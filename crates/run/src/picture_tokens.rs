//! The most tokens that a service counts for a picture, by which costs are bounded.

/// Of a picture of 1024 × 1024 pixels, for most models: one of 16 × 16 patches, with a token at the end of each row, takes 4,160;
/// tiles and coarser patches take from 258 to 2,600.
const MOST: u64 = 4_500;

/// The models whose tiles are counted by another measure: 2,833 tokens, and 5,667 for each of at most eight tiles of 512 × 512
/// pixels.
const TILED: &str = "gpt-4o-mini";

/// The most that such a model counts, whatever the picture.
const MOST_TILED: u64 = 2_833 + 8 * 5_667;

/// The most tokens of a picture whose longest side has so many pixels, for a model by its service's name for it.
pub(crate) fn most_picture_tokens(model: &str, side: u32) -> u64 {
    if model.contains(TILED) {
        return MOST_TILED;
    }
    let side = u64::from(side.max(1024));
    MOST * side * side / (1024 * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_takes_more_and_a_model_with_costly_tiles_most() {
        let pixtral = 64 * 64 + 64;
        assert!(most_picture_tokens("pixtral-12b", 1024) >= pixtral);
        assert_eq!(most_picture_tokens("m", 2048), 4 * most_picture_tokens("m", 64));
        let tiles = |tiles: u64| 2_833 + tiles * 5_667;
        for model in ["gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini", "ft:gpt-4o-mini:me"] {
            assert!(most_picture_tokens(model, 1024) >= tiles(4), "{model}");
        }
    }
}
