//! Which attempts of two sides are held against each other.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Whether each contestant is held against itself, since a side has several.
    pub by_contestant: bool,
    /// The strata of which both sides have attempts.
    pub strata: Vec<Stratum<'a>>,
    /// Attempts of the first side that nothing of the second answers, and the other way round.
    pub unpaired: (usize, usize),
    /// Attempts that both sides hold: they are the first side's alone.
    pub shared: usize,
}

/// A prompt, and the contestant where sides are paired by it.
type Key<'a> = (&'a str, &'a str, &'a str);

impl<'a> PairedSides<'a> {
    /// Pairs two sides by prompt, which is its id and its exact text. Where each side is one contestant the two are held
    /// against each other; else each contestant against itself.
    #[must_use]
    pub fn pair(base: &[&'a Attempt], head: &[&'a Attempt]) -> Self {
        let known: BTreeSet<&str> = base.iter().map(|attempt| attempt.id.as_str()).collect();
        let new: Vec<&'a Attempt> =
            head.iter().copied().filter(|attempt| !known.contains(attempt.id.as_str())).collect();
        let shared = head.len() - new.len();
        let by_contestant = contestants(base).max(contestants(&new)) > 1;
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
        Self { by_contestant, strata: paired, unpaired, shared }
    }

    /// The number of attempts of each side that are compared.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        self.strata
            .iter()
            .fold((0, 0), |(base, head), stratum| (base + stratum.base.len(), head + stratum.head.len()))
    }
}

fn contestants(attempts: &[&Attempt]) -> usize {
    attempts.iter().map(|attempt| attempt.contestant.slug.as_str()).collect::<BTreeSet<_>>().len()
}
