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
            if let Some(found) = wavy(&lower) {
                let words = "wavy lines under text are straight in this renderer";
                self.count(FindingCode::RendererPassedOver, at + found, words);
            }
        }
    }
}

/// Where a text of CSS, in lower case, asks for wavy lines: elsewhere the word is a name.
fn wavy(css: &str) -> Option<usize> {
    let asks = |at: usize| {
        let before = &css[..at];
        let start = before.rfind(['{', '}', ';']).map_or(0, |end| end + 1);
        let mut said = before[start..].trim_start();
        while let Some(comment) = said.strip_prefix("/*") {
            said = comment.split_once("*/").map_or("", |(_, after)| after.trim_start());
        }
        let name = said.split_once(':').map(|(name, _)| name.rsplit("*/").next().unwrap_or(name));
        matches!(
            name.map(str::trim),
            Some("text-decoration" | "text-decoration-style" | "-webkit-text-decoration")
        )
    };
    css.match_indices("wavy").map(|(at, _)| at).find(|at| asks(*at))
}

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

#[cfg(test)]
mod tests {
    use super::wavy;

    #[test]
    fn wavy_is_a_line_only_where_a_decoration_is_said() {
        for css in [
            "text-decoration: underline wavy red",
            ".wavy { fill: teal } text { text-decoration-style:wavy }",
            "text { fill: red; /* a: line */ text-decoration: wavy underline }",
        ] {
            assert!(wavy(css).is_some(), "{css}");
        }
        for css in [
            ".wavy { fill: teal }",
            "/* wavy */ text { text-decoration: underline }",
            "text { text-decoration: underline; animation: wavy 2s }",
            "@keyframes wavy { from { fill: red } }",
        ] {
            assert!(wavy(css).is_none(), "{css}");
        }
    }
}
