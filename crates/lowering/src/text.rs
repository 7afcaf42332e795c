//! Text: its letters' case, small capitals, its shadow, and the size that it has where none is said.

use super::numbers::{self, split, written};
use super::page::PageSizes;
use super::text_paths::TextPaths;
use super::tree::{ChildNode, Element, Tree};

/// The size of a font where nothing is said of it, in user units.
const SIZE: &str = "16px";

/// Writes what CSS makes of text into the text.
pub(super) fn lower(tree: &mut Tree) {
    let texts = (0..tree.len()).any(|element| tree[element].name == "text");
    if texts && !tree[0].style.contains_key("font-size") {
        tree[0].style.insert("font-size".to_owned(), SIZE.to_owned());
    }
    let mut paths = TextPaths::default();
    // Those that small capitals add are done.
    for element in 0..tree.len() {
        if !matches!(tree[element].name.as_str(), "text" | "tspan" | "textPath" | "a") {
            continue;
        }
        turn_round(tree, element);
        anchor_spaced(tree, element, &mut paths);
        let case = tree.inherited(element, "text-transform").map(str::to_owned);
        if let Some(case) = case.filter(|case| case != "none") {
            for child in &mut tree[element].children {
                if let ChildNode::Text(words) = child {
                    *words = cased(words, &case);
                }
            }
        }
        if tree[element].name == "text"
            && matches!(tree.inherited(element, "white-space"), Some("pre" | "pre-wrap" | "break-spaces"))
        {
            tree[element].set_markup("xml:space", "preserve".to_owned());
        }
        let caps =
            ["font-variant-caps", "font-variant"].iter().find_map(|name| tree.inherited(element, name));
        match caps.and_then(|caps| caps.split_ascii_whitespace().find(|word| word.ends_with("-caps"))) {
            Some("small-caps" | "petite-caps") => small_capitals(tree, element, char::is_lowercase),
            Some("all-small-caps" | "all-petite-caps") => small_capitals(tree, element, |_| true),
            _ => {}
        }
    }
}

/// Words that go from left to right begin at the right where the text is said to go from right to left: so they end there.
fn turn_round(tree: &mut Tree, element: usize) {
    if tree[element].name != "text" || tree.inherited(element, "direction") != Some("rtl") {
        return;
    }
    let mut open = vec![element];
    while let Some(at) = open.pop() {
        let leftward =
            |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
        let overridden = tree[at].style.get("unicode-bidi").is_some_and(|how| how.contains("override"));
        if overridden
            || tree[at]
                .children
                .iter()
                .any(|child| matches!(child, ChildNode::Text(words) if words.contains(leftward)))
        {
            return;
        }
        open.extend(tree.children(at));
    }
    let anchor = match tree.inherited(element, "text-anchor") {
        None | Some("start") => "end",
        Some("end") => "start",
        Some(_) => return,
    };
    tree[element].style.insert("text-anchor".to_owned(), anchor.to_owned());
}

/// Moves anchored lines with spaced letters. A browser counts the space after the last letter to a line's length, the
/// renderer does not: an anchored line begins that much before.
fn anchor_spaced(tree: &mut Tree, element: usize, paths: &mut TextPaths) {
    let share = match tree.inherited(element, "text-anchor") {
        Some("middle") => 0.5,
        Some("end") => 1.0,
        _ => return,
    };
    let found = &tree[element];
    let on_path = found.name == "textPath";
    let begins = found.name == "text" || found.markup("x").is_some();
    if !on_path && (!begins || tree.children(element).any(|child| tree[child].name == "textPath")) {
        return;
    }
    let scale = *found.scale();
    let spacing =
        tree.inherited(element, "letter-spacing").and_then(|said| numbers::length(said, scale.em, &scale));
    let Some(spacing) = spacing.filter(|spacing| *spacing != 0.0) else { return };
    if on_path {
        paths.begin_before(tree, element, spacing * share);
        return;
    }
    let x = tree[element].markup("x").unwrap_or("0");
    let Some(x) = numbers::length(x, scale.whole("x"), &scale) else { return };
    tree[element].set("x", written(x - spacing * share));
}

/// The size of a small capital that is made of a large one, as browsers make it.
const SMALL: &str = "0.7em";

/// Writes the letters of an element that are `small` as capitals of a smaller size.
fn small_capitals(tree: &mut Tree, element: usize, small: fn(char) -> bool) {
    for child in std::mem::take(&mut tree[element].children) {
        let ChildNode::Text(words) = child else {
            tree[element].children.push(child);
            continue;
        };
        let mut rest = words.as_str();
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| small(c) != small(first)).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            if small(first) {
                let span = tree.append(element, Element::new("tspan", &[("font-size", SMALL)]));
                tree[span].children.push(ChildNode::Text(run.to_uppercase()));
            } else {
                tree[element].children.push(ChildNode::Text(run.to_owned()));
            }
        }
    }
}

/// Writes shadows of text as filters. They are as large on every page.
pub(super) fn shadows(tree: &mut Tree, page: &PageSizes) {
    for element in 0..tree.len() {
        if tree[element].name != "text" {
            continue;
        }
        let Some(shadow) = tree.inherited(element, "text-shadow").filter(|shadow| *shadow != "none") else {
            continue;
        };
        let Some(larger) = page.enlargement(tree, element) else { continue };
        let scale = tree[element].scale();
        let shadows: Vec<String> = split(shadow, ',')
            .into_iter()
            .map(|shadow| {
                let parts =
                    split(shadow, ' ').into_iter().map(|part| match numbers::length(part, 0.0, scale) {
                        Some(length) => format!("{}px", written(length / larger)),
                        None => part.to_owned(),
                    });
                format!("drop-shadow({})", parts.collect::<Vec<_>>().join(" "))
            })
            .collect();
        let filter = tree[element].style.get("filter").filter(|filter| *filter != "none");
        let all = filter.map_or(shadows.join(" "), |filter| format!("{} {filter}", shadows.join(" ")));
        tree[element].style.insert("filter".to_owned(), all);
    }
}

fn cased(words: &str, case: &str) -> String {
    match case {
        "uppercase" => words.to_uppercase(),
        "lowercase" => words.to_lowercase(),
        "capitalize" => {
            let mut begins = true;
            words
                .chars()
                .flat_map(|c| {
                    let first = begins && c.is_alphanumeric();
                    begins = !c.is_alphanumeric() && c != '\'' && c != '’';
                    if first { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] }
                })
                .collect()
        }
        _ => words.to_owned(),
    }
}
