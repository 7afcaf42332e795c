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
    measured(&mut face, em);
    face
}

/// The height of an x and of a capital in all faces, in sizes of the font.
const HEIGHTS: [(usize, f64); 2] = [(86, 0.547), (88, 0.729)];

/// Says how high letters are, by which lines of text are centred: the faces' tables are of a version that does not.
fn measured(face: &mut Vec<u8>, em: i16) {
    let tables = face.get(12..).unwrap_or_default();
    let Some(entry) = tables.chunks_exact(16).position(|entry| entry[..4] == *b"OS/2") else { return };
    let entry = 12 + 16 * entry;
    let number = |at: usize| u32::from_be_bytes([face[at], face[at + 1], face[at + 2], face[at + 3]]);
    let (from, length) = (number(entry + 8) as usize, number(entry + 12) as usize);
    let Some(table) = face.get(from..from + length).filter(|table| table.len() < 96) else { return };
    let mut table = table.to_vec();
    table.resize(96, 0);
    table[..2].copy_from_slice(&2u16.to_be_bytes());
    for (at, share) in HEIGHTS {
        #[expect(clippy::cast_possible_truncation, reason = "less than an em")]
        let height = (f64::from(em) * share) as i16;
        table[at..at + 2].copy_from_slice(&height.to_be_bytes());
    }
    face.resize(face.len().next_multiple_of(4), 0);
    let (place, length) = (face.len(), table.len());
    face.extend(table);
    for (at, number) in [(entry + 8, place), (entry + 12, length)] {
        face[at..at + 4].copy_from_slice(&u32::try_from(number).unwrap_or_default().to_be_bytes());
    }
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
