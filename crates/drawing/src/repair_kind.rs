//! The kinds of repair.

/// A kind of repair, under the name that records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    EscapeAmpersands,
    ReplaceEntities,
    DropDuplicateAttributes,
    DeclareXlink,
    DeclarePrefix,
    FixComment,
    QuoteAttributes,
    EscapeLessThan,
    EscapeGreaterThan,
    BalanceTags,
    FixTag,
    DropJunk,
    DropBadCharacters,
    DropDeclaration,
    DropDoctype,
    DropInstruction,
    DropOutsideText,
    CloseOpenElements,
    ReplaceInvalidUtf8,
    UnescapeHtml,
    UnescapeJson,
    UnescapePercent,
    DecodeBase64,
    FixNamespace,
    FixCase,
    CloseShapes,
    ReplaceSpaces,
}

impl Repair {
    /// The name that records hold.
    pub(super) fn name(self) -> &'static str {
        match self {
            Repair::EscapeAmpersands => "escape-ampersands",
            Repair::ReplaceEntities => "replace-entities",
            Repair::DropDuplicateAttributes => "drop-duplicate-attributes",
            Repair::DeclareXlink => "declare-xlink",
            Repair::DeclarePrefix => "declare-prefix",
            Repair::FixComment => "fix-comment",
            Repair::QuoteAttributes => "quote-attributes",
            Repair::EscapeLessThan => "escape-less-than",
            Repair::EscapeGreaterThan => "escape-greater-than",
            Repair::BalanceTags => "balance-tags",
            Repair::FixTag => "fix-tag",
            Repair::DropJunk => "drop-junk",
            Repair::DropBadCharacters => "drop-bad-characters",
            Repair::DropDeclaration => "drop-declaration",
            Repair::DropDoctype => "drop-doctype",
            Repair::DropInstruction => "drop-instruction",
            Repair::DropOutsideText => "drop-outside-text",
            Repair::CloseOpenElements => "close-open-elements",
            Repair::ReplaceInvalidUtf8 => "replace-invalid-utf8",
            Repair::UnescapeHtml => "unescape-html",
            Repair::UnescapeJson => "unescape-json",
            Repair::UnescapePercent => "unescape-percent",
            Repair::DecodeBase64 => "decode-base64",
            Repair::FixNamespace => "fix-namespace",
            Repair::FixCase => "fix-case",
            Repair::CloseShapes => "close-shapes",
            Repair::ReplaceSpaces => "replace-spaces",
        }
    }

    /// The names of several, as a record has them.
    pub(super) fn names(repairs: &[Repair]) -> String {
        repairs.iter().map(|repair| repair.name()).collect::<Vec<_>>().join("+")
    }
}
