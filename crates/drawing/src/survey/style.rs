//! Style sheets, style attributes and values: what they point to, and what of them the renderer passes over.

use pelicycle_lowering::SVG;
use pelicycle_record::FindingCode;
use roxmltree::{Document, Node};

use super::super::css;
use super::super::links::{self, LinkTarget};
use super::walk::{SurveyWalk, short};

impl SurveyWalk<'_, '_> {
    /// Looks through a style sheet, a style attribute, or a value with a `url(…)`.
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

    /// Notes the parts of a text of CSS that this renderer passes over.
    pub(super) fn signs(&mut self, text: &str, at: usize) {
        if self.document.input_text().get(at..).is_some_and(|rest| rest.starts_with(text)) {
            let lower = text.to_ascii_lowercase();
            for (sign, code, words) in UNSUPPORTED {
                if let Some(found) = lower.find(sign) {
                    self.count(code.clone(), at + found, *words);
                }
            }
            for (begin, part) in parts(&lower) {
                if let Some((address, function)) = function_after_address(part)
                    && !self.is_reckoned_in_srgb(&text[begin + address..begin + function])
                {
                    let message = "functions after a url() in a filter are reckoned in sRGB by this renderer";
                    self.count(FindingCode::RendererPassedOver, at + begin + function, message);
                }
                let decoration = part.find("text-decoration");
                if let Some((found, (name, value))) =
                    decoration.zip(decoration.and_then(|found| part[found..].split_once(':')))
                {
                    self.lines(name.trim(), value, at + begin + found);
                }
            }
        }
    }

    /// Whether the filter that a `url(…)` names says that it, or one of its steps, is reckoned in sRGB; a sheet may say it of any.
    fn is_reckoned_in_srgb(&mut self, address: &str) -> bool {
        let addresses = css::addresses(address);
        let Some(LinkTarget::Inside(id)) = addresses.first().map(|address| links::target(address.target))
        else {
            return false;
        };
        let Some(filter) = self.ids.get(id) else { return false };
        if let Some(known) = self.in_srgb.get(&filter.id()) {
            return *known;
        }
        let says = |node: Node<'_, '_>| {
            node.attribute(SPACE).is_some_and(|space| space.trim().eq_ignore_ascii_case("sRGB"))
                || node.attribute("style").is_some_and(|style| style.contains(SPACE))
        };
        let found = self.sheets_say_space || filter.ancestors().chain(filter.children()).any(says);
        self.in_srgb.insert(filter.id(), found);
        found
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

/// The parts between the braces and semicolons of a text of CSS, with their places.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split([';', '{', '}']).map(move |part| {
        let begin = next;
        next += part.len() + 1;
        (begin, part)
    })
}

/// The places of an address in a declaration in lower case, and of the first filter function after it: a browser computes
/// such a function in the colour space of the address's filter.
fn function_after_address(part: &str) -> Option<(usize, usize)> {
    let first = part.find("url(")?;
    let function = FUNCTIONS.iter().filter_map(|name| part[first..].find(name)).min()? + first;
    Some((part[..function].rfind("url(").unwrap_or(first), function))
}

/// Whether a style sheet of a document says in which light filters reckon.
pub(super) fn sheets_say_space(document: &Document<'_>) -> bool {
    let is_sheet = |node: &Node<'_, '_>| node.has_tag_name((SVG, "style"));
    document.descendants().filter(is_sheet).any(|sheet| sheet.text().is_some_and(|css| css.contains(SPACE)))
}

/// The property that says in which light a filter reckons.
const SPACE: &str = "color-interpolation-filters";

/// The functions of filters that make other colours of colours.
const FUNCTIONS: [&str; 8] = [
    "brightness(",
    "contrast(",
    "drop-shadow(",
    "grayscale(",
    "hue-rotate(",
    "invert(",
    "saturate(",
    "sepia(",
];

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
