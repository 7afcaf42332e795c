//! Sizes of fonts: words, shares of the size around, and the smaller one that browsers give `monospace` where no length is said.

use super::numbers::{self, LengthScale};

/// The words for sizes, each with the size of letters as wide as others, and of those of one width.
const WORDS: [(&str, [f64; 2]); 8] = [
    ("xx-small", [9.0, 9.0]),
    ("x-small", [10.0, 10.0]),
    ("small", [13.0, 12.0]),
    ("medium", [16.0, 13.0]),
    ("large", [18.0, 16.0]),
    ("x-large", [24.0, 20.0]),
    ("xx-large", [32.0, 26.0]),
    ("xxx-large", [48.0, 39.0]),
];

/// The size of an element's font, and what it hangs on.
#[derive(Debug, Clone, Copy)]
pub(super) struct FontSize {
    /// In user units.
    pub(super) em: f64,
    /// Whether it is, or is a share of, a length.
    is_length: bool,
    /// The word that says it, by its place.
    word: Option<usize>,
    /// Whether the family is `monospace` and nothing else.
    of_one_width: bool,
}

impl FontSize {
    /// The font size where nothing is said.
    pub(super) const USUAL: Self = Self { em: 16.0, is_length: false, word: Some(3), of_one_width: false };

    /// That of an element in one of this size, by what is said of it and the families that it has; `scale` is that of what is
    /// around.
    pub(super) fn within(self, said: Option<&str>, families: &str, scale: &LengthScale) -> Self {
        let mut found = said.and_then(|said| self.said(said.trim(), scale)).unwrap_or(self);
        found.of_one_width = families.trim().eq_ignore_ascii_case("monospace");
        if let Some(word) = found.word {
            found.em = WORDS[word].1[usize::from(found.of_one_width)];
        } else if !found.is_length && found.of_one_width != self.of_one_width {
            let [usual, narrow] = WORDS[3].1;
            found.em *= if found.of_one_width { narrow / usual } else { usual / narrow };
        }
        found
    }

    /// Whether it is another than the words for it say to one who knows no family.
    pub(super) fn follows_family(self, around: Self) -> bool {
        !self.is_length && self.of_one_width != around.of_one_width
    }

    fn said(self, said: &str, scale: &LengthScale) -> Option<Self> {
        let lower = said.to_ascii_lowercase();
        if let Some(word) = WORDS.iter().position(|(word, _)| *word == lower) {
            return Some(Self { word: Some(word), is_length: false, ..self });
        }
        let of_another = |em: f64| Self { em, word: None, ..self };
        match lower.as_str() {
            "smaller" => return Some(of_another(self.em / 1.2)),
            "larger" => return Some(of_another(self.em * 1.2)),
            _ => {}
        }
        let em = numbers::length(said, self.em, scale).filter(|size| *size >= 0.0)?;
        let relative = lower.ends_with('%') || ["em", "ex", "ch"].iter().any(|unit| lower.ends_with(unit));
        Some(Self { is_length: self.is_length || !relative, ..of_another(em) })
    }
}
