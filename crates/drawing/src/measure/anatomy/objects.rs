//! The objects in front of the scenery: the vehicle, its rider, and what hangs together with them.
//!
//! Sky, sea, sun and clouds are painted before them, reach the canvas's sides, or touch nothing that does not.

use std::collections::BTreeSet;

use super::Anatomy;

/// Borders of so many pixels join two shapes; fewer are chance.
const BORDER: usize = 3;

/// For each shape, whether it is a part of the vehicle or of what rides it. Without wheels, everything but scenery is.
pub(super) fn find(anatomy: &Anatomy<'_>) -> Vec<bool> {
    let count = anatomy.scene.shapes.len();
    let plain = |index: usize| !anatomy.background[index] && anatomy.visible[index].pixels > 0;
    let of_wheels: BTreeSet<usize> =
        anatomy.wheels.list.iter().flat_map(|wheel| wheel.shapes.iter().copied()).collect();
    let Some(&first) = of_wheels.first() else { return (0..count).map(plain).collect() };
    // What is painted before the wheels counts from the last thing on that reaches from side to side.
    let ground = (0..first).rev().find(|index| anatomy.background[*index]).map_or(0, |index| index + 1);
    let allowed: Vec<bool> = (0..count).map(|index| index >= ground && plain(index)).collect();
    let later = flood(anatomy, of_wheels.clone(), |index| allowed[index] && index >= first);
    // Earlier shapes must touch the vehicle, or one that does: a cloud behind the head touches the rider alone.
    let near = |index: usize| {
        let shape = &anatomy.scene.shapes[index];
        anatomy.zone().is_some_and(|zone| shape.extent.gap(zone) <= 0.0)
    };
    let seeds = (ground..first).filter(|index| allowed[*index] && near(*index)).collect();
    let earlier = flood(anatomy, seeds, |index| allowed[index] && index < first);
    let both = later.union(&earlier).copied().collect();
    let all = flood(anatomy, both, |index| allowed[index] && index >= first);
    (0..count).map(|index| all.contains(&index)).collect()
}

/// The shapes that hang together with the seeds by their visible borders.
pub(super) fn flood(
    anatomy: &Anatomy<'_>,
    seeds: BTreeSet<usize>,
    allowed: impl Fn(usize) -> bool,
) -> BTreeSet<usize> {
    let mut found = seeds;
    let mut next: Vec<usize> = found.iter().copied().collect();
    while let Some(here) = next.pop() {
        for (other, border) in &anatomy.beside[here] {
            if *border >= BORDER && allowed(*other) && found.insert(*other) {
                next.push(*other);
            }
        }
    }
    found
}
