//! The real drawings of `shared/corpus`, each looked at once for all tests.

use std::path::PathBuf;
use std::sync::OnceLock;

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::Inspection;
use pelicycle_testkit::shared;

/// A drawing by a model, and what an inspection in this process finds of it.
#[derive(Debug)]
pub(crate) struct RealDrawing {
    pub(crate) path: PathBuf,
    pub(crate) svg: Vec<u8>,
    pub(crate) seen: Inspection,
}

/// Those of 2026 and those of 2024, the longest of each first; `None` where they are not.
#[track_caller]
pub(crate) fn drawings() -> Option<&'static [RealDrawing]> {
    static KNOWN: OnceLock<Vec<RealDrawing>> = OnceLock::new();
    let shared = shared()?;
    Some(KNOWN.get_or_init(|| {
        let mut files = Vec::new();
        for folder in ["corpus/frontier", "corpus/pelican-bicycle"] {
            let entries = std::fs::read_dir(shared.join(folder)).unwrap().map(|entry| entry.unwrap().path());
            let mut found: Vec<_> =
                entries.filter(|path| path.extension().is_some_and(|extension| extension == "svg")).collect();
            found.sort_by_key(|path| (std::cmp::Reverse(path.metadata().unwrap().len()), path.clone()));
            files.extend(found);
        }
        let look = |path: &PathBuf| {
            let svg = std::fs::read(path).unwrap();
            let seen = inspect(&svg, &InspectionOptions::default());
            RealDrawing { path: path.clone(), svg, seen }
        };
        let (some, others) = files.split_at(files.len() / 4);
        std::thread::scope(|scope| {
            let others = scope.spawn(|| others.iter().map(look).collect::<Vec<_>>());
            let mut all: Vec<_> = some.iter().map(look).collect();
            all.extend(others.join().unwrap());
            all
        })
    }))
}
