//! Animations of CSS.

use super::super::css::{Declaration, Keyframes, StyleSheet, longhands, resolve};
use super::super::grammar;
use super::super::numbers::{number, seconds, split};
use super::super::properties;
use super::super::transform_list;
use super::super::tree::Tree;
use super::AnimationTime;
use super::interpolation::{EasingFunction, between};

/// An animation that an element has.
#[derive(Debug)]
pub(super) struct CssAnimation {
    element: usize,
    name: String,
    delay: f64,
    duration: f64,
    count: f64,
    reversed: bool,
    alternates: bool,
    backwards: bool,
    forwards: bool,
    easing: EasingFunction,
}

impl CssAnimation {
    /// When it has moved once, in seconds.
    pub(super) fn cycle(&self) -> f64 {
        self.delay.max(0.0) + self.duration
    }

    /// The progress in its frames, from 0 to 1; `None` where it does nothing.
    fn progress(&self, time: AnimationTime) -> Option<f64> {
        let elapsed = time.seconds - self.delay;
        let active = self.duration * self.count;
        let (whole, part) = if elapsed < 0.0 {
            if !self.backwards {
                return None;
            }
            (0.0, 0.0)
        } else if elapsed > active || (elapsed >= active && !time.ending) {
            if !self.forwards {
                return None;
            }
            iteration(self.count, true)
        } else if self.duration > 0.0 {
            iteration(elapsed / self.duration, time.ending && elapsed > 0.0)
        } else {
            (0.0, 1.0)
        };
        let odd = self.alternates && whole % 2.0 == 1.0;
        Some(if odd != self.reversed { 1.0 - part } else { part })
    }
}

/// The whole cycles that are gone, and the share of the next; at a boundary, that of the cycle that `ends` there.
pub(super) fn iteration(cycles: f64, ends: bool) -> (f64, f64) {
    if !cycles.is_finite() {
        return (0.0, 1.0);
    }
    let (whole, part) = (cycles.floor(), cycles - cycles.floor());
    if ends && part == 0.0 && whole > 0.0 { (whole - 1.0, 1.0) } else { (whole, part) }
}

/// Animations that one element may have.
const MOST: usize = 16;

/// The animations of all elements, in the order in which they are applied.
pub(super) fn of(tree: &Tree, sheet: &StyleSheet) -> Vec<CssAnimation> {
    let mut found = Vec::new();
    for element in 0..tree.len() {
        let style = &tree[element].style;
        if !style.keys().any(|name| name.starts_with("animation")) {
            continue;
        }
        let shorthand = style.get("animation").map(String::as_str).unwrap_or_default();
        let shorthands = split(shorthand, ',');
        let list = |name: &str| style.get(name).map(|value| split(value, ',')).unwrap_or_default();
        let names = list("animation-name");
        let count = names.len().max(shorthands.len()).min(MOST);
        for at in 0..count {
            let mut one = from_shorthand(element, shorthands.get(at).copied().unwrap_or_default());
            if let Some(name) = names.get(at) {
                one.name = name.trim_matches(['"', '\'']).to_owned();
            }
            for (name, values) in LONGHANDS.iter().map(|name| (*name, list(name))) {
                // Lists that are too short begin anew.
                if let Some(value) = at.checked_rem(values.len()).and_then(|at| values.get(at)) {
                    one.set(name, value);
                }
            }
            if sheet.keyframes.contains_key(&one.name) {
                found.push(one);
            }
        }
    }
    found
}

const LONGHANDS: [&str; 6] = [
    "animation-delay",
    "animation-duration",
    "animation-iteration-count",
    "animation-direction",
    "animation-fill-mode",
    "animation-timing-function",
];

fn from_shorthand(element: usize, text: &str) -> CssAnimation {
    let mut made = CssAnimation {
        element,
        name: String::new(),
        delay: 0.0,
        duration: 0.0,
        count: 1.0,
        reversed: false,
        alternates: false,
        backwards: false,
        forwards: false,
        easing: EasingFunction::of_css("ease"),
    };
    let mut times = 0;
    for word in split(text, ' ') {
        if seconds(word).is_some() {
            made.set(if times == 0 { "animation-duration" } else { "animation-delay" }, word);
            times += 1;
            continue;
        }
        match word {
            "infinite" => made.set("animation-iteration-count", word),
            "normal" | "reverse" | "alternate" | "alternate-reverse" => made.set("animation-direction", word),
            "none" | "forwards" | "backwards" | "both" => made.set("animation-fill-mode", word),
            "running" | "paused" | "auto" => {}
            "linear" | "ease" | "ease-in" | "ease-out" | "ease-in-out" | "step-start" | "step-end" => {
                made.easing = EasingFunction::of_css(word);
            }
            word if word.contains('(') => made.easing = EasingFunction::of_css(word),
            word if number(word).is_some() => made.set("animation-iteration-count", word),
            word => made.name = word.trim_matches(['"', '\'']).to_owned(),
        }
    }
    made
}

impl CssAnimation {
    fn set(&mut self, name: &str, value: &str) {
        match name {
            "animation-delay" => self.delay = seconds(value).unwrap_or(self.delay),
            "animation-duration" => self.duration = seconds(value).unwrap_or(self.duration).max(0.0),
            "animation-iteration-count" => {
                let count = if value == "infinite" { Some(f64::INFINITY) } else { number(value) };
                self.count = count.filter(|count| *count >= 0.0).unwrap_or(self.count);
            }
            "animation-direction" => {
                self.reversed = value.ends_with("reverse");
                self.alternates = value.starts_with("alternate");
            }
            "animation-fill-mode" => {
                self.backwards = matches!(value, "backwards" | "both");
                self.forwards = matches!(value, "forwards" | "both");
            }
            _ => self.easing = EasingFunction::of_css(value),
        }
    }
}

/// Declarations of frames that are read for one picture.
const WORK: usize = 200_000;

/// Gives elements the values that their animations have at a time.
pub(super) fn apply(tree: &mut Tree, sheet: &StyleSheet, animations: &[CssAnimation], time: AnimationTime) {
    let mut left = WORK;
    for animation in animations {
        let Some(progress) = animation.progress(time) else { continue };
        let Some(frames) = sheet.keyframes.get(&animation.name) else { continue };
        let work = frames.iter().map(|(_, declarations)| declarations.len() + 1).sum();
        match usize::checked_sub(left, work) {
            Some(rest) => left = rest,
            None => return,
        }
        for (name, value) in values(tree, sheet, animation, frames, progress) {
            tree[animation.element].style.insert(name, value);
        }
    }
}

/// The values that frames set for a property: offset, value, and the easing from there on.
type Places = Vec<(f64, String, Option<EasingFunction>)>;

/// The properties that frames set, at a share of the way through them.
fn values(
    tree: &Tree,
    sheet: &StyleSheet,
    animation: &CssAnimation,
    frames: &Keyframes,
    progress: f64,
) -> Vec<(String, String)> {
    let mut set: Vec<(String, Places)> = Vec::new();
    for (offset, declarations) in frames {
        let easing = declarations.iter().find(|declaration| declaration.name == "animation-timing-function");
        let easing = easing.map(|declaration| EasingFunction::of_css(&declaration.value));
        for Declaration { name, value, .. } in declarations {
            for (name, value) in longhands(name, value) {
                if name.starts_with("animation") || !grammar::takes(&name, &value) {
                    continue;
                }
                let Some(value) = resolve(tree, animation.element, sheet, &name, &value) else { continue };
                match set.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, places)) => places.push((*offset, value, easing.clone())),
                    None => set.push((name, vec![(*offset, value, easing.clone())])),
                }
            }
        }
    }
    let mut found = Vec::new();
    for (name, mut places) in set {
        // Of several at one offset the last holds; what is missing at an end is what the element has without them.
        places.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        let own = own(tree, animation.element, &name);
        if places.first().is_some_and(|(offset, _, _)| *offset > 0.0) {
            let Some(own) = own.clone() else { continue };
            places.insert(0, (0.0, own, None));
        }
        if places.last().is_some_and(|(offset, _, _)| *offset < 1.0) {
            let Some(own) = own else { continue };
            places.push((1.0, own, None));
        }
        let at = places.iter().rposition(|(offset, _, _)| *offset <= progress).unwrap_or(0);
        let (from, value, easing) = &places[at];
        let value = match places.get(at + 1) {
            Some((to, next, _)) if progress >= *from => {
                let share = easing.as_ref().unwrap_or(&animation.easing).at((progress - from) / (to - from));
                between(value, next, share)
            }
            _ => value.clone(),
        };
        let value = properties::path_of(&value).filter(|_| name == "d").map_or(value.clone(), str::to_owned);
        found.push((name, value));
    }
    found
}

/// The value of an element's property without its animations, in the words of CSS.
fn own(tree: &Tree, element: usize, name: &str) -> Option<String> {
    let found = tree[element].style.get(name).cloned();
    if name == "transform"
        && let Some(list) =
            found.as_deref().filter(|found| tree[element].markup(name).map(str::trim) == Some(found))
    {
        return Some(transform_list::in_words_of_css(list).unwrap_or_else(|| list.to_owned()));
    }
    found.or_else(|| properties::initial(name).map(str::to_owned))
}
