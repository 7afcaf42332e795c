//! Pictures and projectors that lie: each is refused in words, or computed with, and never a panic.

use std::sync::Arc;

use pelicycle_engine::gguf::MetadataValue;
use pelicycle_engine::gguf::{Gguf, MetadataArray};
use pelicycle_engine::model::{Arithmetic, Model, ModelError};
use pelicycle_engine::vision::{MAX_PICTURE_PIXELS, Picture, PictureLimits, Projector};

use crate::support::parts::Parts;
use crate::support::shared;

fn png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![10, 20, 30, 200, 100, 0]);
        encoder.set_trns(vec![255, 0]);
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    bytes
}

#[test]
fn every_kind_of_png_becomes_rgb_on_white() {
    use png::{BitDepth, ColorType};
    for (color, depth, data, expected) in [
        (ColorType::Rgb, BitDepth::Eight, &[1, 2, 3][..], [1, 2, 3]),
        (ColorType::Rgba, BitDepth::Eight, &[255, 0, 100, 128], [255, 127, 177]),
        (ColorType::Rgba, BitDepth::Eight, &[9, 9, 9, 0], [255; 3]),
        (ColorType::Grayscale, BitDepth::Eight, &[77], [77; 3]),
        (ColorType::Grayscale, BitDepth::One, &[0x80], [255; 3]),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, &[0, 51], [204; 3]),
        (ColorType::Rgb, BitDepth::Sixteen, &[12, 0, 34, 255, 56, 9], [12, 34, 56]),
        (ColorType::Indexed, BitDepth::Eight, &[0], [10, 20, 30]),
        (ColorType::Indexed, BitDepth::One, &[0x80], [255; 3]),
    ] {
        let picture = Picture::from_png(&png(1, 1, color, depth, data)).unwrap();
        assert_eq!(picture.rgb(), expected, "{color:?} {depth:?} {data:?}");
    }
}

/// A chunk with its length and its checksum.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let sum = checksum(&body).to_be_bytes();
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &body, &sum].concat()
}

/// A picture of so many pixels a side in 8 bits of grey or RGB, with chunks of its own, its lines as they are told.
pub(crate) fn by_chunks(side: u32, color: u8, interlaced: u8, more: &[u8], lines: &[u8]) -> Vec<u8> {
    let side = side.to_be_bytes();
    let header = [&side[..], &side, &[8, color, 0, 0, interlaced]].concat();
    // One block that is not compressed, and Adler's sum of it.
    let len = u16::try_from(lines.len()).unwrap();
    let (a, b) = lines.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let sum = (b << 16 | a).to_be_bytes();
    let data = [&[0x78, 1, 1][..], &len.to_le_bytes(), &(!len).to_le_bytes(), lines, &sum].concat();
    let (begin, end) = (b"\x89PNG\r\n\x1a\n", chunk(b"IEND", b""));
    [&begin[..], &chunk(b"IHDR", &header), more, &chunk(b"IDAT", &data), &end].concat()
}

/// The pixels are Pillow's, laid on white by it.
#[test]
fn lines_that_interleave_keys_of_colours_and_chunks_of_gamma_are_read_as_others_do() {
    let greys = |numbers: &[u8]| numbers.iter().flat_map(|&x| [x; 3]).collect::<Vec<u8>>();
    let interleaved = [0, 10, 0, 30, 0, 70, 90, 0, 20, 0, 80, 0, 40, 50, 60];
    let key = chunk(b"tRNS", &[0, 1, 0, 2, 0, 3]);
    let gamma = [chunk(b"gAMA", &10_000_u32.to_be_bytes()), chunk(b"tEXt", b"a\0b")].concat();
    for (png, expected) in [
        (by_chunks(3, 0, 1, b"", &interleaved), greys(&[10, 20, 30, 40, 50, 60, 70, 80, 90])),
        (by_chunks(1, 2, 0, &key, &[0, 1, 2, 3]), vec![255; 3]),
        (by_chunks(1, 2, 0, &key, &[0, 1, 2, 4]), vec![1, 2, 4]),
        (by_chunks(1, 0, 0, &chunk(b"tRNS", &[0, 7]), &[0, 7]), vec![255; 3]),
        (by_chunks(1, 2, 0, &gamma, &[0, 100, 50, 200]), vec![100, 50, 200]),
    ] {
        assert_eq!(Picture::from_png(&png).unwrap().rgb(), expected);
    }
    // An animation whose first frame is smaller than it, no frame at all, and no pixel.
    let frame = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0];
    let animation = [chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]), chunk(b"fcTL", &frame)].concat();
    for png in
        [by_chunks(2, 0, 0, &animation, &[0, 9]), by_chunks(0, 0, 0, b"", &[]), by_chunks(2, 0, 0, b"", &[])]
    {
        Picture::from_png(&png).unwrap_err();
    }
}

#[test]
fn a_hostile_png_is_refused_in_words() {
    let pixels: Vec<u8> = (0..20 * 10 * 3).map(|i| (i * 7) as u8).collect();
    let good = png(20, 10, png::ColorType::Rgb, png::BitDepth::Eight, &pixels);
    assert!(Picture::from_png(&good).is_ok());
    for end in 0..good.len() - 12 {
        let error = Picture::from_png(&good[..end]).unwrap_err().to_string();
        assert!(error.contains("can't be read as PNG"), "cut at {end}: {error}");
    }
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 0x55;
        if let Ok(picture) = Picture::from_png(&changed) {
            assert_eq!((picture.width(), picture.height()), (20, 10));
        }
    }
    // A header that boasts, with its checksum mended.
    let mut boasting = good.clone();
    boasting[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let sum = checksum(&boasting[12..29]);
    boasting[29..33].copy_from_slice(&sum.to_be_bytes());
    let error = Picture::from_png(&boasting).unwrap_err().to_string();
    assert!(error.contains("65536 × 65536") && error.contains(&MAX_PICTURE_PIXELS.to_string()), "{error}");
    for (bytes, words) in [(&b""[..], "PNG"), (b"\xff\xd8\xff\xe0 a JPEG", "PNG")] {
        assert!(Picture::from_png(bytes).unwrap_err().to_string().contains(words));
    }
    assert!(Picture::from_rgb(2, 2, vec![0; 11]).unwrap_err().to_string().contains("12 bytes"));
    assert!(Picture::from_rgb(0, 5, Vec::new()).is_err());
}

#[test]
fn a_palette_that_ends_within_a_colour_is_refused_in_words() {
    let good = png(4, 2, png::ColorType::Indexed, png::BitDepth::Eight, &[0; 8]);
    let palette = good.windows(4).position(|word| word == b"PLTE").unwrap();
    let length = usize::from(good[palette - 1]);
    for bytes in [31usize, 32] {
        let mut chunk = [b"PLTE", vec![7; bytes].as_slice()].concat();
        chunk.extend(checksum(&chunk).to_be_bytes());
        let length_before = u32::try_from(bytes).unwrap().to_be_bytes();
        let cut = [&good[..palette - 4], &length_before, &chunk, &good[palette + 4 + length + 4..]].concat();
        let error = Picture::from_png(&cut).unwrap_err().to_string();
        assert!(error.contains(&format!("palette of {bytes} bytes")), "{error}");
    }
}

/// PNG's: CRC-32, bit by bit.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    };
    !bytes.iter().fold(!0, step)
}

const FAMILIES: &[&str] = &["qwen3vl", "gemma3-vl", "gemma4-e-vl", "qwen25vl", "mistral3-vl"];

fn projector_of(name: &str) -> Option<(Parts, Model)> {
    let models = shared()?.join("vision/models");
    let model = Model::open(&models.join(format!("{name}.f16.gguf")), Some(1), Arithmetic::Float32).unwrap();
    Some((Parts::of(&Gguf::open(&models.join(format!("mmproj-{name}.f16.gguf"))).unwrap()), model))
}

/// Small enough that nothing takes long, whatever a file says.
fn limits() -> PictureLimits {
    PictureLimits {
        min_pixels: Some(1),
        token_budget: Some(4),
        max_tokens: Some(4),
        ..PictureLimits::default()
    }
}

fn open(parts: &Parts) -> Result<Projector, ModelError> {
    Projector::new(Arc::new(Gguf::from_bytes(&parts.file()).unwrap()), limits())
}

/// Computes with a projector, if it opens.
fn opens_or_is_refused(parts: &Parts, model: &Model) {
    if let Ok(projector) = open(parts) {
        let picture = Picture::from_rgb(30, 20, (0..1800).map(|i| i as u8).collect()).unwrap();
        if projector.token_grid(&picture).is_ok_and(|(columns, lines)| columns * lines <= 16) {
            let rows = projector.encode(model, &picture).unwrap();
            assert_eq!(rows.tokens() * rows.width, rows.embeddings.len());
        }
    }
}

#[test]
fn numbers_of_a_projector_changed_at_will_are_refused_or_computed_with() {
    for name in FAMILIES {
        let Some((parts, model)) = projector_of(name) else { return };
        for (at, (_, value)) in parts.pairs.iter().enumerate() {
            let others: Vec<MetadataValue> = match value {
                MetadataValue::Bool(flag) => vec![MetadataValue::Bool(!flag)],
                MetadataValue::String(_) => {
                    vec![MetadataValue::String("other".into()), MetadataValue::U32(1)]
                }
                MetadataValue::F32(_) => [0.0, -1.0, f32::NAN, 1e30].map(MetadataValue::F32).to_vec(),
                MetadataValue::U32(n) => {
                    [0, 1, 3, n + 1, n.saturating_mul(2), 1 << 31, u32::MAX].map(MetadataValue::U32).to_vec()
                }
                _ => vec![
                    MetadataValue::Array(MetadataArray::F32(vec![0.0; 3])),
                    MetadataValue::Array(MetadataArray::F32(vec![f32::NAN; 2])),
                    MetadataValue::U32(7),
                ],
            };
            for other in others {
                let mut changed = parts.clone();
                changed.pairs[at].1 = other;
                opens_or_is_refused(&changed, &model);
            }
            let mut without = parts.clone();
            without.pairs.remove(at);
            opens_or_is_refused(&without, &model);
        }
    }
}

#[test]
fn tensors_of_a_projector_left_out_turned_or_flattened_are_refused() {
    for name in FAMILIES {
        let Some((parts, model)) = projector_of(name) else { return };
        for at in 0..parts.tensors.len() {
            let mut without = parts.clone();
            let taken = without.tensors.remove(at).name;
            opens_or_is_refused(&without, &model);
            // One is but a copy, and bounds, deepstack and corrections come together or not at all.
            let optional =
                ["img_break", "input_m", "output_m", "deepstack", "std_", "patch_merger", "attn_qkv.weight"];
            if !optional.iter().any(|part| taken.contains(part)) {
                let error = open(&without).unwrap_err().to_string();
                assert!(
                    error.contains(taken.trim_end_matches(".1")) || error.contains("no part"),
                    "{taken}: {error}"
                );
            }
            let mut turned = parts.clone();
            turned.tensors[at].dims.reverse();
            opens_or_is_refused(&turned, &model);
            let mut flat = parts.clone();
            flat.tensors[at].dims = vec![flat.tensors[at].dims.iter().product()];
            opens_or_is_refused(&flat, &model);
        }
    }
}

#[test]
fn what_is_wrong_with_a_projector_is_named() {
    let Some((parts, _)) = projector_of("qwen3vl") else { return };
    let floats = |numbers: &[f32]| Some(MetadataValue::Array(MetadataArray::F32(numbers.to_vec())));
    for (key, value, words) in [
        ("general.architecture", Some(MetadataValue::String("qwen3vl".into())), "no projector"),
        ("clip.projector_type", Some(MetadataValue::String("resampler".into())), "\"resampler\""),
        ("clip.projector_type", None, "projector_type"),
        ("clip.has_vision_encoder", Some(MetadataValue::Bool(false)), "no eyes"),
        ("clip.vision.attention.head_count", Some(MetadataValue::U32(5)), "does not cut into heads"),
        ("clip.vision.block_count", Some(MetadataValue::U32(1 << 20)), "block_count is 1048576"),
        ("clip.vision.block_count", Some(MetadataValue::U32(2)), "v.blk.2."),
        ("clip.vision.patch_size", Some(MetadataValue::U32(8)), "v.patch_embd.weight"),
        ("clip.vision.spatial_merge_size", Some(MetadataValue::U32(3)), "v.deepstack.0.norm"),
        ("clip.vision.spatial_merge_size", Some(MetadataValue::U32(9)), "spatial_merge_size is 9"),
        ("clip.vision.image_mean", floats(&[0.5, 0.5]), "red, green and blue"),
        ("clip.vision.image_std", floats(&[0.5, 0.0, 0.5]), "no deviation"),
        ("clip.vision.projection_dim", Some(MetadataValue::U32(65)), "fc2"),
    ] {
        let mut changed = parts.clone();
        changed.set(key, value);
        let error = open(&changed).unwrap_err().to_string();
        assert!(error.contains(words), "{key}: {error}");
    }
    // It bounds nothing in this kind.
    let mut changed = parts.clone();
    changed.set("clip.vision.image_size", None);
    open(&changed).unwrap();
    for (name, fill, words) in [
        ("v.blk.1.ln2.weight", f32::NAN, "finite"),
        ("v.position_embd.weight", f32::INFINITY, "finite"),
        ("v.post_ln.weight", 0.0, "all zero"),
    ] {
        let mut damaged = parts.clone();
        let tensor = damaged.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap();
        tensor.bytes = fill.to_le_bytes().repeat(tensor.bytes.len() / 4);
        let error = open(&damaged).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(words) && error.contains("damaged"), "{error}");
    }
}

#[test]
fn towers_whose_tokens_or_pictures_are_huge_are_refused() {
    for (name, pairs, words) in [
        ("qwen3vl", [("patch_size", 256), ("spatial_merge_size", 8)], "patch_size is 256"),
        ("mistral3-vl", [("patch_size", 256), ("spatial_merge_size", 5)], "1024 pixels a side"),
        ("gemma3-vl", [("patch_size", 4), ("image_size", 4096)], "more than 65536 patches"),
        ("mistral3-vl", [("patch_size", 14), ("image_size", 16_384)], "image_size is 16384"),
    ] {
        let Some((mut parts, _)) = projector_of(name) else { return };
        for (key, number) in pairs {
            parts.set(&format!("clip.vision.{key}"), Some(MetadataValue::U32(number)));
        }
        let error = open(&parts).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
}

#[test]
fn blocks_with_heads_of_different_sizes_are_refused() {
    for name in ["mistral3-vl", "gemma4-e-vl"] {
        let Some((mut parts, _)) = projector_of(name) else { return };
        // Half of each head, so that every tensor of the block goes with the others.
        for tensor in parts.tensors.iter_mut().filter(|tensor| tensor.name.starts_with("v.blk.1.attn_")) {
            let part = tensor.name.strip_prefix("v.blk.1.").unwrap();
            let axis = match part {
                "attn_q.weight" | "attn_k.weight" | "attn_v.weight" => 1,
                "attn_out.weight" | "attn_q_norm.weight" | "attn_k_norm.weight" => 0,
                _ => continue,
            };
            tensor.dims[axis] /= 2;
            tensor.bytes.truncate(tensor.bytes.len() / 2);
        }
        let error = open(&parts).unwrap_err().to_string();
        assert!(error.contains("v.blk.1") && error.contains("first block"), "{name}: {error}");
    }
}

#[test]
fn what_a_picture_costs_is_bounded_in_every_family() {
    let picture = |width: u32, height: u32| {
        Picture::from_rgb(width, height, vec![0; 3 * width as usize * height as usize]).unwrap()
    };
    for (width, height) in [(1, 131_073), (200_000, 1)] {
        let error = Picture::from_rgb(width, height, vec![0; 3 * (width * height) as usize]).unwrap_err();
        assert!(error.to_string().contains("131072 pixels"), "{error}");
    }
    // Nothing that whoever asks sets lifts the bounds.
    let lifted = PictureLimits {
        min_pixels: Some(usize::MAX),
        max_pixels: Some(usize::MAX),
        longest_edge: Some(usize::MAX),
        token_budget: Some(1 << 30),
        max_tokens: None,
    };
    for name in FAMILIES {
        let Some((parts, _)) = projector_of(name) else { return };
        let file = || Arc::new(Gguf::from_bytes(&parts.file()).unwrap());
        let usual = Projector::new(file(), PictureLimits::default()).unwrap();
        let lifted = Projector::new(file(), lifted).unwrap();
        // Qwen's rule is not that of the others, of which the smallest Gemma has no places for so long a line.
        match usual.token_grid(&picture(4, 804)) {
            Ok(_) => assert!(!name.starts_with("qwen"), "{name}"),
            Err(error) if name.starts_with("qwen") => assert!(error.to_string().contains("200 times")),
            Err(error) => assert!(error.to_string().contains("so many patches"), "{name}: {error}"),
        }
        let merge = match parts.pairs.iter().find(|(key, _)| key == "clip.vision.spatial_merge_size") {
            Some((_, MetadataValue::U32(merge))) => *merge as usize,
            _ => 1,
        };
        match lifted.token_grid(&picture(30, 20)) {
            Ok((columns, lines)) => {
                assert!(
                    (1..=1 << 16).contains(&(columns * lines * merge * merge)),
                    "{name}: {columns} × {lines}"
                );
            }
            Err(error) => assert!(error.to_string().contains("so many patches"), "{name}: {error}"),
        }
    }
}

#[test]
fn a_bound_of_no_pixels_leaves_a_token() {
    let Some((parts, _)) = projector_of("qwen3vl") else { return };
    let limits = PictureLimits { min_pixels: Some(0), ..PictureLimits::default() };
    let projector = Projector::new(parts.gguf(), limits).unwrap();
    let speck = Picture::from_rgb(1, 1, vec![7; 3]).unwrap();
    assert_eq!(projector.token_grid(&speck).unwrap(), (1, 1));
}

#[test]
fn a_picture_in_a_size_that_a_projector_has_no_places_for_is_refused() {
    let Some((parts, model)) = projector_of("gemma3-vl") else { return };
    let projector = open(&parts).unwrap();
    let picture = Picture::from_rgb(336, 28, vec![7; 3 * 336 * 28]).unwrap();
    let error = projector.encode_as_it_is(&model, &picture).unwrap_err().to_string();
    assert!(error.contains("one size"), "{error}");
}
