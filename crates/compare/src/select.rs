//! Names of sides, and the attempts that they mean: a contestant, a run, a date, a release tag, a baseline or
//! a provider.

use std::collections::BTreeSet;
use std::ops::{Bound, RangeBounds as _};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use pelicycle_record::{Attempt, Id};
use pelicycle_text::{did_you_mean, near};

/// Meanings of names that the attempts themselves do not tell.
pub trait NameResolver {
    /// The attempts of a baseline; none where there is none of this name.
    ///
    /// # Errors
    /// One that can't be read, in words.
    fn baseline(&self, name: &str) -> Result<Option<BTreeSet<Id>>, String>;

    /// The attempts that were there when a release was tagged, by the history of the results; none where there is no such
    /// tag.
    ///
    /// # Errors
    /// A history that can't be read, in words.
    fn tag(&self, name: &str) -> Result<Option<BTreeSet<Id>>, String>;

    /// The names of all baselines, as far as they can be read.
    fn baselines(&self) -> Vec<String>;
}

/// The attempts that a name means: one side of a comparison.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    /// The name, as the user wrote it.
    pub name: String,
    /// The kind of thing that the name means: `contestant`, `run`, `date`, `tag`, `baseline` or `provider`.
    pub kind: &'static str,
    /// The attempts that are meant.
    pub attempts: Vec<&'a Attempt>,
}

/// A name that means no attempts, or attempts of several kinds.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SelectError {
    #[error("{name:?} is no contestant, run, date, tag or baseline of these results{hint}")]
    Unknown { name: String, hint: String },
    #[error("{name:?} may be a {kinds}: write {example}:{name}")]
    Ambiguous { name: String, kinds: String, example: &'static str },
    #[error("no {kind} {name:?} in these results{hint}")]
    None { kind: &'static str, name: String, hint: String },
    #[error("{0}")]
    Unreadable(String),
}

/// Kinds of names, each with its prefix.
const KINDS: [&str; 6] = ["baseline", "contestant", "date", "provider", "run", "tag"];
/// The kind that is meant where no other is: a model may be called as its service is.
const LAST: &str = "provider";
/// Names shown when one is unknown.
const NEAR: usize = 3;

/// The attempts that `named` means: `KIND:NAME`, or a name that is of one kind only.
///
/// # Errors
/// A name that is of no kind, or of several.
pub fn select<'a>(
    named: &str,
    attempts: &[&'a Attempt],
    catalog: &dyn NameResolver,
) -> Result<Selection<'a>, SelectError> {
    if let Some((kind, name)) = named.split_once(':')
        && let Some(kind) = KINDS.into_iter().find(|known| *known == kind)
    {
        return of_kind(kind, name, attempts, catalog)?.ok_or_else(|| SelectError::None {
            kind,
            name: shortened(name),
            hint: hint(kind, name, attempts, catalog),
        });
    }
    let mut found = Vec::new();
    for kind in KINDS.into_iter().filter(|kind| *kind != LAST) {
        found.extend(of_kind(kind, named, attempts, catalog)?);
    }
    if found.is_empty() {
        found.extend(of_kind(LAST, named, attempts, catalog)?);
    }
    match found.len() {
        0 => Err(SelectError::Unknown {
            name: shortened(named),
            hint: hint("contestant", named, attempts, catalog),
        }),
        1 => Ok(found.remove(0)),
        _ => {
            let kinds: Vec<&str> = found.iter().map(|selection| selection.kind).collect();
            Err(SelectError::Ambiguous {
                name: shortened(named),
                kinds: kinds.join(" or a "),
                example: kinds[0],
            })
        }
    }
}

fn of_kind<'a>(
    kind: &'static str,
    name: &str,
    attempts: &[&'a Attempt],
    catalog: &dyn NameResolver,
) -> Result<Option<Selection<'a>>, SelectError> {
    let those = |fits: &dyn Fn(&Attempt) -> bool| -> Vec<&'a Attempt> {
        attempts.iter().copied().filter(|attempt| fits(attempt)).collect()
    };
    let some = |found: Vec<&'a Attempt>| Some(found).filter(|found| !found.is_empty());
    let found = match kind {
        "contestant" => some(those(&|attempt| attempt.contestant.goes_by(name))),
        "provider" => some(those(&|attempt| attempt.contestant.provider == name)),
        "run" => run(name, attempts).map(|run| those(&|attempt| attempt.run == run)),
        "date" => days(name).and_then(|days| {
            some(those(&|attempt| days.contains(&attempt.timing.started.to_zoned(TimeZone::UTC).date())))
        }),
        _ => {
            let ids = match kind {
                "baseline" => catalog.baseline(name),
                _ => catalog.tag(name),
            };
            let ids = ids.map_err(SelectError::Unreadable)?;
            ids.map(|ids| those(&|attempt| ids.contains(&attempt.id)))
        }
    };
    Ok(found.map(|attempts| Selection { name: name.to_owned(), kind, attempts }))
}

/// A run goes by its identifier, by a beginning of it that no other has, or by `last`.
fn run(name: &str, attempts: &[&Attempt]) -> Option<Id> {
    let runs: BTreeSet<&Id> = attempts.iter().map(|attempt| &attempt.run).collect();
    if name == "last" {
        return runs.last().map(|run| (*run).clone());
    }
    // A day is a date.
    let mut fit = runs.iter().filter(|run| name.len() > 8 && run.as_str().starts_with(name));
    match (fit.next(), fit.next()) {
        (Some(run), None) => Some((*run).clone()),
        _ => None,
    }
}

/// The days of `2026-11-22`, `2026-11-01..2026-11-22`, `..2026-11-22` and `2026-11-22..`.
fn days(name: &str) -> Option<(Bound<Date>, Bound<Date>)> {
    let day = |text: &str| text.parse::<Date>().ok().filter(|_| text.len() == 10);
    let bound = |text: &str| match text {
        "" => Some(Bound::Unbounded),
        text => day(text).map(Bound::Included),
    };
    match name.split_once("..") {
        None => day(name).map(|day| (Bound::Included(day), Bound::Included(day))),
        Some(("", "")) => None,
        Some((from, to)) => Some((bound(from)?, bound(to)?)),
    }
}

/// The end of an error about an unknown name: the names of this kind that may have been meant, else which there are.
fn hint(kind: &str, name: &str, attempts: &[&Attempt], catalog: &dyn NameResolver) -> String {
    let each = |of: &dyn Fn(&Attempt) -> String| attempts.iter().map(|attempt| of(attempt)).collect();
    let known: BTreeSet<String> = match kind {
        _ if attempts.is_empty() => return ": there are no attempts".to_owned(),
        "run" => each(&|attempt| attempt.run.to_string()),
        "provider" => each(&|attempt| attempt.contestant.provider.clone()),
        "date" => each(&|attempt| attempt.timing.started.to_zoned(TimeZone::UTC).date().to_string()),
        "baseline" => catalog.baselines().into_iter().collect(),
        "tag" => return String::new(),
        _ => each(&|attempt| attempt.contestant.slug.clone()),
    };
    let known = || known.iter().map(String::as_str);
    match did_you_mean(&near(name, known())) {
        none if none.is_empty() && known().next().is_none() => "; there are none".to_owned(),
        // The newest, where names begin with a day.
        none if none.is_empty() && matches!(kind, "run" | "date") => {
            format!("; the newest: {}", known().rev().take(NEAR).collect::<Vec<_>>().join(", "))
        }
        none if none.is_empty() => {
            format!("; {kind}s there: {}", known().take(NEAR).collect::<Vec<_>>().join(", "))
        }
        meant => meant,
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(80).collect()
}
