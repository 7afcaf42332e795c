//! A prompt and the file that holds it.

use std::path::Path;

use pelicycle_record::measure::{Rubric, RubricEntry};
use pelicycle_record::{PromptRecord, name};
use serde::Deserialize;
use toml::Spanned;

use super::PromptError;

/// The smallest raster: below it a drawing cannot be told from another.
pub const MIN_RASTER: u32 = 64;
/// The largest raster: 16 megapixels, 64 MiB in memory, is all that a page could show.
pub const MAX_RASTER: u32 = 4096;
/// The raster of a file that names none: sharp on a page at twice the density.
const DEFAULT_RASTER: u32 = 1024;
/// The longest text, in bytes; a longer one is a document and not a prompt to draw by.
const MAX_TEXT: usize = 16 * 1024;
/// The longest title and statement, in characters: they are labels.
const MAX_LABEL: usize = 200;

/// A prompt: what a model is asked to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The name: the file's, without `.toml`. Safe as a folder's name.
    pub id: String,
    /// The title for people, a few words.
    pub title: String,
    /// The set that it belongs to, such as `pelican` or `control`.
    pub family: String,
    /// The animal, in a grid of animals and vehicles.
    pub animal: Option<String>,
    /// The vehicle that it rides, likewise.
    pub vehicle: Option<String>,
    /// The exact text that is sent.
    pub text: String,
    /// The longest side of the raster, in pixels.
    pub raster: u32,
    /// The statements that are true of a good drawing.
    pub expects: Vec<String>,
    /// The items that detectors look for in a drawing; no part of the prompt's identity.
    pub rubric: Rubric,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PromptFile {
    id: Spanned<String>,
    title: Spanned<String>,
    family: Spanned<String>,
    animal: Option<Spanned<String>>,
    vehicle: Option<Spanned<String>>,
    text: Spanned<String>,
    raster: Option<Spanned<u32>>,
    #[serde(default)]
    expects: Vec<Spanned<String>>,
    #[serde(default)]
    rubric: Vec<Spanned<RubricEntry>>,
}

impl Prompt {
    /// Reads a prompt from the text of its file; `path` names it in errors and gives the id that it must have.
    ///
    /// # Errors
    /// Text that is not TOML, a missing or unknown field, a value that cannot be: each with file and line.
    pub fn parse(path: &Path, toml: &str) -> Result<Self, PromptError> {
        let file: PromptFile = toml::from_str(toml).map_err(|error| {
            let (line, column) = position(toml, error.span().map_or(0, |span| span.start));
            PromptError::Syntax { path: path.to_owned(), line, column, message: error.message().to_owned() }
        })?;
        let fault = |field, start, message: String| PromptError::Field {
            path: path.to_owned(),
            line: position(toml, start).0,
            field,
            message,
        };

        for (field, value) in [("id", &file.id), ("family", &file.family)] {
            if let Some(why) = name::fault(value.get_ref()) {
                return Err(fault(field, value.span().start, why.to_owned()));
            }
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if *file.id.get_ref() != stem {
            let message = format!("is not the file's name: it must be {stem:?}, or the file be renamed");
            return Err(fault("id", file.id.span().start, message));
        }
        let labels = [("title", &file.title)]
            .into_iter()
            .chain(file.animal.iter().map(|animal| ("animal", animal)))
            .chain(file.vehicle.iter().map(|vehicle| ("vehicle", vehicle)))
            .chain(file.expects.iter().map(|line| ("expects", line)));
        for (field, value) in labels {
            if let Some(why) = label_fault(value.get_ref()) {
                return Err(fault(field, value.span().start, why.to_owned()));
            }
        }
        if let Some(why) = text_fault(file.text.get_ref()) {
            return Err(fault("text", file.text.span().start, why.to_owned()));
        }
        if let Some(raster) = &file.raster
            && !(MIN_RASTER..=MAX_RASTER).contains(raster.get_ref())
        {
            let message =
                format!("is {}, not between {MIN_RASTER} and {MAX_RASTER} pixels", raster.get_ref());
            return Err(fault("raster", raster.span().start, message));
        }

        let entries: Vec<&RubricEntry> = file.rubric.iter().map(Spanned::get_ref).collect();
        let rubric = Rubric::settle(&entries)
            .map_err(|(index, message)| fault("rubric", file.rubric[index].span().start, message))?;

        Ok(Self {
            id: file.id.into_inner(),
            title: file.title.into_inner(),
            family: file.family.into_inner(),
            animal: file.animal.map(Spanned::into_inner),
            vehicle: file.vehicle.map(Spanned::into_inner),
            text: file.text.into_inner(),
            raster: file.raster.map_or(DEFAULT_RASTER, Spanned::into_inner),
            expects: file.expects.into_iter().map(Spanned::into_inner).collect(),
            rubric,
        })
    }

    /// Hex BLAKE3 of the text: with the id, the prompt's identity, so that an edited one is another prompt.
    #[must_use]
    pub fn hash(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_hex().to_string()
    }

    /// The prompt as an attempt records it.
    #[must_use]
    pub fn record(&self) -> PromptRecord {
        PromptRecord {
            id: self.id.clone(),
            title: self.title.clone(),
            family: self.family.clone(),
            animal: self.animal.clone(),
            vehicle: self.vehicle.clone(),
            text: self.text.clone(),
            hash: self.hash(),
            raster: self.raster,
        }
    }
}

fn label_fault(label: &str) -> Option<&'static str> {
    if label.trim().is_empty() {
        Some("is empty")
    } else if label.chars().count() > MAX_LABEL {
        Some("is longer than 200 characters")
    } else if label.chars().any(char::is_control) {
        Some("has a control character or a line break")
    } else {
        None
    }
}

fn text_fault(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("is empty")
    } else if text.len() > MAX_TEXT {
        Some("is longer than 16 KiB")
    } else if text.trim() != text {
        Some("begins or ends with white space: end a multi-line text with \\ before the closing quotes")
    } else {
        None
    }
}

/// 1-based line and column of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "heron"
title = "A heron"
family = "birds"
text = "Generate an SVG of a heron"
expects = ["The animal is a heron."]
"#;

    fn error(toml: &str) -> String {
        Prompt::parse(Path::new("mine/heron.toml"), toml).unwrap_err().to_string()
    }

    #[test]
    fn a_good_file_is_read_and_its_raster_defaulted() {
        let prompt = Prompt::parse(Path::new("mine/heron.toml"), GOOD).unwrap();
        assert_eq!((prompt.raster, prompt.expects.len()), (1024, 1));
        assert_eq!(prompt.hash(), blake3::hash(b"Generate an SVG of a heron").to_hex().to_string());
    }

    #[test]
    fn an_edited_text_is_another_identity() {
        let before = Prompt::parse(Path::new("heron.toml"), GOOD).unwrap();
        let after =
            Prompt::parse(Path::new("heron.toml"), &GOOD.replace("of a heron", "of a Heron")).unwrap();
        assert_eq!(before.id, after.id);
        assert_ne!(before.record().hash, after.record().hash);
    }

    #[test]
    fn errors_name_file_line_and_field() {
        for (from, to, expected) in [
            ("id = \"heron\"", "id = \"Heron\"", "mine/heron.toml:2: `id` has characters other than"),
            (
                "id = \"heron\"",
                "id = \"crane\"",
                "mine/heron.toml:2: `id` is not the file's name: it must be \"heron\"",
            ),
            ("family = \"birds\"", "family = \"\"", "mine/heron.toml:4: `family` is empty"),
            ("title =", "animal = \"\"\ntitle =", "mine/heron.toml:3: `animal` is empty"),
            ("title = \"A heron\"", "title = \" \"", "mine/heron.toml:3: `title` is empty"),
            (
                "SVG of a heron\"",
                "SVG of a heron\\n\"",
                "mine/heron.toml:5: `text` begins or ends with white space",
            ),
            ("The animal is a heron.", "", "mine/heron.toml:6: `expects` is empty"),
            (
                "title =",
                "raster = 9000\ntitle =",
                "mine/heron.toml:3: `raster` is 9000, not between 64 and 4096",
            ),
            ("title =", "tilte = 1\ntitle =", "mine/heron.toml:3:1: unknown field `tilte`"),
            ("text = \"Generate an SVG of a heron\"", "", "missing field `text`"),
            ("title = \"A heron\"", "title = \"A heron", "mine/heron.toml:3:"),
            ("title = \"A heron\"", "title = 7", "mine/heron.toml:3:9: invalid type: integer `7`"),
        ] {
            let message = error(&GOOD.replace(from, to));
            assert!(message.contains(expected), "{message:?} lacks {expected:?}");
        }
    }
}
