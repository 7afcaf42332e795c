//! Pairs of drawings of two sides: which there are, and which to show next.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_record::Id;
use pelicycle_statistics::Random;

use super::{Ballot, Competition, DrawingPair};

/// Attempts of two sides that answer the same: any of the one may be held against any of the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SideAttempts {
    /// The first side's.
    pub base: Vec<Id>,
    /// The second side's.
    pub head: Vec<Id>,
}

/// The pairs of drawings of two sides that can be judged, as indices into a competition's drawings.
#[derive(Debug, Clone, Default)]
pub struct CrossPairs {
    /// Drawings of the first and of the second side that answer the same.
    strata: Vec<[Vec<usize>; 2]>,
    /// The stratum of a drawing, and whether it is the second side's.
    places: BTreeMap<usize, (usize, bool)>,
}

impl CrossPairs {
    /// The pairs that `sides` allow, of what is drawn and on one prompt.
    #[must_use]
    pub fn new(competition: &Competition, sides: &[SideAttempts]) -> CrossPairs {
        let mut found = CrossPairs::default();
        for SideAttempts { base, head } in sides {
            let places = |ids: &[Id]| ids.iter().filter_map(|id| competition.place(id)).collect::<Vec<_>>();
            let stratum = [places(base), places(head)];
            for (index, drawings) in stratum.iter().enumerate() {
                let place = (found.strata.len(), index == 1);
                found.places.extend(drawings.iter().map(|drawing| (*drawing, place)));
            }
            found.strata.push(stratum);
        }
        found
    }

    /// The first side's drawing of a pair and the second side's; none where the two are no pair between the sides.
    #[must_use]
    pub fn sides_of(&self, (one, other): (usize, usize)) -> Option<(usize, usize)> {
        let (stratum, is_head) = self.places.get(&one)?;
        let (other_stratum, other_is_head) = self.places.get(&other)?;
        match (stratum == other_stratum, is_head, other_is_head) {
            (true, false, true) => Some((one, other)),
            (true, true, false) => Some((other, one)),
            _ => None,
        }
    }

    /// The number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.strata.iter().map(|[base, head]| base.len() * head.len()).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of drawings of each side that stand in a pair.
    #[must_use]
    pub fn drawings(&self) -> [usize; 2] {
        let paired = self.strata.iter().filter(|[base, head]| !base.is_empty() && !head.is_empty());
        paired.fold([0, 0], |[bases, heads], [base, head]| [bases + base.len(), heads + head.len()])
    }

    /// The most pairs of which no two share a drawing.
    #[must_use]
    pub fn most_independent(&self) -> usize {
        self.strata.iter().map(|[base, head]| base.len().min(head.len())).sum()
    }
}

/// The wear of a pair: in how many pairs the more worn of its drawings was judged, in how many both were, and whether
/// it was itself.
type Wear = (usize, usize, bool);

/// Chooses which pair of two sides to show next.
///
/// The pair whose drawings were judged in the fewest pairs comes first, by chance among those. So the first judgements share no
/// drawing, and count in full. What was found better is never looked at: a choice by outcomes would bias the answer, and break
/// the promise that it may be looked at after every judgement.
#[derive(Debug)]
pub struct CrossPairChooser<'a> {
    pairs: &'a CrossPairs,
    random: Random,
}

impl<'a> CrossPairChooser<'a> {
    /// A chooser among pairs; `seed` decides between those that tell as much, and who stands on the left.
    #[must_use]
    pub fn new(pairs: &'a CrossPairs, seed: u64) -> CrossPairChooser<'a> {
        CrossPairChooser { pairs, random: Random::new(seed) }
    }

    /// The next pair, given what was judged, that is not in `seen` (the lower index first) and has no drawing of `broken`;
    /// none when there is none left.
    pub fn choose(
        &mut self,
        ballots: &[Ballot],
        seen: &BTreeSet<(usize, usize)>,
        broken: &BTreeSet<usize>,
    ) -> Option<DrawingPair> {
        let judged: BTreeSet<(usize, usize)> = ballots.iter().map(|ballot| ballot.pair).collect();
        let mut often: BTreeMap<usize, usize> = BTreeMap::new();
        for (one, other) in judged.iter().filter(|pair| self.pairs.sides_of(**pair).is_some()) {
            *often.entry(*one).or_default() += 1;
            *often.entry(*other).or_default() += 1;
        }
        let often = |drawing: usize| often.get(&drawing).copied().unwrap_or_default();
        let mut best: Option<(Wear, (usize, usize))> = None;
        let mut alike = 0;
        for [base, head] in &self.pairs.strata {
            for &one in base.iter().filter(|drawing| !broken.contains(drawing)) {
                for &other in head.iter().filter(|drawing| !broken.contains(drawing)) {
                    let key = DrawingPair { left: one, right: other }.key();
                    if seen.contains(&key) {
                        continue;
                    }
                    let (a, b) = (often(one), often(other));
                    let wear = (a.max(b), a + b, judged.contains(&key));
                    alike = match &best {
                        Some((least, _)) if wear > *least => continue,
                        Some((least, _)) if wear == *least => alike + 1,
                        _ => 1,
                    };
                    // Each of those that are alike is taken with the same chance.
                    if self.random.below(alike) == 0 {
                        best = Some((wear, (one, other)));
                    }
                }
            }
        }
        let (_, (one, other)) = best?;
        Some(match self.random.below(2) {
            0 => DrawingPair { left: one, right: other },
            _ => DrawingPair { left: other, right: one },
        })
    }
}
