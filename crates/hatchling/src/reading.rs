//! Reads a drawing without its names: which vehicle its wheels say it is, which animal its colours say.
//!
//! Ids, classes, comments and titles are not looked at; only shapes and fills are.

use std::collections::BTreeMap;

use crate::animal::{ANIMALS, Animal};
use crate::palette::{Colour, rgb};

/// The words of a tally where nothing was recognised.
const NOTHING: &str = "?";

/// A tally of how often each thing asked for was read as each thing.
#[derive(Debug, Default)]
pub(crate) struct ReadingTally(BTreeMap<(&'static str, &'static str), u32>);

impl ReadingTally {
    /// Counts one drawing.
    pub(crate) fn count(&mut self, asked: &'static str, read: Option<&'static str>) {
        *self.0.entry((asked, read.unwrap_or(NOTHING))).or_default() += 1;
    }

    /// Prints a Markdown table of those of `names` that were asked for.
    pub(crate) fn print(&self, names: &[&'static str]) {
        let columns: Vec<_> = names.iter().copied().chain([NOTHING]).collect();
        println!(
            "| |{}\n|---|{}",
            columns.iter().map(|c| format!(" {c} |")).collect::<String>(),
            "---:|".repeat(columns.len())
        );
        for row in names {
            if !self.0.keys().any(|(asked, _)| asked == row) {
                continue;
            }
            let cells: String = columns
                .iter()
                .map(|c| self.0.get(&(*row, *c)).map_or("  |".to_owned(), |n| format!(" {n} |")))
                .collect();
            println!("| {row} |{cells}");
        }
        let right: u32 = self.0.iter().filter(|((a, r), _)| a == r).map(|(_, n)| n).sum();
        println!("\nRead as asked: {right} of {}.", self.0.values().sum::<u32>());
    }
}

/// The value of an attribute in the text of one element.
fn value<'t>(element: &'t str, name: &str) -> Option<&'t str> {
    let at = element.find(&format!(" {name}=\""))? + name.len() + 3;
    element[at..].split('"').next()
}

fn number(element: &str, name: &str) -> Option<f64> {
    value(element, name)?.parse().ok()
}

/// The elements of a drawing as text.
fn elements<'t>(svg: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    svg.split('<').filter(move |element| element.split(' ').next() == Some(name))
}

/// The vehicle that the drawing's wheels, water and ground say it is.
pub(crate) fn vehicle(svg: &str) -> Option<&'static str> {
    let band = |element: &&str| number(element, "y").is_some_and(|y| y > 230.0);
    let ground = elements(svg, "rect").filter(band).last().and_then(|element| number(element, "y"));
    let Some(ground) = ground else {
        return Some("airplane");
    };
    // Waves reach from edge to edge.
    if elements(svg, "path")
        .any(|e| value(e, "d").is_some_and(|d| d.contains("400 300") && d.contains("0 300")))
    {
        return Some("boat");
    }
    let mut wheels: Vec<(f64, f64)> = elements(svg, "circle")
        .filter_map(|e| Some((number(e, "cx")?, number(e, "cy")?, number(e, "r")?)))
        .filter(|&(_, y, r)| r > 6.5 && (y + r - ground).abs() < 16.0)
        .map(|(x, _, r)| (x, r))
        .collect();
    // Of circles about one centre, a wheel and its cap, the largest is the wheel.
    wheels.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut seen: Vec<f64> = Vec::new();
    wheels.retain(|&(x, _)| {
        let new = seen.iter().all(|known| (known - x).abs() > 3.0);
        seen.push(x);
        new
    });
    let mut wheels: Vec<f64> = wheels.into_iter().map(|(_, r)| r).collect();
    wheels.sort_by(f64::total_cmp);
    match wheels.as_slice() {
        [r] if *r > 26.0 => Some("unicycle"),
        [a, b] if b - a < 4.5 => Some(match *a {
            r if r < 12.5 && board(svg) => "skateboard",
            r if r < 19.5 => "scooter",
            r if r < 29.0 => "car",
            _ => "bicycle",
        }),
        _ => None,
    }
}

/// Whether no straight pole stands in the drawing, as a scooter has one: three points, the last far above the first.
fn board(svg: &str) -> bool {
    !elements(svg, "path").any(|e| {
        let numbers: Vec<f64> =
            value(e, "d").unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect();
        value(e, "fill") == Some("none") && numbers.len() == 6 && numbers[1] - numbers[5] > 70.0
    })
}

/// The animal whose colours the drawing has.
pub(crate) fn animal(svg: &str) -> Option<&'static str> {
    let mut weights: BTreeMap<[u8; 3], f64> = BTreeMap::new();
    for element in svg.split('<') {
        for name in ["fill", "stroke"] {
            if let Some(colour) = value(element, name).and_then(parse) {
                *weights.entry(colour.0).or_default() += 1.0;
            }
        }
    }
    // How many elements have a colour, or one within a step of it.
    let count = |wanted: Colour, within: i16| -> f64 {
        let near = |have: &[u8; 3]| {
            have.iter().zip(wanted.0).all(|(a, b)| (i16::from(*a) - i16::from(b)).abs() <= within)
        };
        weights.iter().filter(|(have, _)| near(have)).map(|(_, n)| n).sum()
    };
    let score = |animal: Animal| {
        let fits = |&(main, second, accent): &(u16, u16, u16)| {
            let main = count(rgb(main), 1);
            let second = count(rgb(second), 0);
            // A bird's legs are a darker accent, a beast's limbs a darker coat.
            let accent = count(rgb(accent), 0) + count(rgb(accent).shade(2), 0);
            // The small colours are never varied, so they tell most; among equals, the more of it the better.
            let there = |n: f64| f64::from(u8::from(n > 0.0));
            there(main) + 1.5 * there(second) + 1.5 * there(accent) + 0.01 * (main + second + accent)
        };
        animal.colours().iter().map(fits).fold(0.0, f64::max)
    };
    let mut best: Vec<(f64, Animal)> = ANIMALS.map(|animal| (score(animal), animal)).to_vec();
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    (best[0].0 >= 2.5 && best[0].0 > best[1].0).then(|| best[0].1.name())
}

fn parse(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix('#').filter(|d| d.len() == 3)?;
    u16::from_str_radix(digits, 16).ok().map(rgb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;

    #[test]
    fn the_generators_own_scenes_are_read_as_what_they_are() {
        let (mut right, mut all) = ([0, 0], 0);
        for seed in 0..400 {
            let scene = Scene::new(seed);
            let asked = |names: &[&'static str]| {
                names.iter().copied().find(|name| scene.prompt.contains(&format!(" {name}")))
            };
            let vehicle_asked = asked(&crate::vehicle::VEHICLES.map(|v| v.name()));
            let animal_asked = asked(&ANIMALS.map(|a| a.name()));
            all += 1;
            right[0] += usize::from(vehicle(&scene.svg) == vehicle_asked);
            right[1] += usize::from(animal(&scene.svg) == animal_asked);
        }
        assert!(right[0] * 100 >= all * 97, "vehicles: {} of {all}", right[0]);
        assert!(right[1] * 100 >= all * 85, "animals: {} of {all}", right[1]);
    }
}
