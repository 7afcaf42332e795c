//! Whether an element is one that a selector means. What it costs is counted.

use std::cell::Cell;

use super::super::tree::Tree;
use super::selectors::{ANY_NAMESPACE, AttributeTest, Combinator, CompoundSelector, Selector, SelectorPart};

/// Matching, with a bound on the parts of selectors that are held against elements.
pub(super) struct SelectorMatcher<'t> {
    tree: &'t Tree,
    left: Cell<u64>,
    /// The element of the innermost `:has()`.
    anchor: Cell<Option<usize>>,
}

impl<'t> SelectorMatcher<'t> {
    pub(super) fn new(tree: &'t Tree, most: u64) -> Self {
        Self { tree, left: Cell::new(most), anchor: Cell::new(None) }
    }

    /// Whether the bound was passed; answers are then worth nothing.
    pub(super) fn is_over(&self) -> bool {
        self.left.get() == 0
    }

    pub(super) fn matches(&self, element: usize, selector: &Selector) -> bool {
        self.from(element, &selector.compounds)
    }

    /// Whether the element is the first of these compounds, and what is around it the others.
    fn from(&self, element: usize, compounds: &[CompoundSelector]) -> bool {
        let Some((first, before)) = compounds.split_first() else { return true };
        if !first.parts.iter().all(|part| self.part(element, part)) {
            return false;
        }
        let tree = self.tree;
        match first.combinator {
            Combinator::None => true,
            Combinator::Child => tree[element].parent.is_some_and(|parent| self.from(parent, before)),
            Combinator::Next => tree.previous(element).is_some_and(|previous| self.from(previous, before)),
            Combinator::Descendant => {
                let mut around = tree[element].parent;
                while let Some(at) = around {
                    if self.from(at, before) {
                        return true;
                    }
                    around = tree[at].parent.filter(|_| !self.is_over());
                }
                false
            }
            Combinator::Following => {
                let mut before_it = tree.previous(element);
                while let Some(at) = before_it {
                    if self.from(at, before) {
                        return true;
                    }
                    before_it = tree.previous(at).filter(|_| !self.is_over());
                }
                false
            }
        }
    }

    fn spend(&self, work: u64) -> bool {
        self.left.set(self.left.get().saturating_sub(work));
        !self.is_over()
    }

    fn part(&self, element: usize, part: &SelectorPart) -> bool {
        if !self.spend(1) {
            return false;
        }
        let found = &self.tree[element];
        let value = |name: &str| found.markup(name);
        match part {
            SelectorPart::Type(name) => found.name == *name,
            SelectorPart::Id(id) => value("id") == Some(id),
            SelectorPart::Class(class) => value("class").is_some_and(|all| {
                self.spend(all.len() as u64 / 16);
                all.split_ascii_whitespace().any(|word| word == class)
            }),
            SelectorPart::Attribute { name, test, value: wanted, any_case } => {
                found.attributes.iter().filter(|(known, _)| is_named(known, name)).any(|(_, found)| {
                    self.spend(found.len() as u64 / 16);
                    match any_case {
                        true => compare(*test, &found.to_ascii_lowercase(), &wanted.to_ascii_lowercase()),
                        false => compare(*test, found, wanted),
                    }
                })
            }
            SelectorPart::Is(any) => any.iter().any(|selector| self.matches(element, selector)),
            SelectorPart::Not(none) => !none.iter().any(|selector| self.matches(element, selector)),
            SelectorPart::Has(any) => self.has(element, any),
            SelectorPart::Anchor => self.anchor.get() == Some(element),
            SelectorPart::Nth { step, offset, last, same_type, of } => {
                let Some(parent) = found.parent else { return false };
                let children = self.tree.children(parent);
                let among = |at: usize| match of {
                    Some(of) => of.iter().any(|selector| self.matches(at, selector)),
                    None => !*same_type || self.tree[at].name == found.name,
                };
                if !among(element) {
                    return false;
                }
                let alike = |at: &usize| among(*at);
                let place = match last {
                    false => children.take_while(|at| *at != element && self.spend(1)).filter(alike).count(),
                    true => children
                        .skip_while(|at| *at != element && self.spend(1))
                        .skip(1)
                        .filter(alike)
                        .count(),
                };
                let place = i64::try_from(place).unwrap_or(i64::MAX - 1) + 1;
                match step {
                    0 => place == *offset,
                    step => (place - offset) % step == 0 && (place - offset) / step >= 0,
                }
            }
            SelectorPart::Root => found.parent.is_none(),
            SelectorPart::Empty => found.children.is_empty(),
            SelectorPart::Never => false,
        }
    }

    /// Whether something in an element, or after it and in that, is one of these.
    fn has(&self, element: usize, any: &[Selector]) -> bool {
        let around = self.anchor.replace(Some(element));
        let found = self.is_near(element, any);
        self.anchor.set(around);
        found
    }

    fn is_near(&self, element: usize, any: &[Selector]) -> bool {
        let mut open: Vec<usize> = self.tree.children(element).collect();
        let after = |combinator| matches!(combinator, Combinator::Next | Combinator::Following);
        let looks_after =
            any.iter().flat_map(|selector| &selector.compounds).any(|one| after(one.combinator));
        if let Some(parent) = self.tree[element].parent.filter(|_| looks_after) {
            open.extend(self.tree.children(parent).skip_while(|at| *at != element && self.spend(1)).skip(1));
        }
        while let Some(at) = open.pop() {
            if !self.spend(1) {
                return false;
            }
            if any.iter().any(|selector| self.matches(at, selector)) {
                return true;
            }
            open.extend(self.tree.children(at));
        }
        false
    }
}

/// Whether an attribute has a name; `*|name` is that name in every namespace.
fn is_named(known: &str, name: &str) -> bool {
    match name.strip_prefix(ANY_NAMESPACE) {
        Some(local) => known.rsplit(':').next() == Some(local),
        None => known == name,
    }
}

fn compare(test: AttributeTest, found: &str, wanted: &str) -> bool {
    match test {
        AttributeTest::Present => true,
        AttributeTest::Equals => found == wanted,
        AttributeTest::Word => {
            !wanted.is_empty() && found.split_ascii_whitespace().any(|word| word == wanted)
        }
        AttributeTest::Dash => {
            found.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        }
        AttributeTest::Begins => !wanted.is_empty() && found.starts_with(wanted),
        AttributeTest::Ends => !wanted.is_empty() && found.ends_with(wanted),
        AttributeTest::Holds => !wanted.is_empty() && found.contains(wanted),
    }
}
