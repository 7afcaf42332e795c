//! A sitting: pairs are shown to a model one after the other, and what it says is kept as soon as it is said.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{Course, Showing};
use crate::{Answer, Budget, RunError, Seat, Stop, Taken};
use pelicycle_drawing::tool;
use pelicycle_judge::{Ballot, Field, Pair, read};
use pelicycle_provider::{Provider, Request};
use pelicycle_record::Id;
use pelicycle_record::{
    AskedPrompt, AskedRecord, JudgeKind, JudgeRecord, JudgementRecord, Outcome, Preference, RequestRecord,
    SCHEMA_VERSION, TextRecord,
};
use pelicycle_store::Store;

/// Pairs that are under way together, at most: what the next one is to be depends on what came of those before.
const TOGETHER: usize = 6;
/// Tokens that a picture of a judge takes, at most.
const PICTURE: u64 = 3_000;
/// Tokens around the question, at most.
const AROUND: u64 = 1_000;

/// A model that judges.
#[derive(Clone)]
pub struct Panelist {
    /// Who answers, and what it costs.
    pub seat: Seat,
    /// `PROVIDER/MODEL`.
    pub name: String,
    /// The settings of its requests.
    pub request: RequestRecord,
}

/// What is heard of a sitting: a judgement that was kept.
#[derive(Debug)]
pub struct Heard {
    /// The judgement.
    pub record: JudgementRecord,
    /// Pairs that are over by now, this one included if it is.
    pub pairs: u32,
}

/// How a sitting ended.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sat {
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
    /// US dollars spent, where the bound on them kept a pair from being shown.
    pub over_budget: Option<f64>,
}

/// What is shown of a drawing: its picture as PNG, and what its prompt asks.
pub trait Shown: Sync + Send {
    /// The picture of a drawing, by its index in the field.
    ///
    /// # Errors
    /// In words, when it can't be had.
    fn picture(&self, drawing: usize) -> Result<Vec<u8>, String>;

    /// The question about drawings of a prompt, by its index in the field.
    fn question(&self, prompt: usize) -> String;
}

/// All that a sitting needs.
pub struct Sitting<'a> {
    /// Who judges.
    pub who: &'a Panelist,
    /// What is judged.
    pub field: &'a Field,
    /// How it is shown.
    pub shown: &'a dyn Shown,
    /// Where judgements are kept.
    pub store: &'a Store,
    /// The bound on its cost, in US dollars.
    pub max_cost: Option<f64>,
    /// The wish to end it early.
    pub stop: &'a Stop,
}

impl Sitting<'_> {
    /// Shows `pairs` pairs of a course, and keeps what the model says. Ends earlier when there are no more, when that is wished
    /// for, and before it could cost more than the bound.
    ///
    /// # Errors
    /// When a drawing can't be shown, or a judgement can't be kept.
    pub async fn hold(
        &self,
        mut course: Course<'_>,
        pairs: u32,
        mut listener: impl FnMut(&Heard),
    ) -> Result<Sat, RunError> {
        let budget = self.max_cost.map(|bound| Arc::new(Budget::new(bound)));
        let mut tasks: JoinSet<Result<Told, RunError>> = JoinSet::new();
        let mut under_way: Vec<Pending> = Vec::new();
        let (mut sat, mut begun) = (Sat::default(), 0);
        loop {
            while begun < pairs
                && under_way.len() < TOGETHER
                && !self.stop.asked()
                && budget.as_deref().is_none_or(|budget| budget.refused().is_none())
            {
                let Some(showing) = course.next() else { break };
                let showings = self.showings(&showing, begun, budget.as_ref()).map_err(RunError::Model)?;
                under_way.push(Pending::new(begun, &showing, showings.len()));
                for one in showings {
                    tasks.spawn(one.carry_out());
                }
                begun += 1;
            }
            let Some(told) = tasks.join_next().await else { break };
            let Told { number, answer, preference } = told.map_err(RunError::from).flatten()?;
            if let Some(at) = under_way.iter().position(|pending| pending.number == number) {
                under_way[at].hear(answer.is_some(), preference);
                if under_way[at].left == 0 {
                    let pending = under_way.swap_remove(at);
                    sat.pairs += u32::from(pending.whole);
                    course.learn(pending.ballot());
                }
            }
            if let Some((record, reply)) = answer {
                self.store.write_judgement(&record, reply.as_deref())?;
                sat.count(&record);
                listener(&Heard { record, pairs: sat.pairs });
            }
        }
        sat.over_budget = budget.as_deref().and_then(Budget::refused);
        Ok(sat)
    }

    /// All showings of a pair.
    fn showings(
        &self,
        showing: &Showing,
        number: u32,
        budget: Option<&Arc<Budget>>,
    ) -> Result<Vec<One>, String> {
        let Pair { left, right } = showing.pair;
        let prompt = self.field.drawings[left].prompt;
        let question = self.shown.question(prompt);
        let mut all = Vec::new();
        for ((left, right), times) in [((left, right), showing.this_way), ((right, left), showing.other_way)]
        {
            for _ in 0..times {
                all.push(One {
                    who: self.who.clone(),
                    question: question.clone(),
                    pictures: [self.shown.picture(left)?, self.shown.picture(right)?],
                    prompt: self.field.prompts[prompt].clone(),
                    sides: (left, right),
                    ids: (self.field.drawings[left].id.clone(), self.field.drawings[right].id.clone()),
                    budget: budget.cloned(),
                    stop: self.stop.clone(),
                    number,
                });
            }
        }
        Ok(all)
    }
}

impl Sat {
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

/// What came of one showing.
struct Told {
    /// Which pair it was of.
    number: u32,
    /// What is kept of it, with the reply; nothing where it was not asked any more.
    answer: Option<(JudgementRecord, Option<Vec<u8>>)>,
    /// The drawing that was chosen, `None` for neither; nothing where nothing was read.
    preference: Option<Option<usize>>,
}

/// A pair of which not all is said yet.
struct Pending {
    number: u32,
    pair: (usize, usize),
    /// Showings that are not over.
    left: usize,
    /// None of them was left out.
    whole: bool,
    heard: [f64; 3],
}

impl Pending {
    fn new(number: u32, showing: &Showing, left: usize) -> Pending {
        Pending { number, pair: showing.pair.key(), left, whole: true, heard: [0.0; 3] }
    }

    fn hear(&mut self, asked: bool, preference: Option<Option<usize>>) {
        self.left -= 1;
        self.whole &= asked;
        match preference {
            Some(Some(chosen)) if chosen == self.pair.0 => self.heard[0] += 1.0,
            Some(Some(_)) => self.heard[1] += 1.0,
            Some(None) => self.heard[2] += 1.0,
            None => {}
        }
    }

    fn ballot(&self) -> Ballot {
        let all = self.heard.iter().sum::<f64>();
        let [first, second, ties] = if all > 0.0 { self.heard.map(|n| n / all) } else { [0.0, 0.0, 1.0] };
        Ballot { judge: 0, pair: self.pair, first, second, ties }
    }
}

/// One showing.
struct One {
    who: Panelist,
    question: String,
    pictures: [Vec<u8>; 2],
    prompt: AskedPrompt,
    sides: (usize, usize),
    ids: (Id, Id),
    budget: Option<Arc<Budget>>,
    stop: Stop,
    number: u32,
}

impl One {
    async fn carry_out(self) -> Result<Told, RunError> {
        let silent = |number| Ok(Told { number, answer: None, preference: None });
        let number = self.number;
        let [left, right] = &self.pictures;
        let pictures = [TextRecord::of(left), TextRecord::of(right)];
        let lane = self.who.seat.provider.lane();
        let place = tokio::select! {
            biased;
            () = self.stop.wait() => return silent(number),
            place = lane.enter() => place,
        };
        let input = self.question.len() as u64 + AROUND + 2 * PICTURE;
        let tariff = &self.who.seat.tariff;
        // Whoever set a bound was told before of what has no price.
        let most = tariff.most_after(input, &self.who.request.sampling, false).unwrap_or(0.0);
        if let Some(budget) = &self.budget {
            let taken = tokio::select! {
                biased;
                () = self.stop.wait() => return silent(number),
                taken = budget.take(most) => taken,
            };
            if !taken {
                return silent(number);
            }
        }
        let request = Request {
            prompt_id: self.prompt.id.clone(),
            prompt: self.question.clone(),
            pictures: vec![left.clone(), right.clone()],
            sample: 1,
            settings: self.who.request.clone(),
        };
        let answer = listen(&*self.who.seat.provider, request, &self.stop).await;
        drop(place);
        let taken = Taken {
            usage: &answer.account.usage,
            reported: answer.account.service.as_ref().and_then(|service| service.cost),
            joules: None,
            batch: false,
        };
        let cost = tariff.record(taken);
        if let Some(budget) = &self.budget {
            budget.settle(most, cost.as_ref().map(|cost| cost.usd));
        }
        if answer.done.outcome == Outcome::Cancelled {
            return silent(number);
        }
        let reading = read(&answer.text);
        let preference = reading.as_ref().map(|reading| reading.preference);
        let reply = (!answer.text.is_empty()).then(|| answer.text.clone().into_bytes());
        let record = JudgementRecord {
            schema: SCHEMA_VERSION,
            id: Id::new()?,
            judged: jiff::Timestamp::now(),
            tool: tool(),
            judge: JudgeRecord { kind: JudgeKind::Model, name: self.who.name.clone() },
            prompt: self.prompt.clone(),
            left: self.ids.0.clone(),
            right: self.ids.1.clone(),
            preference,
            seconds: Some(answer.total().as_secs_f64()),
            asked: Some(AskedRecord {
                question: TextRecord::of(self.question.as_bytes()),
                pictures,
                request: self.who.request.clone(),
                outcome: answer.done.outcome,
                error: answer.done.error.clone(),
                defects: reading.map(|reading| reading.defects),
                usage: answer.account.usage.clone(),
                cost,
                served: answer.account.served.clone(),
                service: answer.account.service.clone(),
                reply: reply.as_deref().map(TextRecord::of),
            }),
        };
        let preference = preference.map(|preference| match preference {
            Preference::Left => Some(self.sides.0),
            Preference::Right => Some(self.sides.1),
            Preference::Tie | Preference::BothBad => None,
        });
        Ok(Told { number, answer: Some((record, reply)), preference })
    }
}

async fn listen(provider: &dyn Provider, request: Request, stop: &Stop) -> Answer {
    let mut answer = Answer::begin();
    let mut events = provider.ask(request);
    loop {
        let event = tokio::select! {
            biased;
            () = stop.wait() => {
                answer.interrupt();
                return answer;
            }
            event = events.recv() => event,
        };
        match event {
            Some(event) => drop(answer.hear(event)),
            None => {
                answer.end();
                return answer;
            }
        }
    }
}
