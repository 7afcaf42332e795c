//! The place to which `animateMotion` moves an element.

use std::collections::HashMap;

use super::super::numbers::written;
use super::super::outline::{self, MeasuredPath};
use super::super::tree::Tree;
use super::interpolation::{place, sum};

/// Bytes of path data that elements are moved along, each as often as it is.
pub(super) const PATHS: usize = 4 << 20;

/// The place on the way of an `animateMotion`.
pub(super) fn motion(
    tree: &Tree,
    by_id: &HashMap<String, usize>,
    element: usize,
    progress: f64,
    left: &mut usize,
) -> Option<String> {
    let found = &tree[element];
    let mpath = tree.children(element).find(|child| tree[*child].name == "mpath");
    let data = match mpath.and_then(|mpath| tree[mpath].href()?.strip_prefix('#').map(str::to_owned)) {
        Some(id) => {
            let target = *by_id.get(&id)?;
            let long = tree[target].value("d").or(tree[target].markup("points")).map_or(0, str::len);
            *left = left.checked_sub(long)?;
            outline::of(tree, target)
        }
        None => match found.markup("path") {
            Some(data) => outline::from_data(data),
            None => {
                let text = |name: &str| found.markup(name).map(str::to_owned);
                let points = match (text("values"), text("from"), text("to"), text("by")) {
                    (Some(values), ..) => values,
                    (None, from, Some(to), _) => {
                        format!("{};{to}", from.unwrap_or_else(|| "0,0".to_owned()))
                    }
                    (None, from, None, Some(by)) => {
                        let from = from.unwrap_or_else(|| "0,0".to_owned());
                        format!("{from};{}", sum(&from, &by))
                    }
                    _ => return None,
                };
                let points: Vec<&str> =
                    points.split(';').map(str::trim).filter(|point| !point.is_empty()).collect();
                outline::from_data(&format!("M{}", points.join("L")))
            }
        },
    };
    let way = MeasuredPath::of(&data?);
    let numbers = |name: &str| -> Option<Vec<f64>> {
        found
            .markup(name)?
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().ok())
            .collect()
    };
    let share = match (numbers("keyPoints"), numbers("keyTimes")) {
        (Some(points), Some(times)) if points.len() == times.len() && points.len() > 1 => {
            let mode = found.markup("calcMode").map_or("linear", str::trim);
            let (at, share) = place(mode, Some(times), points.len(), progress, found.markup("keySplines"));
            points[at] + (points.get(at + 1).unwrap_or(&points[at]) - points[at]) * share
        }
        _ => progress,
    };
    let ([x, y], tangent) = way.at(share.clamp(0.0, 1.0) * way.length())?;
    let turn = match found.markup("rotate").map_or("0", str::trim) {
        "auto" => tangent,
        "auto-reverse" => tangent + 180.0,
        // No browser heeds an angle here.
        _ => 0.0,
    };
    let turn = if turn == 0.0 { String::new() } else { format!(" rotate({})", written(turn)) };
    Some(format!("translate({} {}){turn}", written(x), written(y)))
}
