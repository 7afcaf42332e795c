//! The findings of a check of a reply, and the codes that say what each is about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing worth telling about a reply or its drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Stable kebab-case code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub code: FindingCode,
    /// A sentence for a person.
    pub message: String,
    /// 1-based line in the extracted text, where the finding has a place.
    pub line: Option<u32>,
    /// 1-based column, in characters, in the extracted text.
    pub column: Option<u32>,
}

impl Finding {
    /// A finding about the reply or the drawing as a whole.
    #[must_use]
    pub fn new(code: FindingCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), line: None, column: None }
    }

    /// A finding about a place of the extracted text: its line and column.
    #[must_use]
    pub fn at((line, column): (u32, u32), code: FindingCode, message: impl Into<String>) -> Self {
        Self { line: Some(line), column: Some(column), ..Self::new(code, message) }
    }
}

/// Declares the enum and the text of each code once.
macro_rules! finding_codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal,)*) => {
        /// The subject of a finding. Its text is what records and reports hold, and never changes.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum FindingCode {
            $($(#[$doc])* $code,)*
            /// A code that this version does not know, from the record of another one. Made by `FindingCode::from`,
            /// which keeps the known codes out of it.
            Other(String),
        }

        impl FindingCode {
            /// The codes that this version knows, in the order of `docs/drawing.md`.
            pub const KNOWN: &[Self] = &[$(Self::$code,)*];

            /// The code's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$code => $text,)*
                    Self::Other(text) => text,
                }
            }
        }
    };
}

finding_codes! {
    /// The reply holds nothing but white space.
    EmptyReply = "empty-reply",
    /// The model's thinking begins and never ends.
    UnclosedThinking = "unclosed-thinking",
    /// A drawing stands in the thinking, where it is not judged.
    DraftInThinking = "draft-in-thinking",
    /// A Markdown fence is opened and never closed.
    UnclosedFence = "unclosed-fence",
    /// The reply holds more than one complete drawing; the last is judged.
    MultipleSvgs = "multiple-svgs",
    /// A drawing is escaped as HTML, JSON or a URL, so that it is no SVG as it stands.
    EscapedContainer = "escaped-container",
    /// The reply is UTF-16 with a byte-order mark, and was read as that.
    Utf16 = "utf-16",
    /// The drawing stands in an HTML page whose styles it needs.
    PageStyles = "page-styles",
    /// Bytes of the reply or the drawing are not UTF-8.
    InvalidUtf8 = "invalid-utf8",

    /// The reply, the fence or the thinking ends before the root element does.
    Truncated = "truncated",
    /// A bare `&` in text or a value.
    UnescapedAmpersand = "unescaped-ampersand",
    /// A reference to an entity that XML does not define.
    UndefinedEntity = "undefined-entity",
    /// An attribute stands twice in one tag.
    DuplicateAttribute = "duplicate-attribute",
    /// A namespace prefix is used and not declared.
    UndeclaredPrefix = "undeclared-prefix",
    /// A comment that XML forbids: two hyphens in a row, or no end.
    BadComment = "bad-comment",
    /// A start tag without its end tag, or the other way round.
    MismatchedTag = "mismatched-tag",
    /// An attribute's value is not in quotes, or in typographic ones.
    UnquotedAttribute = "unquoted-attribute",
    /// Any other fault of well-formedness.
    BadMarkup = "bad-markup",
    /// A character that XML does not allow.
    BadCharacter = "bad-character",

    /// The root element is no `svg`.
    WrongRoot = "wrong-root",
    /// The root element is in a namespace that is not SVG's.
    WrongNamespace = "wrong-namespace",
    /// The root element names no namespace, so that a browser shows no picture.
    MissingXmlns = "missing-xmlns",
    /// `width` or `height` is no length, or leaves nothing to draw on.
    BadSize = "bad-size",
    /// The root element has no `viewBox`.
    NoViewbox = "no-viewbox",
    /// The `viewBox` is misspelt or invalid, and ignored.
    BadViewbox = "bad-viewbox",
    /// The drawing's own size is out of all proportion to the raster.
    SizeClamped = "size-clamped",

    /// Path data or `points` are wrong, and the shape ends before the fault.
    PathDataError = "path-data-error",
    /// A value that makes a shape vanish.
    BadValue = "bad-value",
    /// A reference to an id that no element has.
    MissingReference = "missing-reference",
    /// A reference that leads back to itself.
    ReferenceCycle = "reference-cycle",
    /// The drawing leaves nothing to see on white.
    EmptyDrawing = "empty-drawing",
    /// All pixels of the picture have one colour.
    SingleColour = "single-colour",
    /// `foreignObject` is not drawn by this renderer.
    ForeignObjectIgnored = "foreign-object-ignored",
    /// An animation is not played; the picture shows the state without it.
    AnimationIgnored = "animation-ignored",
    /// CSS that this renderer passes over.
    UnsupportedCss = "unsupported-css",
    /// A part of the drawing, valid or not, that this renderer passes over.
    RendererPassedOver = "renderer-passed-over",
    /// A font that is not bundled, so that another one stands in for it.
    FontFallback = "font-fallback",
    /// A picture is embedded as data.
    EmbeddedImage = "embedded-image",
    /// Embedded data that is not shown.
    EmbeddedImageRefused = "embedded-image-refused",
    /// The renderer gives the drawing up.
    Unrenderable = "unrenderable",

    /// Something that a browser may run.
    ActiveContent = "active-content",
    /// An address that leads out of the document; nothing is loaded from it.
    ExternalRefBlocked = "external-ref-blocked",
    /// The document type declares entities, so that the document is refused.
    DtdRefused = "dtd-refused",
    /// A bound on what a drawing may ask for is passed.
    ResourceLimit = "resource-limit",
    /// The drawing is much work to draw, by count.
    Heavy = "heavy",
    /// A picture of the size that was asked for would be too much work, so it is smaller.
    RasterReduced = "raster-reduced",
    /// There are more findings than are listed.
    MoreFindings = "more-findings",
}

impl FindingCode {
    /// Whether it tells of what our renderer does with a drawing, rather than of the drawing: a browser may show it as it was
    /// meant. Such findings are no faults, and are not counted or compared as ones.
    #[must_use]
    pub fn is_about_the_renderer(&self) -> bool {
        matches!(
            self,
            Self::ForeignObjectIgnored
                | Self::AnimationIgnored
                | Self::UnsupportedCss
                | Self::RendererPassedOver
                | Self::FontFallback
                | Self::Heavy
                | Self::RasterReduced
                | Self::MoreFindings
        )
    }
}

impl From<String> for FindingCode {
    fn from(text: String) -> Self {
        let known = Self::KNOWN.iter().find(|code| code.as_str() == text).cloned();
        known.unwrap_or(Self::Other(text))
    }
}

impl From<FindingCode> for String {
    fn from(code: FindingCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
