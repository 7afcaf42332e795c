//! Any bytes: a PNG is read or refused, and what is read becomes patches of every family. A byte for the family and two for
//! the bounds on the size, then the PNG.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pelicycle_engine::vision::{Picture, PictureLimits, Projector};

/// Small projectors, one a file of the folder that PROJECTORS names.
static PROJECTORS: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let folder = std::env::var_os("PROJECTORS").expect("PROJECTORS names a folder of projectors");
    let entries = std::fs::read_dir(folder).expect("the folder PROJECTORS can be read").flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mmproj")))
        .collect();
    assert!(!files.is_empty(), "the folder PROJECTORS has no mmproj file");
    files.sort();
    files
});

fuzz_target!(|data: &[u8]| {
    let projectors = &*PROJECTORS;
    let [family, few, more, png @ ..] = data else { return };
    let Ok(picture) = Picture::from_png(png) else { return };
    assert_eq!(picture.rgb().len(), 3 * picture.width() as usize * picture.height() as usize);
    let limits = PictureLimits {
        min_pixels: Some(usize::from(*few) * 64),
        max_pixels: Some(usize::from(*more) * 256),
        longest_edge: Some(usize::from(*more) * 4),
        token_budget: Some(usize::from(*few)),
        max_tokens: Some(usize::from(*more)),
    };
    let path = &projectors[usize::from(*family) % projectors.len()];
    let projector = Projector::open(path, limits).expect("a projector of ours");
    let Ok((columns, lines)) = projector.token_grid(&picture) else { return };
    assert!(columns > 0 && lines > 0 && columns * lines <= usize::from(*more).max(1) || projector.kind() == "gemma3");
    let shown = projector.resized(&picture).expect("it has a grid of tokens");
    assert_eq!(shown.width() as usize % columns, 0);
    assert_eq!(shown.height() as usize % lines, 0);
});
