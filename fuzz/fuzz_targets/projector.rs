//! Any bytes: a projector's header and tensors are read or refused, and what is read sees a small picture.
#![no_main]

#[path = "../header.rs"]
mod header;

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pelicycle_engine::bundled;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, Model};
use pelicycle_engine::vision::{Picture, PictureLimits, Projector};

/// Lends its threads and its arithmetic; no projector is made for it.
static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let gguf = Gguf::from_bytes(bundled::hatchling()).expect("it ships with the engine");
    Model::new(Arc::new(gguf), Some(1), Arithmetic::Float32).expect("it runs")
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    header::mutate(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let Ok(gguf) = Gguf::from_bytes(data) else { return };
    let limits = PictureLimits {
        min_pixels: Some(1),
        token_budget: Some(4),
        max_tokens: Some(4),
        ..PictureLimits::default()
    };
    let Ok(projector) = Projector::new(Arc::new(gguf), limits) else { return };
    let _ = projector.check_model(&MODEL);
    for (width, height) in [(24, 16), (3, 40)] {
        let pixels = (0..width * height * 3).map(|i| i as u8).collect();
        let picture = Picture::from_rgb(width, height, pixels).expect("three bytes a pixel");
        let Ok((columns, lines)) = projector.token_grid(&picture) else { continue };
        if columns * lines <= 16 {
            let rows = projector.encode(&MODEL, &picture).expect("it has a grid of tokens");
            assert_eq!((rows.columns, rows.tokens()), (columns, columns * lines));
        }
    }
});
