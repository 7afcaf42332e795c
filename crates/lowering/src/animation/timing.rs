//! The timing of animations that are elements: when they begin, and how long they last.

use std::collections::HashMap;

use super::super::tree::Tree;

/// Begins that one animation may have.
const MOST_BEGINS: usize = 16;

/// The seconds of one cycle and of all of them.
pub(super) fn lasts(tree: &Tree, element: usize) -> (Option<f64>, f64) {
    let found = &tree[element];
    let cycle = found.markup("dur").and_then(clock_value).filter(|cycle| *cycle > 0.0);
    let count = match found.markup("repeatCount").map(str::trim) {
        Some("indefinite") => f64::INFINITY,
        Some(count) => count.parse::<f64>().ok().filter(|count| *count > 0.0).unwrap_or(1.0),
        None => 1.0,
    };
    let until = match found.markup("repeatDur").map(str::trim) {
        Some("indefinite") => Some(f64::INFINITY),
        Some(until) => clock_value(until),
        None => None,
    };
    let repeated = cycle.map_or(f64::INFINITY, |cycle| cycle * count);
    let active = match (until, found.markup("repeatCount")) {
        (Some(until), None) => until,
        (Some(until), Some(_)) => repeated.min(until),
        (None, _) => repeated,
    };
    (cycle, active)
}

/// The last moment at which an element ends by its own words, where these are all times, in seconds.
pub(super) fn ends(tree: &Tree, element: usize) -> Option<f64> {
    let times: Option<Vec<f64>> = tree[element]
        .markup("end")?
        .split(';')
        .map(|part| clock_value(part.trim().trim_start_matches('+')))
        .collect();
    times?.into_iter().reduce(f64::max)
}

/// A clock value of SMIL in seconds: `1.5s`, `250ms`, `02:30`, `3`.
fn clock_value(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.contains(':') {
        let parts: Option<Vec<f64>> = text.split(':').map(|part| part.parse().ok()).collect();
        return parts
            .filter(|parts| parts.len() <= 3)
            .map(|parts| parts.iter().fold(0.0, |sum, part| sum * 60.0 + part));
    }
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let number: f64 = number.trim().parse().ok()?;
    let unit = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(number * unit).filter(|seconds| seconds.is_finite())
}

/// When animations begin, those that wait for others among them.
pub(super) struct BeginTimes<'t> {
    tree: &'t Tree,
    by_id: &'t HashMap<String, usize>,
    known: HashMap<usize, Vec<f64>>,
}

/// Animations that wait for one another.
const DEEPEST: usize = 16;

impl<'t> BeginTimes<'t> {
    pub(super) fn new(tree: &'t Tree, by_id: &'t HashMap<String, usize>) -> Self {
        Self { tree, by_id, known: HashMap::new() }
    }

    /// The moments at which an element begins, in seconds; `depth` is how many wait for it.
    pub(super) fn begins(&mut self, element: usize, depth: usize) -> Vec<f64> {
        if let Some(known) = self.known.get(&element) {
            return known.clone();
        }
        // Who waits for itself never begins.
        self.known.insert(element, Vec::new());
        let text = self.tree[element].markup("begin").unwrap_or("0s");
        let mut found: Vec<f64> = text
            .split(';')
            .take(MOST_BEGINS)
            .flat_map(|part| self.one(part.trim(), depth))
            .filter(|at| at.is_finite())
            .collect();
        found.sort_by(f64::total_cmp);
        found.truncate(MOST_BEGINS);
        self.known.insert(element, found.clone());
        found
    }

    fn one(&mut self, text: &str, depth: usize) -> Vec<f64> {
        if let Some(at) = clock_value(text.trim_start_matches('+')) {
            return vec![at];
        }
        // `id.begin + 1s`, `id.end`.
        let Some((id, rest)) = text.split_once('.') else { return Vec::new() };
        let (event, offset) = match rest.find(['+', '-']) {
            Some(at) => {
                let sign = if rest[at..].starts_with('-') { -1.0 } else { 1.0 };
                (rest[..at].trim(), clock_value(&rest[at + 1..]).map(|seconds| sign * seconds))
            }
            None => (rest.trim(), Some(0.0)),
        };
        let (Some(offset), Some(&other)) = (offset, self.by_id.get(id)) else { return Vec::new() };
        let after = match event {
            "begin" => 0.0,
            "end" => lasts(self.tree, other).1,
            _ => return Vec::new(),
        };
        if depth >= DEEPEST {
            return Vec::new();
        }
        self.begins(other, depth + 1).into_iter().map(|begin| begin + after + offset).collect()
    }
}
