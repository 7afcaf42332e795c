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
            let lower = text.to_ascii_lowercase();
            for (sign, code, words) in UNSUPPORTED {
                if let Some(found) = lower.find(sign) {
                    self.count(code.clone(), at + found, *words);
                }
            }
        }
    }
}

/// Signs of CSS that this renderer passes over, in lower case, each with its finding.
const UNSUPPORTED: &[(&str, FindingCode, &str)] = &[
    (
        "@media",
        FindingCode::UnsupportedCss,
        "@media rules are skipped by this renderer; a browser applies them",
    ),
    ("@import", FindingCode::UnsupportedCss, "@import rules are skipped: nothing is loaded"),
    ("@font-face", FindingCode::UnsupportedCss, "@font-face rules are skipped: nothing is loaded"),
    (
        "@keyframes",
        FindingCode::AnimationIgnored,
        "CSS animation is ignored; the picture shows the state without it",
    ),
    (
        "@supports",
        FindingCode::UnsupportedCss,
        "@supports rules are skipped by this renderer; a browser applies them",
    ),
    (
        "animation:",
        FindingCode::AnimationIgnored,
        "CSS animation is ignored; the picture shows the state without it",
    ),
    (
        "animation-name:",
        FindingCode::AnimationIgnored,
        "CSS animation is ignored; the picture shows the state without it",
    ),
    (
        ":root",
        FindingCode::UnsupportedCss,
        "the selector :root is skipped by this renderer; a browser applies it",
    ),
    (
        ":nth-",
        FindingCode::UnsupportedCss,
        "selectors with :nth-child and the like are skipped by this renderer; a browser applies them",
    ),
    (
        ":not(",
        FindingCode::UnsupportedCss,
        "selectors with :not() are skipped by this renderer; a browser applies them",
    ),
    (":hover", FindingCode::UnsupportedCss, "selectors with :hover never apply to a picture"),
    (
        "transform-box",
        FindingCode::RendererPassedOver,
        "transform-box is passed over by this renderer; a browser applies it",
    ),
    (
        "vector-effect",
        FindingCode::RendererPassedOver,
        "vector-effect is passed over by this renderer; a browser applies it",
    ),
    (
        "mask-image",
        FindingCode::RendererPassedOver,
        "mask-image is passed over by this renderer; a browser applies it",
    ),
    (
        "offset-path",
        FindingCode::RendererPassedOver,
        "offset-path is passed over by this renderer; a browser applies it",
    ),
    (
        "text-transform",
        FindingCode::RendererPassedOver,
        "text-transform is passed over by this renderer; a browser applies it",
    ),
    (
        "text-shadow",
        FindingCode::RendererPassedOver,
        "text-shadow is passed over by this renderer; a browser applies it",
    ),
    (
        "rotate:",
        FindingCode::RendererPassedOver,
        "the property rotate is passed over by this renderer; a browser applies it",
    ),
    (
        "translate:",
        FindingCode::RendererPassedOver,
        "the property translate is passed over by this renderer; a browser applies it",
    ),
    (
        "scale:",
        FindingCode::RendererPassedOver,
        "the property scale is passed over by this renderer; a browser applies it",
    ),
    (
        "clip-path:circle",
        FindingCode::RendererPassedOver,
        "clip-path by a basic shape is passed over by this renderer; a browser applies it",
    ),
    (
        "clip-path: circle",
        FindingCode::RendererPassedOver,
        "clip-path by a basic shape is passed over by this renderer; a browser applies it",
    ),
    (
        "clip-path:polygon",
        FindingCode::RendererPassedOver,
        "clip-path by a basic shape is passed over by this renderer; a browser applies it",
    ),
    (
        "clip-path: polygon",
        FindingCode::RendererPassedOver,
        "clip-path by a basic shape is passed over by this renderer; a browser applies it",
    ),
    ("calc(", FindingCode::UnsupportedCss, "calc() is not understood by this renderer; a browser does"),
];
