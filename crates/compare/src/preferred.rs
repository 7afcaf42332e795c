//! The measure that comes first: whose drawings are preferred, by judgements between drawings of the two sides.

use std::collections::BTreeMap;

use pelicycle_judge::{
    Ballot, CalibrationVerdict, Competition, CrossPairs, SettlingOutlook, SidePreference, Votes,
    words::one_sided as one_sided_words,
};
use pelicycle_record::{Attempt, CalibrationRecord, Id, JudgeKind, JudgementRecord};
use pelicycle_statistics::Rate;
use serde::Serialize;

use super::answer::ComparisonVerdict;
use super::sides::PairedSides;

/// The answer to whose drawings are preferred: a verdict, and the views of different judges that it stands on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreferredSide {
    /// The verdict of the first view; can't tell where there is none.
    pub verdict: ComparisonVerdict,
    /// Views of different judges, the one that decides first: of people, else of all models; then each model for itself.
    pub views: Vec<PreferenceView>,
    /// Drawings of each side that can be judged.
    pub drawings: [usize; 2],
    /// The most pairs of them that share no drawing.
    pub most_independent: usize,
    /// Judgements that would settle it from nothing if nine of ten prefer one side; absent where the drawings do not suffice.
    pub needed_at_all: Option<u64>,
    /// Pairs that were judged, as the view that decides has them.
    pub pairs: Vec<JudgedPair>,
    /// Of those who decide, the ones that took the drawing on one side of the screen whichever stood there, a sentence each.
    pub one_sided: Vec<String>,
}

/// The preference of some judges between the two sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreferenceView {
    /// The judges, in words.
    pub by: String,
    /// Whether people are among them.
    pub people: bool,
    /// The verdict.
    pub verdict: ComparisonVerdict,
    /// Judgements, each judge counting once a pair.
    pub judgements: usize,
    /// Times that the second side's drawing was found better; parts of one where a judge was of two minds.
    pub won: f64,
    /// Times that the first side's was.
    pub lost: f64,
    /// Times that neither was, be both good or bad.
    pub tied: f64,
    /// Pairs of drawings that were judged.
    pub pairs: usize,
    /// Drawings of each side that were judged.
    pub drawings: [usize; 2],
    /// The worth of the judgements, as a number of pairs that share no drawing.
    pub independent_pairs: f64,
    /// The share of pairs in which the second side's drawing is preferred, ties as halves.
    pub share: f64,
    /// Its lower bound at 95 %, whenever one looks.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// About so many more judgements would settle it, of drawings that were not judged yet; absent where it is settled, or
    /// the drawings do not suffice.
    pub needed_judgements: Option<u64>,
    /// The drawings do not suffice: about so many more of each side would settle it.
    pub needed_drawings: Option<u64>,
    /// The fewest judgements more that can settle it, all for one side, of drawings that were not judged yet; absent where it is
    /// settled, or too few of them are left.
    pub fewest_judgements: Option<u64>,
}

/// A pair that was judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedPair {
    /// The first side's attempt.
    pub base: Id,
    /// The second side's attempt.
    pub head: Id,
    /// Times that the second side's drawing was found better; parts of one where a judge was of two minds.
    pub won: f64,
    /// Times that the first side's was.
    pub lost: f64,
    /// Times that neither was.
    pub tied: f64,
}

/// Some judges, each with the weight of its view of a pair.
type Panel = (String, bool, Vec<(usize, f64)>);

impl PreferredSide {
    /// Finds which side is preferred by the judgements; models that fail the calibration are named as such.
    /// `model_weight` puts people and models together, a model's view of a pair counting so much of a person's;
    /// without it people decide where any judged, and models are heard beside them.
    #[must_use]
    pub fn new(
        sides: &PairedSides<'_>,
        judgements: &[JudgementRecord],
        calibrations: &[CalibrationRecord],
        model_weight: Option<f64>,
    ) -> PreferredSide {
        let attempts: Vec<&Attempt> = sides.both().into_iter().flatten().collect();
        // Sides were named, so that demonstrations are meant.
        let competition = Competition::new(&attempts, true);
        let pairs = CrossPairs::new(&competition, &sides.attempts());
        let votes = Votes::new(&competition, judgements).calibrated(calibrations);
        let ballots: Vec<Ballot> =
            votes.ballots().into_iter().filter(|ballot| pairs.sides_of(ballot.pair).is_some()).collect();
        let weigh = |panel: &[(usize, f64)]| -> Vec<(Ballot, f64)> {
            let of = |ballot: &Ballot| panel.iter().find(|(judge, _)| *judge == ballot.judge);
            ballots.iter().filter_map(|ballot| Some((*ballot, of(ballot)?.1))).collect()
        };
        let panels = panels(&votes, &ballots, model_weight);
        let views: Vec<PreferenceView> = panels
            .iter()
            .map(|(by, people, judges)| {
                PreferenceView::new(by.clone(), *people, &SidePreference::new(&pairs, &weigh(judges)))
            })
            .collect();
        let judged = panels.first().map(|(_, _, judges)| weigh(judges)).unwrap_or_default();
        let none = SidePreference::new(&pairs, &[]);
        PreferredSide {
            verdict: views.first().map_or(ComparisonVerdict::CantTell, |view| view.verdict),
            views,
            drawings: pairs.drawings(),
            most_independent: pairs.most_independent(),
            needed_at_all: match none.outlook() {
                SettlingOutlook::Judgements(needed) => Some(needed),
                _ => None,
            },
            pairs: judged_pairs(&competition, &pairs, &judged),
            one_sided: one_sided(&votes, &pairs, panels.first()),
        }
    }
}

/// Those of a panel who took the drawing on one side, in their votes between the two sides of the comparison.
fn one_sided(votes: &Votes, pairs: &CrossPairs, panel: Option<&Panel>) -> Vec<String> {
    let judges = panel.into_iter().flat_map(|(_, _, judges)| judges);
    let of = |judge: usize| {
        let own = votes.votes.iter().filter(|vote| vote.judge == judge);
        let between = own.filter(|vote| pairs.sides_of(vote.pair().key()).is_some());
        let left: Rate = between.filter_map(|vote| Some(vote.chosen()? == vote.left)).collect();
        one_sided_words(&votes.judges[judge].name, &left.into())
    };
    judges.filter_map(|(judge, _)| of(*judge)).collect()
}

/// Those whose views are told, the deciding one first.
fn panels(votes: &Votes, ballots: &[Ballot], model_weight: Option<f64>) -> Vec<Panel> {
    let judged = |judge: &usize| ballots.iter().any(|ballot| ballot.judge == *judge);
    let of = |kind| votes.judges_of(kind).filter(judged).collect::<Vec<usize>>();
    let (people, models) = (of(JudgeKind::Person), of(JudgeKind::Model));
    let fails = |judge: &usize| {
        let found = votes.calibrations.get(&votes.judges[*judge].name);
        models.contains(judge) && found.is_some_and(|found| found.verdict == CalibrationVerdict::Failed)
    };
    let name = |judge: usize| {
        let name = &votes.judges[judge].name;
        let otherwise = models.contains(&judge) && votes.calibrated_otherwise.contains(name);
        let mark = match fails(&judge) {
            true => " (fails the calibration)",
            false if otherwise => " (not calibrated as it judged)",
            false => "",
        };
        format!("{name}{mark}")
    };
    let together = |judges: &[usize], what: &str| match judges {
        [one] => name(*one),
        several => {
            let failing = judges.iter().filter(|judge| fails(judge)).count();
            let mark =
                if failing > 0 { format!(" ({failing} failing the calibration)") } else { String::new() };
            format!("{} {what}{mark}", several.len())
        }
    };
    let alike = |judges: &[usize]| judges.iter().map(|judge| (*judge, 1.0)).collect::<Vec<_>>();
    let mut found: Vec<Panel> = Vec::new();
    match model_weight {
        Some(weight) if !people.is_empty() && !models.is_empty() => {
            let by = format!(
                "{} and {}, a model's view counting {weight} of a person's",
                together(&people, "people"),
                together(&models, "models")
            );
            let weighed = models.iter().map(|judge| (*judge, weight));
            found.push((by, true, alike(&people).into_iter().chain(weighed).collect()));
            found.push((together(&people, "people"), true, alike(&people)));
        }
        _ if !people.is_empty() => found.push((together(&people, "people"), true, alike(&people))),
        _ if models.len() > 1 => found.push((together(&models, "models"), false, alike(&models))),
        _ => {}
    }
    found.extend(models.iter().map(|judge| (name(*judge), false, vec![(*judge, 1.0)])));
    found
}

impl PreferenceView {
    fn new(by: String, people: bool, found: &SidePreference) -> PreferenceView {
        let [won, lost, tied] = found.record;
        let interval = found.interval();
        let outlook = found.outlook();
        PreferenceView {
            by,
            people,
            verdict: match found.settled() {
                Some(true) => ComparisonVerdict::Better,
                Some(false) => ComparisonVerdict::Worse,
                None => ComparisonVerdict::CantTell,
            },
            judgements: found.judgements,
            won,
            lost,
            tied,
            pairs: found.pairs,
            drawings: found.drawings,
            independent_pairs: found.independent_pairs(),
            share: found.share().unwrap_or(0.5),
            low: interval.low,
            high: interval.high,
            needed_judgements: match outlook {
                SettlingOutlook::Judgements(needed) => Some(needed),
                _ => None,
            },
            needed_drawings: match outlook {
                SettlingOutlook::Drawings(needed) => Some(needed),
                _ => None,
            },
            fewest_judgements: match outlook {
                SettlingOutlook::Settled => None,
                _ => found.fewest_more(),
            },
        }
    }
}

fn judged_pairs(competition: &Competition, pairs: &CrossPairs, ballots: &[(Ballot, f64)]) -> Vec<JudgedPair> {
    let mut found: BTreeMap<(usize, usize), [f64; 3]> = BTreeMap::new();
    for (ballot, _) in ballots {
        let Some(pair) = pairs.sides_of(ballot.pair) else { continue };
        let (won, lost) = match pair.1 == ballot.pair.1 {
            true => (ballot.second, ballot.first),
            false => (ballot.first, ballot.second),
        };
        let sums = found.entry(pair).or_default();
        for (sum, share) in sums.iter_mut().zip([won, lost, ballot.ties]) {
            *sum += share;
        }
    }
    let id = |drawing: usize| competition.drawings[drawing].id.clone();
    let pair = |((base, head), [won, lost, tied]): ((usize, usize), [f64; 3])| JudgedPair {
        base: id(base),
        head: id(head),
        won,
        lost,
        tied,
    };
    found.into_iter().map(pair).collect()
}
