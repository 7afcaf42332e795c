//! Names that somebody may have meant.

/// The least likeness of a name that is offered (Jaro and Winkler's measure, 0 to 1).
const ALIKE: f64 = 0.8;
/// The likeness of a name to itself.
const SAME: f64 = 1.0;
/// The likeness of names that differ by one slip of a finger (a letter too many, too few, another, or two swapped):
/// the measure above knows no short names that begin so.
const ONE_SLIP: f64 = 0.9;
/// The shortest name in which a slip tells anything, in characters.
const SLIP_LENGTH: usize = 3;
/// The longest name that is held against others, in bytes: the measures take time in proportion to the product of both lengths, and
/// nobody mistypes a name of thousands of characters.
const LONGEST: usize = 512;
/// The most names that are offered.
const MOST: usize = 3;

/// The names among `known` that are most like `wanted`, the likest first, three at most. Where one differs in nothing but its
/// capitals, no other is meant.
#[must_use]
pub fn near<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (alikeness(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup();
    if near.first().is_some_and(|(alike, _)| *alike >= SAME) {
        near.retain(|(alike, _)| *alike >= SAME);
    }
    near.into_iter().map(|(_, name)| name).take(MOST).collect()
}

fn alikeness(wanted: &str, name: &str) -> f64 {
    let alike = strsim::jaro_winkler(wanted, name);
    let long = wanted.chars().count().min(name.chars().count()) >= SLIP_LENGTH;
    if long && strsim::osa_distance(wanted, name) == 1 { alike.max(ONE_SLIP) } else { alike }
}

/// Names as a choice: `a, b or c`.
#[must_use]
pub fn any_of<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The question that ends an error: `: did you mean "a", "b" or "c"?`; nothing where there is no such name.
#[must_use]
pub fn did_you_mean(names: &[&str]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    format!(": did you mean {}?", any_of(&quoted))
}
