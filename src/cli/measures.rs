//! Measures of a drawing, in words for a terminal.

use pelicycle_record::measure::{DrawingStructure, ItemState, JudgedItem, Measures};

use super::terminal::printable;

/// Lines that follow the verdict and the findings; `prompt` names whose rubric it is.
pub(super) fn describe(measures: &Measures, prompt: &str, coloured: bool) -> String {
    let mut out = structure(&measures.structure);
    if !measures.painted.is_empty() {
        out.push_str(&format!("painted in this order: {}\n", measures.painted.join(", ")));
    }
    if !measures.rubric.is_empty() {
        out.push_str(&format!("rubric of {}, and how sure the rules are:\n", printable(prompt)));
        for judged in &measures.rubric {
            out.push_str(&line(judged, coloured));
        }
    }
    out
}

fn line(judged: &JudgedItem, coloured: bool) -> String {
    let (word, code) = match judged.state {
        ItemState::Met => ("met", "32"),
        ItemState::NotMet => ("not met", "31"),
        ItemState::CantTell => ("can't tell", "33"),
    };
    let sure = match judged.state {
        ItemState::Met => format!(" {:.0} %", 100.0 * judged.confidence),
        ItemState::NotMet => format!(" {:.0} %", 100.0 * (1.0 - judged.confidence)),
        ItemState::CantTell => String::new(),
    };
    let word = format!("{:<13}", format!("{word}{sure}"));
    let word = if coloured { format!("\x1b[{code}m{word}\x1b[0m") } else { word };
    format!("  {word}  {}: {}\n", judged.asked, judged.why)
}

fn structure(structure: &DrawingStructure) -> String {
    let count = |n: usize, one: &str| match n {
        0 => format!("no {one}s"),
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    let built = [
        count(structure.shapes, "shape"),
        count(structure.path_commands, "path command"),
        count(structure.colours, "colour"),
        count(structure.groups, "group"),
        count(structure.gradients, "gradient"),
        count(structure.texts, "text"),
        count(structure.pictures, "picture"),
        format!("depth {}", structure.depth),
    ];
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut canvas = vec![
        format!("{} of it painted", percent(structure.painted)),
        format!("{} the figure", percent(structure.figure)),
    ];
    if let Some(symmetry) = structure.symmetry {
        canvas.push(format!("symmetry {symmetry:.2}"));
    }
    canvas.push(format!("{} off it", count(structure.outside, "shape")));
    canvas.push(format!("{} over its edge", count(structure.over_the_edge, "shape")));
    format!("structure: {}\ncanvas: {}\n", built.join(", "), canvas.join(", "))
}
