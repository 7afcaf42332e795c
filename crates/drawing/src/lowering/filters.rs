//! Filters whose numbers the renderer takes otherwise than a browser.

use std::collections::HashMap;

use super::ids;
use super::numbers::{split, written};
use super::page::Page;
use super::tree::{Child, Tree};

/// Inputs that no browser has: they are as though nothing was said.
const UNKNOWN: [&str; 4] = ["FillPaint", "StrokePaint", "BackgroundImage", "BackgroundAlpha"];

/// Filters that may be made anew for elements of other sizes.
const MOST: usize = 64;

/// Writes filters as the renderer takes them. `pixels` is how many of its pixels go into one of the page.
pub(super) fn lower(tree: &mut Tree, page: &Page, pixels: f64) {
    for element in 0..tree.len() {
        if !tree[element].name.starts_with("fe") {
            continue;
        }
        for name in ["in", "in2"] {
            if tree[element].markup(name).is_some_and(|input| UNKNOWN.contains(&input.trim())) {
                tree[element].unset(name);
            }
        }
        // The renderer takes the scale of a displacement twice.
        if tree[element].name == "feDisplacementMap"
            && let Some(scale) =
                tree[element].markup("scale").and_then(|scale| scale.trim().parse::<f64>().ok())
            && scale > 0.0
        {
            tree[element].set("scale", written(scale.sqrt()));
        }
    }
    light(tree, page, pixels);
}

/// Surfaces are lit by their slope, which the renderer takes in pixels: each element gets a filter of its own size.
fn light(tree: &mut Tree, page: &Page, pixels: f64) {
    let by_id = ids::by_id(tree);
    let mut made: HashMap<(usize, String), String> = HashMap::new();
    for element in 0..tree.len() {
        let Some(value) = tree[element].style.get("filter") else { continue };
        let target = split(value, ' ').into_iter().find_map(|part| {
            let address = part.strip_prefix("url(")?.strip_suffix(')')?.trim().trim_matches(['"', '\'']);
            Some((part.to_owned(), *by_id.get(address.strip_prefix('#')?)?))
        });
        let Some((part, filter)) = target else { continue };
        let lit = |at: usize| matches!(tree[at].name.as_str(), "feDiffuseLighting" | "feSpecularLighting");
        if !tree.children(filter).any(lit) {
            continue;
        }
        let Some(larger) = page.enlargement(tree, element) else { continue };
        let by = written((larger * pixels * 1e3).round() / 1e3);
        let key = (filter, by.clone());
        if !made.contains_key(&key) && made.len() >= MOST {
            continue;
        }
        let new = !made.contains_key(&key);
        let id = made.entry(key).or_insert_with(|| format!("pelicycle-filter-{element}")).clone();
        if new {
            let copy = tree.copy(filter, 0);
            tree[copy].set("id", id.clone());
            let inside: Vec<usize> = tree.children(copy).collect();
            for primitive in inside {
                let scale = tree[primitive]
                    .markup("surfaceScale")
                    .map_or(Some(1.0), |scale| scale.trim().parse::<f64>().ok());
                if let (Some(scale), Ok(by)) = (scale, by.parse::<f64>())
                    && tree[primitive].name.ends_with("Lighting")
                {
                    tree[primitive].set("surfaceScale", written(scale * by));
                }
            }
        }
        let value = tree[element].style["filter"].replace(&part, &format!("url(#{id})"));
        tree[element].style.insert("filter".to_owned(), value);
    }
}

impl Tree {
    /// Puts a copy of an element, and of what is in it, at the end of another.
    fn copy(&mut self, element: usize, parent: usize) -> usize {
        let mut copy = self[element].clone();
        let inside = std::mem::take(&mut copy.children);
        let made = self.append(parent, copy);
        for child in inside {
            match child {
                Child::Element(index) => {
                    self.copy(index, made);
                }
                Child::Text(words) => self[made].children.push(Child::Text(words)),
            }
        }
        made
    }
}
