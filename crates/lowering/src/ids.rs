//! The ids of elements: of those with one id, the first is meant; what refers to nothing is as though it were not said.

use std::collections::HashMap;

use super::tree::Tree;

/// The id that a paint, a mask or a marker refers to: `url(#id)`.
pub(super) fn address(value: &str) -> Option<&str> {
    let address = value.strip_prefix("url(")?.split(')').next()?.trim().trim_matches(['"', '\'']);
    address.strip_prefix('#')
}

/// The first element with each id.
pub(super) fn by_id(tree: &Tree) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for element in 0..tree.len() {
        if let Some(id) = tree[element].markup("id") {
            found.entry(id.to_owned()).or_insert(element);
        }
    }
    found
}

/// A value whose addresses inside of the drawing stand without quotes and spaces, which the renderer does not know everywhere; `None`
/// where they do already.
fn unquoted(value: &str) -> Option<String> {
    let mut made = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at + 4);
        made.push_str(before);
        rest = after;
        let Some(end) = rest.find(')') else { break };
        let plain = rest[..end].trim().trim_matches(['"', '\'']).trim();
        if plain.starts_with('#') {
            made.push_str(plain);
            rest = &rest[end..];
        }
    }
    made.push_str(rest);
    (made != value).then_some(made)
}

/// Takes an id from all that have it but the first, and filters that are missing from those that ask for them.
pub(super) fn lower(tree: &mut Tree) {
    let first = by_id(tree);
    for element in 0..tree.len() {
        for value in tree[element].style.values_mut().filter(|value| value.contains("url(")) {
            if let Some(made) = unquoted(value) {
                *value = made;
            }
        }
    }
    for element in 0..tree.len() {
        let second = tree[element].markup("id").is_some_and(|id| first.get(id) != Some(&element));
        if second {
            tree[element].unset("id");
        }
    }
    for element in 0..tree.len() {
        let Some(filter) = tree[element].style.get("filter") else { continue };
        let missing = |part: &&str| {
            let target = part.strip_prefix("url(").and_then(|rest| rest.strip_suffix(')'));
            let target = target.map(|target| target.trim().trim_matches(['"', '\'']));
            let id = target.and_then(|target| target.strip_prefix('#'));
            id.is_some_and(|id| first.get(id).is_none_or(|at| tree[*at].name != "filter"))
        };
        let parts = super::numbers::split(filter, ' ');
        let there: Vec<&str> = parts.iter().copied().filter(|part| !missing(part)).collect();
        if there.len() < parts.len() {
            let there = if there.is_empty() { "none".to_owned() } else { there.join(" ") };
            tree[element].style.insert("filter".to_owned(), there);
        }
    }
}
