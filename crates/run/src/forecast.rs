//! The forecast of a run: what it would ask, and what that would cost.

use std::collections::BTreeMap;

use pelicycle_provider::ServiceError;
use pelicycle_record::{SamplingSettings, TokenPrices};
use pelicycle_store::Store;

use crate::backends::{check_bound, given_replies};
use crate::look::{LOOK_TEXT, PICTURE, most_input};
use crate::prepare::RunDraft;
use crate::{
    Backends, Config, Contestant, ContestantModel, NoticeListener, RunError, RunPlan, RunRequest, Tariff,
    UsageError,
};

/// Tokens of a reply of a model that was never asked: a drawing of some four kilobytes.
const REPLY: u64 = 1_500;

/// The same of one that is asked to think, whose thinking is most of it.
const THOUGHTFUL_REPLY: u64 = 6_000;

/// The requests that a run would send, and their cost.
#[derive(Debug)]
pub struct RunForecast {
    /// Requests that it would send.
    pub requests: usize,
    /// Looks that it would send besides, at most.
    pub looks: u64,
    /// The forecast of each contestant.
    pub contestants: Vec<ContestantForecast>,
}

/// The requests that a contestant would be sent.
#[derive(Debug)]
pub struct ContestantForecast {
    /// Its name for people.
    pub label: String,
    /// Samples of it.
    pub samples: u64,
    /// Looks after them, at most; they are in all that follows.
    pub looks: u64,
    /// Tokens of its requests, about.
    pub input: u64,
    /// Tokens of its replies, about.
    pub output: u64,
    /// Replies that their length is known from; it is guessed where there are none.
    pub known: usize,
    /// US dollars that it would cost, about; absent is unknown.
    pub about: Option<f64>,
    /// The most that it could cost.
    pub most: Option<f64>,
    /// The basis of that cost.
    pub basis: CostBasis,
}

/// The basis of a contestant's cost: energy, a price list, or why there is none.
#[derive(Debug)]
pub enum CostBasis {
    /// The replies lie ready: nobody is asked.
    Given,
    /// The energy that this machine takes.
    Energy,
    /// A price list, by its name.
    List(String),
    /// Nothing: no price is known.
    Unknown,
    /// Nothing: the service can't be asked.
    Unusable(UsageError),
}

impl RunForecast {
    /// Forecasts a run of this request. Nothing is asked, no model is opened, nothing is written.
    ///
    /// # Errors
    /// When it can't be meant, or what it needs can't be read.
    pub fn new(
        store: &Store,
        request: &RunRequest,
        notices: &NoticeListener,
    ) -> Result<RunForecast, RunError> {
        let config = Config::load(request.backends.config.as_deref())?;
        let backends = Backends::new(&config, &request.backends, notices)?;
        check_bound(request.max_cost.or(config.run.max_cost))?;
        let RunDraft { mut run, participants } = RunDraft::new(request, &config, &backends, notices)?;
        let prompts: Vec<String> = run.prompts.iter().map(|prompt| prompt.id.clone()).collect();
        let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        for ((_, contestant), who) in participants.iter().zip(&mut run.contestants) {
            if let ContestantModel::Given(given) = &contestant.model {
                let replies = given_replies(given, &prompts)?;
                who.samples = Some(prompts.iter().map(|prompt| replies.count(prompt)).collect());
            }
        }
        let lengths = earlier_lengths(store)?;
        let plan = RunPlan::whole(run);
        let contestants = plan
            .needed()
            .into_iter()
            .map(|index| {
                let (one, contestant) = &participants[index];
                let priced = priced(contestant, one.entry.price.as_ref(), &backends)?;
                let earlier = lengths.get(&contestant.record.slug).map_or(&[][..], Vec::as_slice);
                Ok(ContestantForecast::new(&plan, index, contestant, priced, earlier))
            })
            .collect::<Result<_, UsageError>>()?;
        Ok(RunForecast { requests: plan.cells.len(), looks: plan.most_looks(), contestants })
    }

    /// US dollars that all of it would cost, about; absent where something of it is unknown.
    #[must_use]
    pub fn about(&self) -> Option<f64> {
        self.contestants.iter().map(|one| one.about).sum()
    }

    /// The most that all of it could cost.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        self.contestants.iter().map(|one| one.most).sum()
    }
}

impl ContestantForecast {
    fn new(
        plan: &RunPlan,
        index: usize,
        contestant: &Contestant,
        (tariff, basis): (Tariff, CostBasis),
        earlier: &[u64],
    ) -> ContestantForecast {
        let who = &plan.run.contestants[index];
        let (each, known) = length(&who.request.sampling, earlier);
        let mut forecast = ContestantForecast {
            label: who.record.label.clone(),
            samples: 0,
            looks: 0,
            input: 0,
            output: 0,
            known,
            about: Some(0.0),
            most: Some(0.0),
            basis,
        };
        for cell in plan.cells.iter().filter(|cell| cell.contestant == index) {
            forecast.samples += 1;
            if contestant.is_given() {
                continue;
            }
            let prompt = &plan.run.prompts[cell.prompt].text;
            // A token of English is about four letters, and a template adds a few.
            let input = prompt.len() as u64 / 4 + 8;
            forecast.input += input;
            forecast.output += each;
            let add = |sum: Option<f64>, cost: Option<f64>| sum.zip(cost).map(|(sum, cost)| sum + cost);
            forecast.about = add(forecast.about, tariff.forecast(input, each, plan.run.batch));
            forecast.most = add(forecast.most, tariff.most(prompt, &who.request.sampling, plan.run.batch));
            let (looks, sampling) = (u64::from(who.looks), &who.request.sampling);
            let input = input + each + LOOK_TEXT.len() as u64 / 4 + PICTURE;
            let most = most_input(
                &who.record.model,
                prompt.len(),
                tariff.bound_on_reply(sampling),
                plan.run.prompts[cell.prompt].raster,
            );
            forecast.looks += looks;
            forecast.input += looks * input;
            forecast.output += looks * each;
            let times =
                |cost: Option<f64>| if looks == 0 { Some(0.0) } else { cost.map(|usd| usd * looks as f64) };
            forecast.about = add(forecast.about, times(tariff.forecast(input, each, false)));
            forecast.most = add(forecast.most, times(tariff.most_after(most, sampling, false)));
        }
        forecast
    }
}

/// A contestant's tariff. That its key is missing keeps nobody from counting; that nobody knows its service does.
fn priced(
    found: &Contestant,
    own_price: Option<&TokenPrices>,
    backends: &Backends,
) -> Result<(Tariff, CostBasis), UsageError> {
    Ok(match &found.model {
        ContestantModel::Given(_) => (Tariff::Energy { usd_per_kwh: None }, CostBasis::Given),
        ContestantModel::Local(_) => (backends.tariff(found, own_price, None), CostBasis::Energy),
        ContestantModel::Remote => match backends.remote(found) {
            Err(unknown @ UsageError::Service(ServiceError::Unknown { .. })) => return Err(unknown),
            Err(error) => (backends.tariff(found, own_price, None), CostBasis::Unusable(error)),
            Ok(remote) => {
                let tariff = backends.tariff(found, own_price, Some(&remote));
                let basis = match &tariff {
                    Tariff::Unknown => CostBasis::Unknown,
                    Tariff::Tokens { list, .. } => CostBasis::List(list.clone()),
                    Tariff::Energy { .. } => CostBasis::Energy,
                };
                (tariff, basis)
            }
        },
    })
}

/// Tokens of earlier replies, by their contestant's slug.
///
/// # Errors
/// A store that can't be listed.
pub fn earlier_lengths(store: &Store) -> Result<BTreeMap<String, Vec<u64>>, RunError> {
    let mut lengths: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for stored in store.list()?.attempts {
        // Looks are other replies: some say no more than that they are done.
        if let Some(output) = stored.attempt.usage.output.filter(|_| stored.attempt.is_first()) {
            lengths.entry(stored.attempt.contestant.slug).or_default().push(output);
        }
    }
    Ok(lengths)
}

/// Tokens that a reply is likely to have, and how many earlier ones that is known from.
fn length(sampling: &SamplingSettings, earlier: &[u64]) -> (u64, usize) {
    let mut sorted = earlier.to_vec();
    sorted.sort_unstable();
    let likely = match sorted.get(sorted.len() / 2) {
        Some(median) => *median,
        None if sampling.thinking == Some(true) || sampling.effort.is_some() => THOUGHTFUL_REPLY,
        None => REPLY,
    };
    (sampling.max_tokens.map_or(likely, |most| likely.min(u64::from(most))), sorted.len())
}
