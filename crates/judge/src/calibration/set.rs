//! The pairs of the calibration set.

use pelicycle_record::DrawingChange;
use pelicycle_statistics::Random;

use super::scene::{CalibrationScene, PALETTES};

/// The version of the set: answers to another one are not counted.
pub const CALIBRATION_SET: &str = "1";

/// The prompt that the drawings of the set were made for.
pub const CALIBRATION_PROMPT: &str = "Generate an SVG of a pelican riding a bicycle";

/// The number from which the scenes follow; another one makes another set.
const SEED: u64 = 1_868;

/// Scenes, each of which makes three pairs.
const SCENES: usize = 12;

/// A drawing, and the same one changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalibrationPair {
    /// The pair's name in the set.
    pub name: String,
    /// The change that was made.
    pub change: DrawingChange,
    /// The drawing, as SVG.
    pub whole: String,
    /// The changed one.
    pub changed: String,
}

/// All pairs of the set, the same in every call: 24 with one drawing made worse, 12 with both as good.
#[must_use]
pub fn calibration_set() -> Vec<CalibrationPair> {
    let mut random = Random::new(SEED);
    let mut pairs = Vec::new();
    for number in 0..SCENES {
        let scene = CalibrationScene::draw(&mut random);
        let drawing = scene.composition(PALETTES[number % PALETTES.len()]);
        let other_colours = scene.composition(PALETTES[(number + 1) % PALETTES.len()]);
        let alike = match number % 2 {
            0 => (DrawingChange::Mirrored, drawing.mirrored()),
            _ => (DrawingChange::Recoloured, other_colours.svg()),
        };
        for (change, changed) in [
            (DrawingChange::WheelsAway, drawing.without_wheels()),
            (DrawingChange::Shuffled, drawing.shuffled(&mut random)),
            alike,
        ] {
            let what = match change {
                DrawingChange::WheelsAway => "wheels-away",
                DrawingChange::Shuffled => "shuffled",
                DrawingChange::Mirrored => "mirrored",
                DrawingChange::Recoloured => "recoloured",
            };
            let name = format!("{}-{what}", number + 1);
            pairs.push(CalibrationPair { name, change, whole: drawing.svg(), changed });
        }
    }
    pairs
}
