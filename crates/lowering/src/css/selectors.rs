//! Selectors, after selectors-4.

use std::rc::Rc;

/// A selector's specificity: ids, classes, types.
pub(super) type Specificity = [u32; 3];

/// A complex selector, from its last compound to its first.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    pub(super) compounds: Vec<CompoundSelector>,
    pub(super) specificity: Specificity,
}

/// The conditions on one element, and its relation to the compound before.
#[derive(Debug, Clone)]
pub(super) struct CompoundSelector {
    pub(super) parts: Vec<SelectorPart>,
    /// Towards the compound that is written before it.
    pub(super) combinator: Combinator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combinator {
    /// The first compound stands to nothing.
    None,
    Descendant,
    Child,
    Next,
    Following,
}

/// The prefix of an attribute's name that may be of any namespace.
pub(super) const ANY_NAMESPACE: &str = "*|";

/// One condition of a compound.
#[derive(Debug, Clone)]
pub(super) enum SelectorPart {
    Type(String),
    Id(String),
    Class(String),
    /// The name begins with [`ANY_NAMESPACE`] where it is meant in all of them.
    Attribute {
        name: String,
        test: AttributeTest,
        value: String,
        any_case: bool,
    },
    /// `:is()`, `:where()`, and `&`.
    Is(Rc<Vec<Selector>>),
    Not(Rc<Vec<Selector>>),
    /// `:has()`; each begins with the [`SelectorPart::Anchor`].
    Has(Rc<Vec<Selector>>),
    /// The element that `:has()` is asked of.
    Anchor,
    /// `an + b`, from the start or the end, of all, of the same type, or of those that are among some.
    Nth {
        step: i64,
        offset: i64,
        last: bool,
        same_type: bool,
        of: Option<Rc<Vec<Selector>>>,
    },
    Root,
    Empty,
    /// A selector that holds for no still picture: `:hover`, `::before`.
    Never,
}

/// The way in which an attribute's value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttributeTest {
    Present,
    Equals,
    Word,
    Dash,
    Begins,
    Ends,
    Holds,
}
