//! The attempts of two sides that are held against each other.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_judge::SideAttempts;
use pelicycle_record::Attempt;

/// Attempts of both sides that answer the same question: one prompt, and where a side has several contestants, one of
/// them.
#[derive(Debug, Clone)]
pub struct Stratum<'a> {
    /// The name of the prompt, and of the contestant where sides are paired by it.
    pub name: String,
    /// The first side's attempts, oldest first.
    pub base: Vec<&'a Attempt>,
    /// The second side's attempts, oldest first.
    pub head: Vec<&'a Attempt>,
}

/// Two sets of attempts, the sides of a comparison, paired by what they answer.
#[derive(Debug, Clone)]
pub struct PairedSides<'a> {
    /// Whether each contestant is held against itself, since a side has several and some are on both.
    pub by_contestant: bool,
    /// Whether all contestants of the one side are held against all of the other, since none of several is on both.
    pub of_all: bool,
    /// The strata of which both sides have attempts.
    pub strata: Vec<Stratum<'a>>,
    /// Attempts of the first side that nothing of the second answers, and the other way round.
    pub unpaired: (usize, usize),
    /// Attempts that both sides hold: they are the first side's alone.
    pub shared: usize,
    /// Ids of prompts that both sides answered, but none in the same words.
    pub edited_prompts: Vec<String>,
}

/// A prompt, and the contestant where sides are paired by it.
type Key<'a> = (&'a str, &'a str, &'a str);

impl<'a> PairedSides<'a> {
    /// Pairs two sides by prompt, which is its id and its exact text. Where each side is one contestant the two are held
    /// against each other; else each contestant against itself. Where none is on both sides, each side is taken as a whole.
    #[must_use]
    pub fn pair(base: &[&'a Attempt], head: &[&'a Attempt]) -> Self {
        let known: BTreeSet<&str> = base.iter().map(|attempt| attempt.id.as_str()).collect();
        let new: Vec<&'a Attempt> =
            head.iter().copied().filter(|attempt| !known.contains(attempt.id.as_str())).collect();
        let shared = head.len() - new.len();
        let several = contestants(base).len().max(contestants(&new).len()) > 1;
        let by_contestant = several && !contestants(base).is_disjoint(&contestants(&new));
        let mut strata: BTreeMap<Key<'a>, Stratum<'a>> = BTreeMap::new();
        for (attempts, second) in [(base, false), (new.as_slice(), true)] {
            for attempt in attempts {
                let (prompt, who) = (&attempt.prompt, &attempt.contestant);
                let slug = if by_contestant { who.slug.as_str() } else { "" };
                let stratum = strata.entry((&prompt.id, &prompt.hash, slug)).or_insert_with(|| Stratum {
                    name: if by_contestant {
                        format!("{} · {}", prompt.id, who.label)
                    } else {
                        prompt.id.clone()
                    },
                    base: Vec::new(),
                    head: Vec::new(),
                });
                if second { stratum.head.push(attempt) } else { stratum.base.push(attempt) }
            }
        }
        let edited_prompts = edited(base, &new);
        let (mut paired, mut unpaired) = (Vec::new(), (0, 0));
        for mut stratum in strata.into_values() {
            if stratum.base.is_empty() || stratum.head.is_empty() {
                unpaired = (unpaired.0 + stratum.base.len(), unpaired.1 + stratum.head.len());
                continue;
            }
            stratum.base.sort_by(|a, b| a.id.cmp(&b.id));
            stratum.head.sort_by(|a, b| a.id.cmp(&b.id));
            paired.push(stratum);
        }
        Self {
            by_contestant,
            of_all: several && !by_contestant,
            strata: paired,
            unpaired,
            shared,
            edited_prompts,
        }
    }

    /// The attempts of each stratum, by their identifiers.
    #[must_use]
    pub fn attempts(&self) -> Vec<SideAttempts> {
        let ids = |attempts: &[&Attempt]| attempts.iter().map(|attempt| attempt.id.clone()).collect();
        let of = |stratum: &Stratum<'_>| SideAttempts { base: ids(&stratum.base), head: ids(&stratum.head) };
        self.strata.iter().map(of).collect()
    }

    /// All attempts that are compared, those of the first side and those of the second.
    #[must_use]
    pub fn both(&self) -> [Vec<&'a Attempt>; 2] {
        let all = |side: fn(&Stratum<'a>) -> Vec<&'a Attempt>| self.strata.iter().flat_map(side).collect();
        [all(|stratum| stratum.base.clone()), all(|stratum| stratum.head.clone())]
    }

    /// The number of attempts of each side that are compared.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        self.strata
            .iter()
            .fold((0, 0), |(base, head), stratum| (base + stratum.base.len(), head + stratum.head.len()))
    }

    /// The numbers of attempts of each side, base first, of which `is` is true.
    pub(crate) fn count(&self, is: impl Fn(&Attempt) -> bool) -> (usize, usize) {
        let of = |attempts: &[&Attempt]| attempts.iter().filter(|attempt| is(attempt)).count();
        self.strata
            .iter()
            .fold((0, 0), |(base, head), stratum| (base + of(&stratum.base), head + of(&stratum.head)))
    }
}

/// Ids of prompts that have no text in common on the two sides.
fn edited(base: &[&Attempt], head: &[&Attempt]) -> Vec<String> {
    let texts = |attempts: &[&Attempt]| {
        let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for attempt in attempts {
            texts.entry(attempt.prompt.id.clone()).or_default().insert(attempt.prompt.hash.clone());
        }
        texts
    };
    let others = texts(head);
    let edited = |(id, own): (String, BTreeSet<String>)| {
        others.get(&id).is_some_and(|others| own.is_disjoint(others)).then_some(id)
    };
    texts(base).into_iter().filter_map(edited).collect()
}

fn contestants<'a>(attempts: &[&'a Attempt]) -> BTreeSet<&'a str> {
    attempts.iter().map(|attempt| attempt.contestant.slug.as_str()).collect()
}
