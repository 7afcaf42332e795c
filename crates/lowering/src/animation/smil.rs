//! Animations that are elements (SVG 1.1, chapter 19; SMIL 3).

use std::collections::HashMap;

use super::super::ids;
use super::super::numbers::{number, split};
use super::super::properties;
use super::super::tree::Tree;
use super::AnimationTime;
use super::interpolation::{between, place, sum, times};
use super::keyframes::iteration;
use super::motion::{PATHS, motion};
use super::timing::{BeginTimes, ends, lasts};

/// The elements that animate others, with their times.
pub(super) struct SmilAnimations {
    animations: Vec<SmilAnimation>,
    by_id: HashMap<String, usize>,
}

#[derive(Debug)]
struct SmilAnimation {
    /// The element that says it.
    element: usize,
    /// The element that it changes.
    target: usize,
    /// The moments at which it begins, in seconds, from the first to the last.
    begins: Vec<f64>,
    /// Seconds of one cycle; `None` where it has no end.
    cycle: Option<f64>,
    /// Seconds for which it is active.
    active: f64,
    freezes: bool,
}

impl SmilAnimations {
    pub(super) fn of(tree: &Tree) -> Self {
        let by_id = ids::by_id(tree);
        let mut begin_times = BeginTimes::new(tree, &by_id);
        let mut animations = Vec::new();
        for element in 0..tree.len() {
            let found = &tree[element];
            if !matches!(
                found.name.as_str(),
                "animate" | "animateTransform" | "animateMotion" | "animateColor" | "set"
            ) {
                continue;
            }
            let referred = found.href().and_then(|href| href.strip_prefix('#'));
            let target = match referred {
                Some(id) => by_id.get(id).copied(),
                None => found.parent,
            };
            let Some(target) = target else { continue };
            let mut begins = begin_times.begins(element, 0);
            let (cycle, mut active) = lasts(tree, element);
            if let Some(end) = ends(tree, element) {
                begins.retain(|begin| *begin < end);
                if let [begin] = begins[..] {
                    active = active.min(end - begin);
                }
            }
            // What is over before the drawing is shown never was.
            begins.retain(|begin| *begin >= 0.0 || begin + active > 0.0);
            let freezes = found.markup("fill").is_some_and(|fill| fill.trim() == "freeze");
            animations.push(SmilAnimation { element, target, begins, cycle, active, freezes });
        }
        // Who begins later stands over who began before.
        animations.sort_by(|a, b| {
            let first = |one: &SmilAnimation| one.begins.first().copied().unwrap_or(f64::INFINITY);
            first(a).total_cmp(&first(b))
        });
        Self { animations, by_id }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.animations.is_empty()
    }

    /// When each has moved once, in seconds.
    pub(super) fn cycles(&self) -> impl Iterator<Item = f64> + '_ {
        self.animations.iter().filter_map(|one| Some(one.begins.first()?.max(0.0) + one.cycle.unwrap_or(0.0)))
    }

    /// Gives elements their values at a time; returns where motion puts them.
    pub(super) fn apply(&self, tree: &mut Tree, time: AnimationTime) -> Vec<(usize, String)> {
        let mut motions: Vec<(usize, String)> = Vec::new();
        let mut left = PATHS;
        for animation in &self.animations {
            let Some((gone, progress)) = animation.progress(time) else { continue };
            let (element, target) = (animation.element, animation.target);
            match tree[element].name.as_str() {
                "animateMotion" => {
                    if let Some(place) = motion(tree, &self.by_id, element, progress, &mut left) {
                        motions.retain(|(moved, _)| *moved != target || adds(tree, element));
                        motions.push((target, place));
                    }
                }
                "animateTransform" => turn(tree, element, target, (gone, progress)),
                _ => change(tree, element, target, (gone, progress)),
            }
        }
        motions
    }
}

impl SmilAnimation {
    /// The cycles that are gone, and how far it is in its cycle, from 0 to 1; `None` where it does nothing.
    fn progress(&self, time: AnimationTime) -> Option<(f64, f64)> {
        let begin = self.begins.iter().rev().find(|begin| **begin <= time.seconds)?;
        let elapsed = time.seconds - begin;
        if elapsed > self.active || (elapsed >= self.active && !time.ending) {
            if !self.freezes {
                return None;
            }
            return Some(self.cycle.map_or((0.0, 0.0), |cycle| iteration(self.active / cycle, true)));
        }
        let ends = time.ending && elapsed > 0.0;
        Some(self.cycle.map_or((0.0, 0.0), |cycle| iteration(elapsed / cycle, ends)))
    }
}

fn adds(tree: &Tree, element: usize) -> bool {
    tree[element].markup("additive").is_some_and(|how| how.trim() == "sum")
}

/// The value of an animation at a share of its cycle; `base` is what its target has without it.
fn value(tree: &Tree, element: usize, (gone, progress): (f64, f64), base: &str) -> Option<String> {
    let found = &tree[element];
    if found.name == "set" {
        return found.markup("to").map(str::to_owned);
    }
    let text = |name: &str| found.markup(name).map(|value| value.trim().to_owned());
    let mut adding = adds(tree, element);
    let values: Vec<String> = match text("values") {
        Some(values) => {
            values.split(';').map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
        }
        None => match (text("from"), text("to"), text("by")) {
            (Some(from), Some(to), _) => vec![from, to],
            (None, Some(to), _) => {
                adding = false;
                vec![base.to_owned(), to]
            }
            (Some(from), None, Some(by)) => vec![from.clone(), sum(&from, &by)],
            (None, None, Some(by)) => {
                adding = false;
                vec![base.to_owned(), sum(base, &by)]
            }
            _ => return None,
        },
    };
    let made = accumulated(tree, element, &at(tree, element, &values, progress)?, &values, gone);
    Some(if adding { sum(base, &made) } else { made })
}

/// The value of a list at a share of the time.
fn at(tree: &Tree, element: usize, values: &[String], progress: f64) -> Option<String> {
    let found = &tree[element];
    let last = values.len().checked_sub(1)?;
    if last == 0 {
        return values.first().cloned();
    }
    let numbers = |name: &str| -> Option<Vec<f64>> {
        let parts = found.markup(name)?.split(';').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().ok()).collect()
    };
    let mode = found.markup("calcMode").map_or("linear", str::trim);
    let times = match mode {
        "paced" => even_pace(values),
        _ => numbers("keyTimes"),
    };
    // One time for each value, or nothing is animated.
    if times.as_ref().is_some_and(|times| times.len() != values.len()) {
        return None;
    }
    let (at, share) = place(mode, times, values.len(), progress, found.markup("keySplines"));
    if mode == "discrete" {
        return values.get(at.min(last)).cloned();
    }
    match values.get(at + 1) {
        Some(next) => Some(between(&values[at], next, share)),
        None => values.last().cloned(),
    }
}

/// The times at which values are reached that change as fast all the way; `None` where they are no single numbers.
fn even_pace(values: &[String]) -> Option<Vec<f64>> {
    let numbers: Vec<f64> = values.iter().map(|value| number(value)).collect::<Option<_>>()?;
    let mut gone = vec![0.0];
    for pair in numbers.windows(2) {
        gone.push(gone[gone.len() - 1] + (pair[1] - pair[0]).abs());
    }
    let all = *gone.last()?;
    (all > 0.0).then(|| gone.iter().map(|gone| gone / all).collect())
}

/// A value with what whole cycles before it left.
fn accumulated(tree: &Tree, element: usize, made: &str, values: &[String], gone: f64) -> String {
    let adds = tree[element].markup("accumulate").is_some_and(|how| how.trim() == "sum");
    let left = values.last().filter(|_| adds && gone > 0.0).and_then(|last| times(last, gone));
    left.map_or_else(|| made.to_owned(), |left| sum(made, &left))
}

/// Applies an animation of a property or an attribute.
fn change(tree: &mut Tree, element: usize, target: usize, progress: (f64, f64)) {
    let Some(name) = tree[element].markup("attributeName").map(|name| name.trim().to_owned()) else { return };
    if matches!(name.as_str(), "id" | "class" | "style" | "transform") {
        return;
    }
    let base = match properties::is_property_of(&tree[target].name, &name) && properties::is_inherited(&name)
    {
        true => tree.inherited(target, &name),
        false => tree[target].value(&name),
    };
    let base = base.or_else(|| properties::initial(&name)).unwrap_or("0").to_owned();
    if let Some(value) = value(tree, element, progress, &base) {
        tree[target].set(&name, value);
    }
}

/// Applies an `animateTransform`. A `transform` in CSS stands over it.
fn turn(tree: &mut Tree, element: usize, target: usize, progress: (f64, f64)) {
    let Some(name) = tree[element].markup("attributeName").map(|name| name.trim().to_owned()) else { return };
    if !matches!(name.as_str(), "transform" | "gradientTransform" | "patternTransform") {
        return;
    }
    let style = tree[target].style.get("transform").filter(|_| name == "transform");
    if style.is_some_and(|style| tree[target].markup("transform").map(str::trim) != Some(style)) {
        return;
    }
    let kind = tree[element].markup("type").map_or("translate", str::trim).to_owned();
    if !matches!(kind.as_str(), "translate" | "scale" | "rotate" | "skewX" | "skewY") {
        return;
    }
    let nothing = if kind == "scale" { "1" } else { "0" };
    let by = tree[element].markup("values").is_none()
        && tree[element].markup("from").is_none()
        && tree[element].markup("to").is_none();
    let base = tree[target].markup(&name).unwrap_or_default().trim().to_owned();
    let adding = adds(tree, element) || by;
    // Numbers are not added to those of other functions: the whole function is.
    let found = &tree[element];
    let text = |name: &str| found.markup(name).map(|value| value.trim().to_owned());
    let values: Vec<String> = match text("values") {
        Some(values) => {
            values.split(';').map(|value| value.trim().to_owned()).filter(|v| !v.is_empty()).collect()
        }
        None => match (text("from"), text("to"), text("by")) {
            (Some(from), Some(to), _) => vec![from, to],
            (None, Some(to), _) => vec![nothing.to_owned(), to],
            (Some(from), None, Some(by)) => vec![from.clone(), sum(&from, &by)],
            (None, None, Some(by)) => vec![nothing.to_owned(), by],
            _ => return,
        },
    };
    // A turn about the beginning is one about a centre too.
    let about = |value: &String| kind == "rotate" && value.contains([' ', ',']);
    let values: Vec<String> = match values.iter().find(|value| about(value)).cloned() {
        Some(_) => {
            values.into_iter().map(|one| if about(&one) { one } else { format!("{one} 0 0") }).collect()
        }
        None => values,
    };
    let (gone, progress) = progress;
    let Some(numbers) = at(tree, element, &values, progress) else { return };
    // A centre is not added up.
    let gone = if kind == "rotate" && numbers.contains([' ', ',']) { 0.0 } else { gone };
    let numbers = accumulated(tree, element, &numbers, &values, gone);
    let good = !numbers.is_empty()
        && split(&numbers.replace(',', " "), ' ').iter().all(|part| number(part).is_some());
    if !good {
        return;
    }
    let own = format!("{kind}({numbers})");
    if base.len() > LONGEST {
        return;
    }
    let value = if adding && base != "none" && !base.is_empty() { format!("{base} {own}") } else { own };
    tree[target].set_markup(&name, value);
}

/// Bytes that a transform may grow to by what is added to it.
const LONGEST: usize = 4 << 10;
