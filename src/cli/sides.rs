//! The two sides of a comparison, as the command line names them.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use pelicycle_compare::{NameResolver, PairedSides, Selection, select};
use pelicycle_judge::SideAttempts;
use pelicycle_record::{Attempt, Id};
use pelicycle_store::Store;

use super::error::usage;

/// The sides of these names among some attempts, held against each other, and what a sentence calls them.
///
/// # Errors
/// A mistake, where a name means nothing or several things.
pub(super) fn paired<'a>(
    store: &Store,
    attempts: &[&'a Attempt],
    (base, head): (&str, &str),
) -> anyhow::Result<(PairedSides<'a>, [String; 2])> {
    let places = StoreNames(store);
    match (select(base, attempts, &places), select(head, attempts, &places)) {
        (Ok(first), Ok(second)) => {
            let sides = PairedSides::pair(&first.attempts, &second.attempts);
            Ok((sides, [called(base, &first), called(head, &second)]))
        }
        (Err(error), _) | (_, Err(error)) => usage(&error.to_string()),
    }
}

/// The name of a side in a sentence: as the user names it, but that `last` alone says nothing of a run.
fn called(named: &str, side: &Selection<'_>) -> String {
    match (side.kind, named) {
        ("run", "last") => "run:last".to_owned(),
        _ => named.to_owned(),
    }
}

/// The attempts of `--between BASE HEAD`, where it was given: those of both sides, oldest first, and which are held against
/// which.
///
/// # Errors
/// A mistake, where a name means nothing; sides that have no two drawings to hold against each other.
pub(super) fn between<'a>(
    store: &Store,
    attempts: &[&'a Attempt],
    names: &[String],
) -> anyhow::Result<Option<(Vec<&'a Attempt>, Vec<SideAttempts>)>> {
    let [base, head] = names else { return Ok(None) };
    let (sides, _) = paired(store, attempts, (base, head))?;
    let pairs = sides.strata.iter().any(|stratum| {
        let drawn = |side: &[&Attempt]| side.iter().any(|attempt| attempt.is_drawn());
        drawn(&stratum.base) && drawn(&stratum.head)
    });
    anyhow::ensure!(
        pairs,
        "{base} and {head} have no two drawings on one prompt to hold against each other; `pelicycle compare` says of what they \
         have attempts"
    );
    let mut both: Vec<&Attempt> = sides.both().into_iter().flatten().collect();
    both.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Some((both, sides.attempts())))
}

/// Finds in the store what names of sides mean.
pub(super) struct StoreNames<'a>(pub(super) &'a Store);

impl NameResolver for StoreNames<'_> {
    fn baseline(&self, name: &str) -> Result<Option<BTreeSet<Id>>, String> {
        let found = self.0.read_baseline(name).map_err(|error| error.to_string())?;
        Ok(found.map(|baseline| baseline.attempts.into_iter().collect()))
    }

    fn baselines(&self) -> Vec<String> {
        self.0.baselines().unwrap_or_default()
    }

    fn tag(&self, name: &str) -> Result<Option<BTreeSet<Id>>, String> {
        if name.is_empty() || name.starts_with('-') || name.contains(':') {
            return Ok(None);
        }
        let mut git = Command::new("git");
        git.args(["--no-pager", "-c", "core.fsmonitor=false", "ls-tree", "-r", "-z", "--name-only"]);
        git.arg(format!("refs/tags/{name}^{{commit}}")).arg(".");
        git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
        git.current_dir(self.0.root()).stdin(Stdio::null()).stderr(Stdio::null());
        // Without git, outside of a repository, or without the tag there is none of this name.
        let Ok(output) = git.output() else { return Ok(None) };
        if !output.status.success() {
            return Ok(None);
        }
        let paths = output.stdout.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok());
        let ids = paths.filter_map(|path| match path.split('/').collect::<Vec<_>>()[..] {
            [_, _, id, "attempt.json"] => id.parse().ok(),
            _ => None,
        });
        Ok(Some(ids.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_run_is_called_run_last() {
        let side = |kind| Selection { name: "last".to_owned(), kind, attempts: Vec::new() };
        assert_eq!(called("last", &side("run")), "run:last");
        assert_eq!(called("last", &side("baseline")), "last");
        assert_eq!(called("baseline:last", &side("baseline")), "baseline:last");
    }
}
