//! Galleries built in this process, and their files.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use pelicycle_drawing::{DrawingBounds, measure};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::Attempt;
use pelicycle_record::measure::Rubric;
use pelicycle_site::{GalleryOptions, RebuiltGallery, rebuild_measured_by};
use pelicycle_store::Store;
use pelicycle_testkit::exhibits::hang_at;
use pelicycle_testkit::files;

/// A drawing that is one triangle.
pub(crate) const SVG: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

/// Writes one attempt as [`pelicycle_testkit::exhibits::hang`], with a raster of which small pictures of both sizes can just be made.
pub(crate) fn hang(
    store: &Store,
    prompt: &str,
    label: &str,
    started: &str,
    svg: &str,
    change: impl FnOnce(&mut Attempt),
) {
    hang_at(store, prompt, label, started, svg, 320, change);
}

/// Builds the gallery of a store.
pub(crate) fn build(store: &Store, out: &Path) -> RebuiltGallery {
    build_from(store, &PromptLibrary::bundled(), out, &GalleryOptions::default())
}

/// Builds the gallery of a store as if all its files had been lying there for a while, so that their times are trusted.
pub(crate) fn build_later(store: &Store, out: &Path) -> RebuiltGallery {
    let now = Some(SystemTime::now() + Duration::from_secs(60));
    let options = GalleryOptions { now, ..GalleryOptions::default() };
    build_from(store, &PromptLibrary::bundled(), out, &options)
}

/// Builds the gallery of a store, to be published at an address.
pub(crate) fn build_for(store: &Store, out: &Path, base: &str) -> RebuiltGallery {
    let options = GalleryOptions { base: Some(base.parse().unwrap()), ..GalleryOptions::default() };
    build_from(store, &PromptLibrary::bundled(), out, &options)
}

/// Builds the gallery of a store with the rubrics of a library. Drawings are measured in this process.
pub(crate) fn build_from(
    store: &Store,
    library: &PromptLibrary,
    out: &Path,
    options: &GalleryOptions,
) -> RebuiltGallery {
    let measured = |svg: &[u8], rubric: &Rubric| measure(svg, rubric, &DrawingBounds::default());
    rebuild_measured_by(store, library, &measured, out, options).unwrap()
}

/// The files of a site by their names. Notes on times of files are no part of it.
pub(crate) fn site_files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let named = files(root).into_iter().map(|path| {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        (name, std::fs::read(path).unwrap())
    });
    named.filter(|(name, _)| name != ".pelicycle-gallery.seen").collect()
}
