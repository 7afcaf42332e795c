//! Style sheets, style attributes and values: what they point to, and what of them the renderer passes over.

use pelicycle_record::FindingCode;

use super::super::css;
use super::super::links::{self, LinkTarget};
use super::walk::{Walk, short};

impl Walk<'_, '_> {
    /// A style sheet, a style attribute, or a value with a `url(…)`.
    pub(super) fn style(&mut self, text: &str, at: usize) {
        let verbatim = self.document.input_text().get(at..).is_some_and(|rest| rest.starts_with(text));
        for address in css::addresses(text) {
            let at = if verbatim { at + address.at } else { at };
            match links::target(address.target) {
                LinkTarget::Inside(id) => {
                    if !self.ids.contains_key(id) {
                        self.note(
                            FindingCode::MissingReference,
                            at,
                            format!("url({:?}) refers to an id that nothing has", short(address.target)),
                        );
                    }
                }
                LinkTarget::Outside => self.blocked(address.target, at),
                LinkTarget::Script => {
                    self.note_active(at, "a style holds a script address");
                }
                LinkTarget::Nothing | LinkTarget::Data => {}
            }
        }
        if verbatim {
            self.signs(text, at);
        }
    }

    /// What of a text of CSS this renderer passes over.
    pub(super) fn signs(&mut self, text: &str, at: usize) {
        if self.document.input_text().get(at..).is_some_and(|rest| rest.starts_with(text)) {
            let lower = text.to_ascii_lowercase();
            for (sign, code, words) in UNSUPPORTED {
                if let Some(found) = lower.find(sign) {
                    self.count(code.clone(), at + found, *words);
                }
            }
            if let Some(found) = function_after_address(&lower)
                && !self.document.input_text().contains("sRGB")
            {
                let message = "functions after a url() in a filter are reckoned in sRGB by this renderer";
                self.count(FindingCode::RendererPassedOver, at + found, message);
            }
            for (found, _) in lower.match_indices("text-decoration") {
                let said = &lower[found..];
                let said = &said[..said.find([';', '}']).unwrap_or(said.len())];
                if let Some((name, value)) = said.split_once(':').filter(|(name, _)| !name.contains('{')) {
                    self.lines(name.trim(), value, at + found);
                }
            }
        }
    }

    /// Lines over and under text, by a property that is about them and its value in lower case.
    pub(super) fn lines(&mut self, property: &str, value: &str, at: usize) {
        let words = || value.split_ascii_whitespace().map(|word| word.trim_end_matches("!important"));
        let thick = |word: &str| {
            let length = ["px", "em", "pt"].iter().any(|unit| word.ends_with(unit));
            word == "from-font" || length || (word.ends_with('%') && property.ends_with("thickness"))
        };
        if words().any(thick) {
            let message = "lines under text are of one thickness in this renderer";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
        if words().any(|word| matches!(word, "dotted" | "dashed" | "double")) {
            let message = "dotted, dashed and double lines under text are plain in this renderer";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
        if words().any(|word| word == "wavy") {
            let message = "wavy lines under text are straight in this renderer";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
        if words().any(|word| word == "overline") {
            let message = "lines over text are nearer to it in this renderer";
            self.count(FindingCode::RendererPassedOver, at, message);
        }
    }
}

/// Where in a text in lower case a filter's function stands after an address: a browser reckons it in the light of what is there.
fn function_after_address(text: &str) -> Option<usize> {
    text.match_indices("url(").find_map(|(from, _)| {
        let rest = &text[from..];
        let rest = &rest[..rest.find([';', '}']).unwrap_or(rest.len())];
        FUNCTIONS.iter().filter_map(|name| rest.find(name)).min().map(|found| from + found)
    })
}

/// The functions of filters that make other colours of colours.
const FUNCTIONS: [&str; 7] =
    ["brightness(", "contrast(", "drop-shadow(", "grayscale(", "hue-rotate(", "invert(", "sepia("];

/// Signs of CSS that this renderer passes over even when it is lowered, in lower case, each with its finding.
const UNSUPPORTED: &[(&str, FindingCode, &str)] = &[
    ("@import", FindingCode::UnsupportedCss, "@import rules are skipped: nothing is loaded"),
    ("@font-face", FindingCode::UnsupportedCss, "@font-face rules are skipped: nothing is loaded"),
    (":hover", FindingCode::UnsupportedCss, "selectors with :hover never apply to a picture"),
    ("@container", FindingCode::RendererPassedOver, "@container rules are passed over by this renderer"),
    (
        "@scope",
        FindingCode::RendererPassedOver,
        "@scope rules are passed over by this renderer; a browser applies them",
    ),
    (
        "@starting-style",
        FindingCode::RendererPassedOver,
        "@starting-style is passed over by this renderer; a browser begins a transition with it",
    ),
    ("conic-gradient(", FindingCode::RendererPassedOver, "conic gradients are passed over by this renderer"),
    ("backdrop-filter", FindingCode::RendererPassedOver, "backdrop-filter is passed over by this renderer"),
    ("perspective(", FindingCode::RendererPassedOver, "perspective is passed over by this renderer"),
    (
        "if(style(",
        FindingCode::RendererPassedOver,
        "if() is passed over by this renderer; a browser chooses by it",
    ),
    (
        "if(media(",
        FindingCode::RendererPassedOver,
        "if() is passed over by this renderer; a browser chooses by it",
    ),
    (
        "if(supports(",
        FindingCode::RendererPassedOver,
        "if() is passed over by this renderer; a browser chooses by it",
    ),
    ("text-orientation", FindingCode::RendererPassedOver, "text-orientation is passed over by this renderer"),
];
