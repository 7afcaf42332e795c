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
            database.load_font_source(Source::Binary(Arc::new(lined(face))));
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

/// A face whose lines under and through text are those of browsers, which go by the font's size rather than by the face.
fn lined(face: &[u8]) -> Vec<u8> {
    let mut face = face.to_vec();
    let number =
        |face: &[u8], at: usize| face.get(at..at + 2).map(|two| i16::from_be_bytes([two[0], two[1]]));
    let place = |table: &[u8; 4]| {
        let entry = face
            .get(12..)?
            .chunks_exact(16)
            .take_while(|entry| entry[0] != 0)
            .find(|entry| entry[..4] == *table)?;
        Some(u32::from_be_bytes([entry[8], entry[9], entry[10], entry[11]]) as usize)
    };
    let places = (place(b"head"), place(b"hhea"), place(b"post"), place(b"OS/2"));
    let (Some(head), Some(hhea), Some(post), Some(os2)) = places else { return face };
    let (Some(em), Some(ascent)) = (number(&face, head + 18), number(&face, hhea + 4)) else { return face };
    let thick = em / 10;
    // Half of the line, and half of one between it and the text; a third of the way up through the text.
    let lines = [(post + 8, -thick), (post + 10, thick), (os2 + 26, thick), (os2 + 28, ascent / 3)];
    for (at, number) in lines {
        if let Some(two) = face.get_mut(at..at + 2) {
            two.copy_from_slice(&number.to_be_bytes());
        }
    }
    face
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
