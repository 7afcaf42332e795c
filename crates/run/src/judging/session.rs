//! A session of judging: pairs are shown to a model one after the other, and what it says is kept as soon as it is said.

use std::sync::Arc;

use pelicycle_drawing::tool;
use pelicycle_judge::{Ballot, DrawingPair};
use pelicycle_record::{
    AskedPrompt, Id, JudgeKind, JudgeRecord, JudgementRecord, Outcome, Preference, SCHEMA_VERSION,
};
use pelicycle_store::Store;
use tokio::task::JoinSet;

use super::comparison_request::{ComparisonAnswer, ComparisonRequest};
use super::{JudgingMaterial, ModelJudge, PairSchedule, PairShowing};
use crate::spending::Spending;
use crate::{RunError, StopSignal};

/// Pairs that are under way together, at most: what the next one is to be depends on what came of those before.
pub(super) const TOGETHER: usize = 6;
/// A judgement that was kept.
#[derive(Debug)]
pub struct KeptJudgement {
    /// The judgement.
    pub record: JudgementRecord,
    /// Pairs that are over by now, this one included if it is.
    pub pairs: u32,
}

/// The outcome of a judging session.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct JudgingEnd {
    /// Pairs that are over.
    pub pairs: u32,
    /// Judgements that were read.
    pub judged: u32,
    /// Replies that said nothing that could be read.
    pub unread: u32,
    /// Requests that failed.
    pub failed: u32,
    /// US dollars that it cost, as far as known.
    pub usd: f64,
    /// Whether two sides were held together and it is settled which is better.
    pub settled: bool,
    /// US dollars spent, where the bound on them kept a pair from being shown.
    pub over_budget: Option<f64>,
}

/// All that a session of judging needs.
pub struct JudgingSession<'a> {
    /// The judge.
    pub judge: &'a ModelJudge,
    /// The material that is judged.
    pub material: &'a JudgingMaterial<'a>,
    /// The store that keeps judgements.
    pub store: &'a Store,
    /// The bound on its cost, in US dollars.
    pub max_cost: Option<f64>,
    /// The wish to end it early.
    pub stop: &'a StopSignal,
}

impl JudgingSession<'_> {
    /// Shows `pairs` pairs of a schedule, and keeps what the model says. Ends earlier when there are no more, when that is
    /// wished for, and before it could cost more than the bound.
    ///
    /// # Errors
    /// When a drawing can't be shown, or a judgement can't be kept.
    pub async fn hold(
        &self,
        mut schedule: PairSchedule<'_>,
        pairs: u32,
        mut listener: impl FnMut(&KeptJudgement),
    ) -> Result<JudgingEnd, RunError> {
        // A judgement has no place for energy, so none is metered.
        let spending = Arc::new(Spending::unmetered(self.max_cost));
        let mut tasks: JoinSet<Result<Shown, RunError>> = JoinSet::new();
        let mut under_way: Vec<Pending> = Vec::new();
        let (mut end, mut begun) = (JudgingEnd::default(), 0);
        loop {
            while begun < pairs
                && under_way.len() < TOGETHER
                && !self.stop.asked()
                && spending.over_budget().is_none()
            {
                let Some(showing) = schedule.next() else { break };
                let showings = self.showings(&showing, begun, &spending)?;
                under_way.push(Pending::new(begun, &showing, showings.len()));
                for one in showings {
                    tasks.spawn(one.carry_out());
                }
                begun += 1;
            }
            let Some(shown) = tasks.join_next().await else { break };
            let Shown { number, opinion, judgement } = shown.map_err(RunError::from).flatten()?;
            if let Some(at) = under_way.iter().position(|pending| pending.number == number) {
                under_way[at].hear(opinion);
                if under_way[at].left == 0 {
                    let pending = under_way.swap_remove(at);
                    end.pairs += u32::from(pending.whole);
                    schedule.learn(pending.ballot());
                }
            }
            if let Some((record, reply)) = judgement {
                self.store.write_judgement(&record, reply.as_deref())?;
                end.count(&record);
                listener(&KeptJudgement { record, pairs: end.pairs });
            }
        }
        end.over_budget = spending.over_budget();
        end.settled = schedule.is_settled();
        Ok(end)
    }

    /// All showings of a pair.
    fn showings(
        &self,
        showing: &PairShowing,
        number: u32,
        spending: &Arc<Spending>,
    ) -> Result<Vec<Showing>, RunError> {
        let (material, DrawingPair { left, right }) = (self.material, showing.pair);
        let field = &material.field;
        let prompt = field.drawings[left].prompt;
        let question = material.question(prompt);
        let mut all = Vec::new();
        for ((left, right), times) in [((left, right), showing.this_way), ((right, left), showing.other_way)]
        {
            for _ in 0..times {
                all.push(Showing {
                    number,
                    judge: self.judge.clone(),
                    question: question.clone(),
                    pictures: [material.picture(left)?, material.picture(right)?],
                    prompt: field.prompts[prompt].clone(),
                    sides: (left, right),
                    ids: (field.drawings[left].id.clone(), field.drawings[right].id.clone()),
                    spending: Arc::clone(spending),
                    stop: self.stop.clone(),
                });
            }
        }
        Ok(all)
    }
}

impl JudgingEnd {
    fn count(&mut self, record: &JudgementRecord) {
        let asked = record.asked.as_ref();
        match (record.preference, asked.map(|asked| asked.outcome)) {
            (Some(_), _) => self.judged += 1,
            (None, Some(Outcome::Error | Outcome::Cut | Outcome::Cancelled) | None) => self.failed += 1,
            (None, Some(_)) => self.unread += 1,
        }
        self.usd += asked.and_then(|asked| asked.cost.as_ref()).map_or(0.0, |cost| cost.usd);
    }
}

/// The outcome of showing one pair to the judge.
struct Shown {
    /// The number of its pair.
    number: u32,
    opinion: Opinion,
    /// The judgement that is kept, with the reply; nothing where the judge was not asked to the end.
    judgement: Option<(JudgementRecord, Option<Vec<u8>>)>,
}

/// The judge's answer to a pair.
#[derive(Debug, Clone, Copy)]
enum Opinion {
    /// It was not asked, or not to the end.
    NotAsked,
    /// It answered nothing that could be read, or the request failed.
    Unread,
    /// Neither drawing is better.
    Neither,
    /// This drawing is better, by its index in the field.
    Better(usize),
}

/// A pair of which not all is said yet.
struct Pending {
    number: u32,
    pair: (usize, usize),
    /// Showings that are not over.
    left: usize,
    /// None of them was left out.
    whole: bool,
    /// Times that the first was better, the second, and neither.
    said: [f64; 3],
}

impl Pending {
    fn new(number: u32, showing: &PairShowing, left: usize) -> Pending {
        Pending { number, pair: showing.pair.key(), left, whole: true, said: [0.0; 3] }
    }

    fn hear(&mut self, opinion: Opinion) {
        self.left -= 1;
        match opinion {
            Opinion::NotAsked => self.whole = false,
            Opinion::Unread => {}
            Opinion::Better(drawing) if drawing == self.pair.0 => self.said[0] += 1.0,
            Opinion::Better(_) => self.said[1] += 1.0,
            Opinion::Neither => self.said[2] += 1.0,
        }
    }

    fn ballot(&self) -> Ballot {
        let all = self.said.iter().sum::<f64>();
        let [first, second, ties] = if all > 0.0 { self.said.map(|n| n / all) } else { [0.0, 0.0, 1.0] };
        Ballot { judge: 0, pair: self.pair, first, second, ties }
    }
}

/// One showing of a pair, one way round.
struct Showing {
    /// The number of its pair.
    number: u32,
    judge: ModelJudge,
    question: String,
    pictures: [Vec<u8>; 2],
    prompt: AskedPrompt,
    sides: (usize, usize),
    ids: (Id, Id),
    spending: Arc<Spending>,
    stop: StopSignal,
}

impl Showing {
    async fn carry_out(self) -> Result<Shown, RunError> {
        let asking = ComparisonRequest {
            judge: &self.judge,
            prompt_id: &self.prompt.id,
            question: &self.question,
            pictures: &self.pictures,
        };
        let Some(answer) = asking.ask(&self.spending, &self.stop).await? else {
            return Ok(Shown { number: self.number, opinion: Opinion::NotAsked, judgement: None });
        };
        let ComparisonAnswer { preference, seconds, asked, reply } = answer;
        let record = JudgementRecord {
            schema: SCHEMA_VERSION,
            id: Id::new()?,
            judged: jiff::Timestamp::now(),
            tool: tool(),
            judge: JudgeRecord { kind: JudgeKind::Model, name: self.judge.name },
            prompt: self.prompt,
            left: self.ids.0,
            right: self.ids.1,
            preference,
            seconds: Some(seconds),
            asked: Some(asked),
        };
        let opinion = match preference {
            None => Opinion::Unread,
            Some(Preference::Left) => Opinion::Better(self.sides.0),
            Some(Preference::Right) => Opinion::Better(self.sides.1),
            Some(Preference::Tie | Preference::BothBad) => Opinion::Neither,
        };
        Ok(Shown { number: self.number, opinion, judgement: Some((record, reply)) })
    }
}
