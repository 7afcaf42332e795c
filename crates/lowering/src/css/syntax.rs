//! The text of selectors read, after selectors-4.

use std::rc::Rc;

use super::selectors::{
    ANY_NAMESPACE, AttributeTest, Combinator, CompoundSelector, Selector, SelectorPart, Specificity,
};
use super::spans::{closing, text_of, trim, until};
use super::tokens::{CssToken, CssTokenKind};

/// Selectors in selectors that are followed.
const DEEPEST: usize = 8;

/// A list of selectors; `None` where one of them is none, which makes the whole rule void. `parent` is what a rule around
/// is for.
pub(super) fn parse(tokens: &[CssToken<'_>], parent: Option<&Rc<Vec<Selector>>>) -> Option<Vec<Selector>> {
    list(tokens, parent, 0, true).into_iter().collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
}

/// With `relative`, selectors stand under the parent where they do not name it.
fn list(
    tokens: &[CssToken<'_>],
    parent: Option<&Rc<Vec<Selector>>>,
    depth: usize,
    relative: bool,
) -> Vec<Option<Selector>> {
    let mut found = Vec::new();
    let mut pos = 0;
    loop {
        let end = until(tokens, pos, |token| token.is(','));
        found.push(if depth > DEEPEST {
            None
        } else {
            complex(trim(&tokens[pos..end]), parent, depth, relative)
        });
        if end >= tokens.len() {
            return found;
        }
        pos = end + 1;
    }
}

fn complex(
    tokens: &[CssToken<'_>],
    parent: Option<&Rc<Vec<Selector>>>,
    depth: usize,
    relative: bool,
) -> Option<Selector> {
    let mut compounds: Vec<CompoundSelector> = Vec::new();
    let mut combinator = Combinator::None;
    let mut specificity = Specificity::default();
    // What is nested stands under the element of the rule around it, where it does not name that itself.
    let relative = parent.filter(|_| relative && !names_parent(tokens));
    if let Some(around) = relative {
        add(&mut specificity, most(around));
        compounds.push(CompoundSelector {
            parts: vec![SelectorPart::Is(Rc::clone(around))],
            combinator: Combinator::None,
        });
        combinator = Combinator::Descendant;
    }
    let mut pos = 0;
    let mut written = 0;
    while pos < tokens.len() {
        let mut between = None;
        while let Some(token) = tokens.get(pos) {
            let named = match token.kind {
                CssTokenKind::Space => Some(Combinator::Descendant),
                CssTokenKind::Delim('>') => Some(Combinator::Child),
                CssTokenKind::Delim('+') => Some(Combinator::Next),
                CssTokenKind::Delim('~') => Some(Combinator::Following),
                _ => None,
            };
            let Some(named) = named else { break };
            match (between, named) {
                (None | Some(Combinator::Descendant), _) => between = Some(named),
                (Some(_), Combinator::Descendant) => {}
                _ => return None,
            }
            pos += 1;
        }
        if let Some(between) = between {
            if compounds.is_empty() || (written == 0 && relative.is_none()) {
                return None;
            }
            combinator = between;
        }
        let (parts, after) = compound(tokens, pos, parent, depth, &mut specificity)?;
        compounds.push(CompoundSelector { parts, combinator });
        written += 1;
        pos = after;
    }
    compounds.reverse();
    (written > 0).then_some(Selector { compounds, specificity })
}

fn names_parent(tokens: &[CssToken<'_>]) -> bool {
    tokens.iter().any(|token| token.is('&'))
}

fn compound(
    tokens: &[CssToken<'_>],
    from: usize,
    parent: Option<&Rc<Vec<Selector>>>,
    depth: usize,
    specificity: &mut Specificity,
) -> Option<(Vec<SelectorPart>, usize)> {
    let mut parts = Vec::new();
    let mut pos = from;
    while let Some(token) = tokens.get(pos) {
        pos += 1;
        match token.kind {
            CssTokenKind::Ident => {
                specificity[2] += 1;
                parts.push(SelectorPart::Type(token.name()));
            }
            CssTokenKind::Delim('*') => {}
            CssTokenKind::Hash => {
                specificity[0] += 1;
                parts.push(SelectorPart::Id(token.name()));
            }
            CssTokenKind::Delim('.') => {
                let name = tokens.get(pos).filter(|name| name.kind == CssTokenKind::Ident)?;
                specificity[1] += 1;
                parts.push(SelectorPart::Class(name.name()));
                pos += 1;
            }
            CssTokenKind::Delim('&') => match parent {
                Some(around) => {
                    add(specificity, most(around));
                    parts.push(SelectorPart::Is(Rc::clone(around)));
                }
                None => parts.push(SelectorPart::Root),
            },
            CssTokenKind::Delim('[') => {
                let end = closing(tokens, pos - 1);
                specificity[1] += 1;
                parts.push(attribute(tokens.get(pos..end)?)?);
                pos = end + 1;
            }
            CssTokenKind::Delim(':') => {
                let element = tokens.get(pos).is_some_and(|next| next.is(':'));
                pos += usize::from(element);
                let named = tokens.get(pos)?;
                let end = if named.kind == CssTokenKind::Function { closing(tokens, pos) } else { pos };
                let arguments = tokens.get(pos + 1..end).unwrap_or_default();
                let name = named.name().to_ascii_lowercase();
                parts.push(match (element, named.kind) {
                    (true, CssTokenKind::Ident | CssTokenKind::Function) => {
                        specificity[2] += 1;
                        SelectorPart::Never
                    }
                    (false, CssTokenKind::Function) => {
                        functional(&name, arguments, parent, depth, specificity)?
                    }
                    (false, CssTokenKind::Ident) => pseudo(&name, specificity)?,
                    _ => return None,
                });
                pos = end + 1;
            }
            CssTokenKind::Space | CssTokenKind::Delim('>' | '+' | '~') if pos - 1 > from => {
                return Some((parts, pos - 1));
            }
            _ => return None,
        }
    }
    (pos > from).then_some((parts, pos))
}

fn attribute(tokens: &[CssToken<'_>]) -> Option<SelectorPart> {
    let (space, tokens) = match trim(tokens) {
        [any, bar, name @ ..] if any.is('*') && bar.is('|') => (ANY_NAMESPACE, name),
        tokens => ("", tokens),
    };
    let [named, rest @ ..] = tokens else { return None };
    if named.kind != CssTokenKind::Ident {
        return None;
    }
    let name = format!("{space}{}", named.name());
    let rest = trim(rest);
    let Some(value_at) =
        rest.iter().position(|token| matches!(token.kind, CssTokenKind::String | CssTokenKind::Ident))
    else {
        return rest.is_empty().then_some(SelectorPart::Attribute {
            name,
            test: AttributeTest::Present,
            value: String::new(),
            any_case: false,
        });
    };
    let test = match text_of(&rest[..value_at]).as_str() {
        "=" => AttributeTest::Equals,
        "~=" => AttributeTest::Word,
        "|=" => AttributeTest::Dash,
        "^=" => AttributeTest::Begins,
        "$=" => AttributeTest::Ends,
        "*=" => AttributeTest::Holds,
        _ => return None,
    };
    let value = match rest[value_at].kind {
        CssTokenKind::String => rest[value_at].string(),
        _ => rest[value_at].name(),
    };
    let any_case = match text_of(&rest[value_at + 1..]).as_str() {
        "" | "s" | "S" => false,
        "i" | "I" => true,
        _ => return None,
    };
    Some(SelectorPart::Attribute { name, test, value, any_case })
}

fn functional(
    name: &str,
    arguments: &[CssToken<'_>],
    parent: Option<&Rc<Vec<Selector>>>,
    depth: usize,
    specificity: &mut Specificity,
) -> Option<SelectorPart> {
    let inner = |forgiving: bool| -> Option<Rc<Vec<Selector>>> {
        let found = list(arguments, parent, depth + 1, false);
        let all = found.len();
        let good: Vec<_> = found.into_iter().flatten().collect();
        (forgiving || good.len() == all).then(|| Rc::new(good))
    };
    let nth = |last: bool, same_type: bool| {
        let of = arguments.iter().position(|token| token.text.eq_ignore_ascii_case("of"));
        let (step, offset) = steps(&text_of(&arguments[..of.unwrap_or(arguments.len())]))?;
        let of = match of {
            Some(at) if !same_type => {
                let among = list(trim(&arguments[at + 1..]), parent, depth + 1, false);
                Some(Rc::new(among.into_iter().collect::<Option<Vec<_>>>()?))
            }
            Some(_) => return None,
            None => None,
        };
        Some(SelectorPart::Nth { step, offset, last, same_type, of })
    };
    Some(match name {
        "is" | "matches" | "-webkit-any" => {
            let found = inner(true)?;
            add(specificity, most(&found));
            SelectorPart::Is(found)
        }
        "where" => SelectorPart::Is(inner(true)?),
        "not" => {
            let found = inner(false)?;
            add(specificity, most(&found));
            SelectorPart::Not(found)
        }
        "has" => {
            // What is asked for stands under the element, or after it.
            let anchor = CompoundSelector { parts: vec![SelectorPart::Anchor], combinator: Combinator::None };
            let anchor = Rc::new(vec![Selector { compounds: vec![anchor], specificity: [0; 3] }]);
            let found = list(arguments, Some(&anchor), depth + 1, true);
            let found = Rc::new(found.into_iter().collect::<Option<Vec<_>>>()?);
            add(specificity, most(&found));
            SelectorPart::Has(found)
        }
        "nth-child" | "nth-last-child" | "nth-of-type" | "nth-last-of-type" => {
            specificity[1] += 1;
            let part = nth(name.contains("last"), name.ends_with("type"))?;
            if let SelectorPart::Nth { of: Some(among), .. } = &part {
                add(specificity, most(among.as_slice()));
            }
            part
        }
        "lang" | "dir" | "state" => {
            specificity[1] += 1;
            SelectorPart::Never
        }
        _ => return None,
    })
}

fn pseudo(name: &str, specificity: &mut Specificity) -> Option<SelectorPart> {
    // These four are pseudo-elements, in an older way of writing.
    if matches!(name, "before" | "after" | "first-line" | "first-letter") {
        specificity[2] += 1;
        return Some(SelectorPart::Never);
    }
    specificity[1] += 1;
    let nth = |step, offset, last, same_type| SelectorPart::Nth { step, offset, last, same_type, of: None };
    Some(match name {
        "root" | "scope" => SelectorPart::Root,
        "empty" => SelectorPart::Empty,
        "first-child" => nth(0, 1, false, false),
        "last-child" => nth(0, 1, true, false),
        "first-of-type" => nth(0, 1, false, true),
        "last-of-type" => nth(0, 1, true, true),
        "only-child" => SelectorPart::Is(Rc::new(vec![both(false)])),
        "only-of-type" => SelectorPart::Is(Rc::new(vec![both(true)])),
        "defined" => SelectorPart::Not(Rc::new(Vec::new())),
        "hover" | "active" | "focus" | "focus-visible" | "focus-within" | "visited" | "link" | "any-link"
        | "target" | "checked" | "disabled" | "enabled" | "fullscreen" | "modal" | "autofill" | "playing"
        | "paused" => SelectorPart::Never,
        _ => return None,
    })
}

/// The first and the last among its brothers.
fn both(same_type: bool) -> Selector {
    let nth = |last| SelectorPart::Nth { step: 0, offset: 1, last, same_type, of: None };
    let parts = vec![nth(false), nth(true)];
    Selector {
        compounds: vec![CompoundSelector { parts, combinator: Combinator::None }],
        specificity: [0; 3],
    }
}

/// `an + b`: the step and the offset.
fn steps(text: &str) -> Option<(i64, i64)> {
    let text: String =
        text.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>().to_ascii_lowercase();
    match text.as_str() {
        "odd" => return Some((2, 1)),
        "even" => return Some((2, 0)),
        _ => {}
    }
    let bounded = |number: i64| number.clamp(-1_000_000, 1_000_000);
    let Some((step, offset)) = text.split_once('n') else {
        return text.parse().ok().map(|offset| (0, bounded(offset)));
    };
    let step = match step {
        "" | "+" => 1,
        "-" => -1,
        step => step.parse().ok()?,
    };
    let offset = if offset.is_empty() { 0 } else { offset.parse().ok()? };
    Some((bounded(step), bounded(offset)))
}

fn add(to: &mut Specificity, more: Specificity) {
    for (number, more) in to.iter_mut().zip(more) {
        *number = number.saturating_add(more);
    }
}

fn most(selectors: &[Selector]) -> Specificity {
    selectors.iter().map(|selector| selector.specificity).max().unwrap_or_default()
}
