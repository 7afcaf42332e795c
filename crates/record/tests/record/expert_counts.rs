use pelicycle_record::{ExpertCounts, ExpertCountsError, LayerCounts, MAX_COUNT, MAX_EXPERTS, MAX_LAYERS};
use std::io::Cursor;

/// A table whose last layer has this count.
fn with_count(count: u32) -> ExpertCounts {
    ExpertCounts::new(&[vec![], vec![5, 5, 5, 5], vec![0, 7, 0, 7], vec![1, count, 300, 65_535]]).unwrap()
}

fn counts() -> ExpertCounts {
    with_count(70_000)
}

#[test]
fn any_reader_of_png_finds_the_counts_as_grey_levels() {
    let png = counts().to_png();
    let mut reader = png::Decoder::new(Cursor::new(&png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height, info.bit_depth), (4, 4, png::BitDepth::Sixteen));
    assert_eq!(pixels[..16], [0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 5, 0, 5, 0, 5]);
    assert_eq!(pixels[24..], [0, 1, 255, 255, 1, 44, 255, 255]);
}

#[test]
fn a_picture_gives_back_its_table_but_for_counts_over_the_largest() {
    let back = ExpertCounts::from_png(&counts().to_png()).unwrap();
    assert_eq!(back, with_count(MAX_COUNT));
    assert_eq!((back.layers(), back.experts()), (4, 4));
    assert_eq!(ExpertCounts::new(&[vec![], vec![]]), None);
}

#[test]
fn what_is_no_whole_picture_of_counts_is_refused() {
    let good = counts().to_png();
    assert!(matches!(ExpertCounts::from_png(&good[..good.len() - 16]), Err(ExpertCountsError::Decode(_))));
    let picture = |width, height, color, depth, bytes| {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder.write_header().unwrap().write_image_data(&vec![0; bytes]).unwrap();
        ExpertCounts::from_png(&out)
    };
    let (grey, rgb) = (png::ColorType::Grayscale, png::ColorType::Rgb);
    let (eight, sixteen) = (png::BitDepth::Eight, png::BitDepth::Sixteen);
    assert!(matches!(picture(2, 2, grey, eight, 4), Err(ExpertCountsError::Kind(..))));
    assert!(matches!(picture(2, 2, rgb, sixteen, 24), Err(ExpertCountsError::Kind(..))));
    assert!(picture(MAX_EXPERTS, 1, grey, sixteen, 2 * MAX_EXPERTS as usize).is_ok());
    assert!(picture(1, MAX_LAYERS, grey, sixteen, 2 * MAX_LAYERS as usize).is_ok());
    for (width, height) in [(MAX_EXPERTS + 1, 1), (1, MAX_LAYERS + 1)] {
        let bytes = 2 * width as usize * height as usize;
        assert!(matches!(picture(width, height, grey, sixteen, bytes), Err(ExpertCountsError::Size { .. })));
    }
}

#[test]
fn the_figures_are_those_of_the_counts() {
    let counts = counts();
    let layers: Vec<_> = counts.with_experts().collect();
    assert_eq!(layers.iter().map(|layer| layer.layer).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(layers.iter().map(LayerCounts::taken).collect::<Vec<_>>(), [4, 2, 4]);
    assert_eq!((layers[0].busiest(), layers[2].busiest()), ((0, 5), (1, 70_000)));
    assert_eq!((layers[0].evenness(), layers[1].evenness()), (1.0, 0.5));
    assert!(layers[2].evenness() > 0.4 && layers[2].evenness() < 0.6);
    assert_eq!(counts.taken(), 10);
    let mean = (1.5 + layers[2].evenness()) / 3.0;
    assert!((counts.evenness() - mean).abs() < 1e-12);
}
