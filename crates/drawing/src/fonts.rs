//! The fonts of every raster: DejaVu, which is compiled in, and nothing from the machine.

use std::sync::{Arc, LazyLock};

use fontdb::{Database, Source};

/// The family behind `serif` and behind text that names no family, as in a browser.
pub(super) const SERIF: &str = "DejaVu Serif";
/// The family behind `sans-serif`, `cursive` and `fantasy`.
pub(super) const SANS: &str = "DejaVu Sans";
/// The family behind `monospace`.
pub(super) const MONO: &str = "DejaVu Sans Mono";

/// The database, read once in a process.
pub(super) fn database() -> Arc<Database> {
    static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut database = Database::new();
        let faces: [&'static [u8]; 12] = [
            dejavu::sans::regular(),
            dejavu::sans::bold(),
            dejavu::sans::oblique(),
            dejavu::sans::bold_oblique(),
            dejavu::serif::regular(),
            dejavu::serif::bold(),
            dejavu::serif::italic(),
            dejavu::serif::bold_italic(),
            dejavu::sans_mono::regular(),
            dejavu::sans_mono::bold(),
            dejavu::sans_mono::oblique(),
            dejavu::sans_mono::bold_oblique(),
        ];
        for face in faces {
            database.load_font_source(Source::Binary(Arc::new(face)));
        }
        database.set_serif_family(SERIF);
        database.set_sans_serif_family(SANS);
        database.set_cursive_family(SANS);
        database.set_fantasy_family(SANS);
        database.set_monospace_family(MONO);
        Arc::new(database)
    });
    DATABASE.clone()
}

/// The family that stands in for one that is not bundled, going by what its name is known for.
pub(super) fn stand_in(family: Option<&str>) -> &'static str {
    let Some(family) = family.map(str::to_ascii_lowercase) else { return SERIF };
    let any = |words: &[&str]| words.iter().any(|word| family.contains(word));
    if any(&["mono", "courier", "consol", "menlo", "typewriter", "code"]) {
        MONO
    } else if !family.contains("sans")
        && any(&["serif", "times", "georgia", "garamond", "palatino", "baskerville", "roman"])
    {
        SERIF
    } else {
        SANS
    }
}

/// Whether a family is among the bundled ones.
pub(super) fn bundled(family: &str) -> bool {
    [SERIF, SANS, MONO].iter().any(|name| name.eq_ignore_ascii_case(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_there_under_the_name_we_map_to() {
        let database = database();
        assert_eq!(database.len(), 12);
        for family in [SERIF, SANS, MONO] {
            let faces = database.faces().filter(|face| face.families.iter().any(|(name, _)| name == family));
            assert_eq!(faces.count(), 4, "{family}");
        }
    }
}
