//! Judgements as votes on drawings that are at hand, and what each judge makes of a pair of them.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_record::{Attempt, CalibrationRecord, Id, JudgeKind, JudgeRecord, JudgementRecord, Preference};

use super::{CalibrationReport, CalibrationVerdict, Competition, DrawingPair, JudgeSetup, calibration};

/// One vote. Drawings are indices into the competition's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vote {
    /// Index of the judge.
    pub judge: usize,
    /// The drawing on the left.
    pub left: usize,
    /// The drawing on the right.
    pub right: usize,
    /// The choice between the two.
    pub preference: Preference,
}

/// One judge's view of two drawings, however often it was asked: shares that sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ballot {
    /// Index of the judge.
    pub judge: usize,
    /// The two drawings, the lower index first.
    pub pair: (usize, usize),
    /// The share of the judge's answers in which the first was better.
    pub first: f64,
    /// The share in which the second was better.
    pub second: f64,
    /// The share in which neither was better, be both good or bad.
    pub ties: f64,
}

/// All votes on the drawings of a competition.
#[derive(Debug, Clone, Default)]
pub struct Votes {
    /// Those who judged, people first.
    pub judges: Vec<JudgeRecord>,
    /// The votes, oldest first.
    pub votes: Vec<Vote>,
    /// Judgements of drawings that are not at hand.
    pub absent: usize,
    /// Judgements of what a model made of a drawing that it was shown, which tell whether looks help and rank nobody.
    pub of_looks: usize,
    /// Judgements that came to nothing: a request that failed, a reply that could not be read.
    pub unread: usize,
    /// Results of models on the calibration set, by their names: set up as they were when they judged.
    pub calibrations: BTreeMap<String, CalibrationReport>,
    /// Models that made something of it with other weights, projector, settings or question than some of their judgements.
    pub calibrated_otherwise: BTreeSet<String>,
    /// The drawings of each judgement that is counted in `absent`.
    not_at_hand: Vec<[Id; 2]>,
    /// The setups of each judge in its judgements.
    setups: BTreeMap<String, BTreeSet<JudgeSetup>>,
}

impl Votes {
    /// The votes that judgements are; those that fit no two drawings of the competition are counted.
    #[must_use]
    pub fn new(competition: &Competition, records: &[JudgementRecord]) -> Votes {
        let mut votes = Votes::default();
        let judges: BTreeMap<&JudgeRecord, usize> = {
            let mut names: Vec<&JudgeRecord> = records.iter().map(|record| &record.judge).collect();
            names.sort();
            names.dedup();
            names.into_iter().enumerate().map(|(index, judge)| (judge, index)).collect()
        };
        votes.judges = judges.keys().map(|judge| (*judge).clone()).collect();
        for record in records {
            let (left, right) = (competition.place(&record.left), competition.place(&record.right));
            // What a record says of its prompt is not heard: the drawings' own say counts.
            let fits = |left: &usize, right: &usize| {
                left != right && competition.drawings[*left].prompt == competition.drawings[*right].prompt
            };
            match (left, right, record.preference) {
                (Some(left), Some(right), Some(preference)) if fits(&left, &right) => {
                    let judge = judges[&record.judge];
                    votes.votes.push(Vote { judge, left, right, preference });
                    if let Some(asked) = &record.asked {
                        let setups = votes.setups.entry(record.judge.name.clone()).or_default();
                        setups.insert(JudgeSetup::of(asked));
                    }
                }
                (Some(_), Some(_), None) => votes.unread += 1,
                _ => {
                    votes.absent += 1;
                    votes.not_at_hand.push([record.left.clone(), record.right.clone()]);
                }
            }
        }
        votes
    }

    /// The same votes, with judgements of looks told apart from those of drawings that are not at hand; `attempts` are all that are
    /// known.
    #[must_use]
    pub fn telling_looks<'a>(mut self, attempts: impl IntoIterator<Item = &'a Attempt>) -> Votes {
        let looks = attempts.into_iter().filter(|attempt| !attempt.is_first());
        let looks: BTreeSet<&Id> = looks.map(|look| &look.id).collect();
        let judged = self.not_at_hand.extract_if(.., |pair| pair.iter().any(|id| looks.contains(id))).count();
        self.of_looks += judged;
        self.absent -= judged;
        self
    }

    /// The same votes, with what those who judged made of the calibration set. Of a judge that was set up in several ways the
    /// worst counts; one that passed in some of them alone was not measured, since it is not known what the others are worth.
    #[must_use]
    pub fn calibrated(mut self, records: &[CalibrationRecord]) -> Votes {
        for (name, setups) in &self.setups {
            let of_setups: Vec<_> = setups.iter().map(|setup| calibration(records, name, setup)).collect();
            let measured = of_setups.iter().all(Option::is_some);
            let worst = of_setups.into_iter().flatten().min_by_key(|found| (found.verdict, found.right.hits));
            let counts = |found: &CalibrationReport| measured || found.verdict == CalibrationVerdict::Failed;
            if let Some(found) = worst.filter(counts) {
                self.calibrations.insert(name.clone(), found);
            }
            if !measured && records.iter().any(|record| record.judge.name == *name) {
                self.calibrated_otherwise.insert(name.clone());
            }
        }
        self
    }

    /// The ballot of each judge on each pair that it saw: each judge counts once for a pair, however often it was
    /// asked.
    #[must_use]
    pub fn ballots(&self) -> Vec<Ballot> {
        let mut ballots: BTreeMap<(usize, usize, usize), (f64, Ballot)> = BTreeMap::new();
        for vote in &self.votes {
            let pair = vote.pair().key();
            let empty = Ballot { judge: vote.judge, pair, first: 0.0, second: 0.0, ties: 0.0 };
            let (n, ballot) = ballots.entry((vote.judge, pair.0, pair.1)).or_insert((0.0, empty));
            *n += 1.0;
            match vote.chosen() {
                Some(chosen) if chosen == pair.0 => ballot.first += 1.0,
                Some(_) => ballot.second += 1.0,
                None => ballot.ties += 1.0,
            }
        }
        ballots
            .into_values()
            .map(|(n, ballot)| Ballot {
                first: ballot.first / n,
                second: ballot.second / n,
                ties: ballot.ties / n,
                ..ballot
            })
            .collect()
    }

    /// Indices of the judges of a kind.
    pub fn judges_of(&self, kind: JudgeKind) -> impl Iterator<Item = usize> + '_ {
        let judges = self.judges.iter().enumerate();
        judges.filter(move |(_, judge)| judge.kind == kind).map(|(index, _)| index)
    }
}

impl Vote {
    /// The two drawings, as they were shown.
    #[must_use]
    pub fn pair(&self) -> DrawingPair {
        DrawingPair { left: self.left, right: self.right }
    }

    /// The drawing that was found better; none where neither was.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        match self.preference {
            Preference::Left => Some(self.left),
            Preference::Right => Some(self.right),
            Preference::Tie | Preference::BothBad => None,
        }
    }
}
