//! A ranking with all that is needed to believe it: plain data, the shape of `--format json`.

use pelicycle_record::JudgeKind;
use pelicycle_statistics::Rate;
use serde::Serialize;

use super::ranking::{Ranking, Standing, rank};
use super::reliability::{Agreement, Reliability, reliability};
use super::{Ballot, CalibrationReport, CalibrationVerdict, Competition, RateWithInterval, Votes};

/// Version of the shape.
const SCHEMA: u32 = 1;

/// The seed of [`report`] where nothing else is wished: the same judgements give the same figures.
pub const SEED: u64 = 1970;

/// Rankings, and how far those who judged can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankingReport {
    /// Version of this shape.
    pub schema: u32,
    /// Ids of the prompts whose drawings were judged.
    pub prompts: Vec<String>,
    /// The rankings: of people, then of each model that judged; or of all together.
    pub rankings: Vec<JudgedRanking>,
    /// Everybody who judged, and how far each can be trusted.
    pub judges: Vec<JudgeReport>,
    /// Names of models that judged drawings of their own.
    pub own: Vec<String>,
    /// Judgements of drawings that are not here.
    pub absent: usize,
    /// Judgements of looks, which rank nobody.
    pub of_looks: usize,
    /// Judgements that came to nothing.
    pub unread: usize,
}

/// The way in which the votes of several judges are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum JudgePooling {
    /// People together, each model for itself.
    Apart,
    /// All together; a model's view of a pair counts as much of a person's.
    Together {
        /// The weight of a model's view, where a person's is 1.
        model: f64,
    },
}

/// One ranking, by one person, one model or several judges together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedRanking {
    /// The judges, in words.
    pub by: String,
    /// The judges by name, each with the weight of its view of a pair.
    pub weights: Vec<(String, f64)>,
    /// Names of those of them that failed the calibration.
    pub failing: Vec<String>,
    /// The number of pairs of drawings judged, each counted once a judge.
    pub pairs: usize,
    /// The board. It is a list of one: older builds set those apart that no judgement joined.
    pub groups: [GroupStandings; 1],
}

/// A board: everybody who has a drawing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupStandings {
    /// The best first.
    pub standings: Vec<ContestantStanding>,
    /// Davidson's ν: between equals, ties are to wins of one side as ν is to 1.
    pub ties: f64,
    /// The spread of contestants: a standard deviation of logarithms of strengths.
    pub between: f64,
    /// The spread of the drawings of one contestant, likewise.
    pub within: f64,
    /// Labels of contestants that stand beside each other and can't be separated, each set as large as can be.
    pub inseparable: Vec<Vec<String>>,
}

/// The place of a contestant in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContestantStanding {
    /// Its slug.
    pub slug: String,
    /// Its label.
    pub label: String,
    /// Best place that it may have, at 95 %.
    pub best: usize,
    /// Worst place that it may have, at 95 %.
    pub worst: usize,
    /// Logarithm of its strength, as expected; the mean of all is 0.
    pub strength: f64,
    /// Lower bound of that at 95 %.
    pub strength_low: f64,
    /// Upper bound of that.
    pub strength_high: f64,
    /// The chance that a drawing typical of it is preferred to one typical of a middling contestant.
    pub chance: f64,
    /// Lower bound of that at 95 %.
    pub low: f64,
    /// Upper bound of that.
    pub high: f64,
    /// Pairs that it was in, each once a judge.
    pub votes: usize,
    /// The share of them that it won, a tie being half; none where it was in none.
    pub share_won: Option<f64>,
    /// Whether it was in fewer than `FEW_VOTES` pairs.
    pub few: bool,
    /// Pairs won.
    pub won: f64,
    /// Pairs lost.
    pub lost: f64,
    /// Pairs tied.
    pub tied: f64,
    /// Drawings of it that were judged.
    pub drawings: usize,
    /// Attempts that drew, which alone can be judged.
    pub drawn: usize,
    /// Attempts that say something of it.
    pub attempts: usize,
}

/// From so many votes on a contestant is not marked as one of whom little is known.
pub(super) const FEW_VOTES: usize = 10;

impl JudgedRanking {
    /// Everybody who has a drawing, the best first.
    #[must_use]
    pub fn standings(&self) -> &[ContestantStanding] {
        &self.groups[0].standings
    }
}

/// A report on the reliability of a judge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgeReport {
    /// The judge's name.
    pub name: String,
    /// A person or a model.
    pub kind: JudgeKind,
    /// The number of its votes.
    pub votes: usize,
    /// Votes for the left one, of those for one of the two.
    pub left: RateWithInterval,
    /// Pairs shown both ways round that it judged the same both times.
    pub turned: RateWithInterval,
    /// Pairs shown again the same way round that it judged the same.
    pub again: RateWithInterval,
    /// Votes that found neither any good.
    pub both_bad: usize,
    /// Pairs that it judges as people do: for a person, the others.
    pub people: Option<RateWithInterval>,
    /// The same, of pairs on which both took one of the two.
    pub decided: Option<RateWithInterval>,
    /// Cohen's κ of its agreement with people.
    pub kappa: Option<f64>,
    /// Its result on pairs of which it is known which is better; none for a person, and where it was not asked.
    pub calibration: Option<CalibrationReport>,
    /// Whether it made something of them with other weights, another projector, settings or question than in some of its
    /// judgements, which says nothing of those.
    pub calibrated_otherwise: bool,
}

impl JudgeReport {
    /// Whether it was shown the calibration set and failed.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.calibration.as_ref().is_some_and(|found| found.verdict == CalibrationVerdict::Failed)
    }
}

/// Ranks the contestants of a competition by votes. `seed` decides on the sets of strengths that places are found by.
#[must_use]
pub fn report(competition: &Competition, votes: &Votes, pooling: JudgePooling, seed: u64) -> RankingReport {
    let ballots = votes.ballots();
    let reports: Vec<JudgeReport> = reliability(votes).iter().map(|found| weighed(votes, found)).collect();
    let name = |judge: usize| votes.judges[judge].name.clone();
    let people: Vec<(usize, f64)> = votes.judges_of(JudgeKind::Person).map(|judge| (judge, 1.0)).collect();
    let models: Vec<usize> = votes.judges_of(JudgeKind::Model).collect();
    let pools: Vec<(String, Vec<(usize, f64)>)> = match pooling {
        JudgePooling::Apart => {
            let by = match people.as_slice() {
                [] => None,
                [(one, _)] => Some(name(*one)),
                several => Some(format!("{} people", several.len())),
            };
            let models = models.iter().map(|judge| (name(*judge), vec![(*judge, 1.0)]));
            by.map(|by| (by, people.clone())).into_iter().chain(models).collect()
        }
        JudgePooling::Together { model } => {
            let all: Vec<(usize, f64)> =
                people.iter().copied().chain(models.iter().map(|judge| (*judge, model))).collect();
            let by = match people.is_empty() {
                true => "all models together".to_owned(),
                false => format!("people and models together, a model's view counting {model} of a person's"),
            };
            vec![(by, all)]
        }
    };
    let rankings = pools
        .into_iter()
        .filter_map(|(by, judges)| {
            let weigh = |ballot: &Ballot| judges.iter().find(|(judge, _)| *judge == ballot.judge);
            let weighed: Vec<(Ballot, f64)> =
                ballots.iter().filter_map(|ballot| Some((*ballot, weigh(ballot)?.1))).collect();
            if !weighed.iter().any(|(ballot, _)| competition.is_between(ballot.pair)) {
                return None;
            }
            let ranking = rank(competition, &weighed, seed);
            let weights = judges.iter().map(|(judge, weight)| (name(*judge), *weight)).collect();
            let failing = judges.iter().filter(|(judge, _)| reports[*judge].fails());
            Some(JudgedRanking {
                by,
                weights,
                failing: failing.map(|(judge, _)| name(*judge)).collect(),
                pairs: ranking.pairs,
                groups: [standings(competition, &ranking)],
            })
        })
        .collect();
    let mut prompts: Vec<String> = votes
        .votes
        .iter()
        .map(|vote| competition.prompts[competition.drawings[vote.left].prompt].id.clone())
        .collect();
    prompts.sort();
    prompts.dedup();
    let own = own(competition, votes);
    RankingReport {
        schema: SCHEMA,
        prompts,
        rankings,
        judges: reports,
        own,
        absent: votes.absent,
        of_looks: votes.of_looks,
        unread: votes.unread,
    }
}

/// Models that judged drawings of their own.
fn own(competition: &Competition, votes: &Votes) -> Vec<String> {
    let by_itself = |judge: &usize| {
        let name = &votes.judges[*judge].name;
        let is_own =
            |drawing: usize| competition.competitors[competition.drawings[drawing].competitor].model == *name;
        let mut own = votes.votes.iter().filter(|vote| vote.judge == *judge);
        own.any(|vote| is_own(vote.left) || is_own(vote.right))
    };
    let models = votes.judges_of(JudgeKind::Model).filter(by_itself);
    models.map(|judge| votes.judges[judge].name.clone()).collect()
}

fn standings(competition: &Competition, ranking: &Ranking) -> GroupStandings {
    let place = |standing: &Standing| {
        let who = &competition.competitors[standing.competitor];
        let [won, lost, tied] = standing.record;
        let sum = won + lost + tied;
        // Halves of a pair sum to a whole but for rounding.
        let votes = sum.round() as usize;
        ContestantStanding {
            slug: who.slug.clone(),
            label: who.label.clone(),
            best: standing.places.0,
            worst: standing.places.1,
            strength: standing.log,
            strength_low: standing.log_interval.low,
            strength_high: standing.log_interval.high,
            chance: standing.chance,
            low: standing.interval.low,
            high: standing.interval.high,
            votes,
            share_won: (votes > 0).then(|| (won + tied / 2.0) / sum),
            few: votes < FEW_VOTES,
            won,
            lost,
            tied,
            drawings: standing.drawings,
            drawn: who.drawn,
            attempts: who.attempts,
        }
    };
    let placed: Vec<ContestantStanding> = ranking.standings.iter().map(place).collect();
    let labels = |(first, last): &(usize, usize)| {
        placed[*first..=*last].iter().map(|placed| placed.label.clone()).collect()
    };
    let inseparable = ranking.inseparable.iter().map(labels).collect();
    GroupStandings {
        standings: placed,
        ties: ranking.ties,
        between: ranking.spread.between,
        within: ranking.spread.within,
        inseparable,
    }
}

fn weighed(votes: &Votes, found: &Reliability) -> JudgeReport {
    let share = RateWithInterval::from;
    let judge = &votes.judges[found.judge];
    let of = |part: fn(&Agreement) -> Rate| found.people.as_ref().map(|people| share(part(people)));
    JudgeReport {
        name: judge.name.clone(),
        kind: judge.kind,
        votes: found.votes,
        left: share(found.left),
        turned: share(found.turned),
        again: share(found.again),
        both_bad: found.both_bad,
        people: of(|people| people.same),
        decided: of(|people| people.decided),
        kappa: found.people.and_then(|people| people.kappa),
        calibration: votes.calibrations.get(&judge.name).filter(|_| judge.kind == JudgeKind::Model).cloned(),
        calibrated_otherwise: judge.kind == JudgeKind::Model
            && votes.calibrated_otherwise.contains(&judge.name),
    }
}
