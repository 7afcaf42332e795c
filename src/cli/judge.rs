//! `pelicycle judge`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

use super::Global;
use super::opener::{Given, Opener, Refusal, refused};
use super::output::{say, say_damaged, say_error};
use super::rank::{What, judgements};
use super::run::{INTERRUPTED, signals};
use super::sampling::SamplingArgs;
use super::terminal::printable;
use pelicycle_judge::{Field, Votes, question};
use pelicycle_record::Id;
use pelicycle_record::{AskedRecord, Attempt, Preference};
use pelicycle_run::config::Config;
use pelicycle_run::contestant::{Contestant, Model};
use pelicycle_run::panel::{Course, Heard, Panelist, Sat, Shown, Sitting};
use pelicycle_run::{Seat, Stop};
use pelicycle_site::small_picture;
use pelicycle_store::{Listing, Store};
use pelicycle_text::dollars;
use pelicycle_text::plural;

/// Longest side of a picture that is shown to a model, in pixels: all services take it whole.
const SIDE: u32 = 512;
/// Tokens that a picture of that size takes, about; services count from 300 to 1,100.
const PICTURE: u64 = 800;
/// Tokens of a reply without reasoning, about.
const REPLY: u64 = 300;

/// Have a vision model judge pairs of drawings.
///
/// It is shown two drawings on one prompt, both ways round, and lists their defects before it says which is better. It sees no
/// name and no word of a reply. Pairs that people have judged come first, so that it can be told how it agrees with them; then
/// those that tell most. What it says is kept in results/judgements, and `pelicycle rank` makes a ranking of it.
///
/// Exits with 0; with 1 when a request failed; with 130 when interrupted, and what was judged is kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle judge -m openai/gpt-6.1-sol -n 100 --max-cost 2
  pelicycle judge -m ollama/qwen3-vl:8b -p pelican
  pelicycle judge -m anthropic/claude-opus-5-5 --dry-run")]
pub(crate) struct JudgeArgs {
    /// The model that judges, as PROVIDER/MODEL; it has to take pictures.
    #[arg(short, long, value_name = "MODEL")]
    model: String,
    /// Pairs to be shown.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pairs: u32,
    #[command(flatten)]
    what: What,
    /// Show every N-th pair twice each way round, to see whether the answer stays the same; 0 shows none.
    #[arg(long, value_name = "N", default_value_t = 5)]
    again: u32,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// Stop before requests could have cost more than so many US dollars.
    #[arg(long, value_name = "USD")]
    max_cost: Option<f64>,
    /// Say what would be asked, with estimated tokens and cost; ask nothing.
    #[arg(long)]
    dry_run: bool,
    /// Tell only what went wrong.
    #[arg(short, long)]
    quiet: bool,
    /// Show on standard error what goes to the service and comes from it, without keys.
    #[arg(long)]
    debug: bool,
    /// Read this file instead of pelicycle.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A sitting that can begin.
struct Ready {
    who: Panelist,
    listing: Listing,
    field: Field,
    votes: Votes,
}

pub(crate) fn judge(global: &Global, args: &JudgeArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let ready = match refused(ready(&store, args))? {
        Ok(ready) => ready,
        Err(code) => return Ok(code),
    };
    let Ready { who, field, votes, .. } = &ready;
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("the system gave no random seed: {error}"))?;
    let course = Course::new(field, votes, &who.name, args.again, u64::from_le_bytes(seed));
    if args.dry_run {
        forecast(who, course.take(args.pairs as usize));
        return Ok(ExitCode::SUCCESS);
    }
    let _swept = store.sweep();
    let stop = Stop::default();
    signals::listen(stop.clone()).context("can't listen for Ctrl-C")?;
    let shown =
        Walls { store: &store, ready: &ready, attempts: by_id(&ready.listing), pictures: Mutex::default() };
    let sitting = Sitting { who, field, shown: &shown, store: &store, max_cost: args.max_cost, stop: &stop };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = |heard: &Heard| {
        let failed = failure(heard);
        match failed {
            Some(words) => say_error(&words),
            None if args.quiet => {}
            None => say(&printable(&line(heard, args.pairs))),
        }
    };
    let sat = runtime.block_on(sitting.hold(course, args.pairs, listener));
    runtime.shutdown_background();
    let sat = sat?;
    if !args.quiet {
        summary(&sat);
    }
    if let Some(spent) = sat.over_budget {
        say_error(&format!("stopped at {}: another request could have passed --max-cost", dollars(spent)));
    }
    Ok(match (stop.asked(), sat.failed) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, 0) if sat.over_budget.is_none() => ExitCode::SUCCESS,
        (false, _) => ExitCode::FAILURE,
    })
}

fn ready(store: &Store, args: &JudgeArgs) -> Result<Ready, Refusal> {
    let config = Config::load(args.config.as_deref()).map_err(anyhow::Error::from)?;
    let given = Given { config: args.config.as_deref(), debug: args.debug, ..Given::default() };
    let opener = Opener::new(&config, &given)?;
    let found = Contestant::find(&args.model, &config.places()).map_err(Refusal::usage)?;
    if found.model != Model::Remote {
        let words = format!(
            "{} can't judge: the engine shows no pictures to models; name a model of a service, such as ollama/qwen3-vl:8b",
            args.model
        );
        return Err(Refusal::Usage(words));
    }
    let model = opener.remote(&found).map_err(Refusal::usage)?;
    let request = model.settle(&args.sampling.settings().into()).map_err(Refusal::usage)?;
    let tariff = opener.tariff(&found, None, Some(&model));
    if let Some(bound) = args.max_cost {
        if !(bound.is_finite() && bound >= 0.0) {
            return Err(Refusal::Usage(format!("{bound} is no amount of US dollars for --max-cost")));
        }
        if tariff.most_after(0, &request.sampling, false).is_none() {
            let words = format!(
                "--max-cost can't be kept: no price of {} is known; give one in pelicycle.toml (docs/costs.md)",
                args.model
            );
            return Err(Refusal::Usage(words));
        }
    }
    let listing = store.list().map_err(anyhow::Error::from)?;
    say_damaged(store, &listing.damaged);
    let attempts = args.what.attempts(&listing, store).map_err(Refusal::Usage)?;
    let field = args.what.field(&attempts);
    if !field.has_pairs() {
        return Err(Refusal::Failure(anyhow::anyhow!(
            "there is nothing to judge: it takes two contestants with a drawing of the same prompt; demonstrations such as hatchling \
             count with --demonstrations"
        )));
    }
    let votes = Votes::new(&field, &judgements(store)?);
    let name = format!("{}/{}", found.record.provider, found.record.model);
    let who = Panelist { seat: Seat { provider: std::sync::Arc::new(model), tariff }, name, request };
    Ok(Ready { who, listing, field, votes })
}

fn by_id(listing: &Listing) -> BTreeMap<&Id, usize> {
    listing.attempts.iter().enumerate().map(|(index, stored)| (&stored.attempt.id, index)).collect()
}

/// Shows what hangs in the results.
struct Walls<'a> {
    store: &'a Store,
    ready: &'a Ready,
    attempts: BTreeMap<&'a Id, usize>,
    /// Pictures by drawing: each is shown many times.
    pictures: Mutex<BTreeMap<usize, Vec<u8>>>,
}

impl Walls<'_> {
    fn index(&self, id: &Id) -> Option<usize> {
        self.attempts.get(id).copied()
    }

    fn attempt(&self, id: &Id) -> Option<&Attempt> {
        Some(&self.ready.listing.attempts[self.index(id)?].attempt)
    }
}

impl Shown for Walls<'_> {
    fn picture(&self, drawing: usize) -> Result<Vec<u8>, String> {
        let mut pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(png) = pictures.get(&drawing) {
            return Ok(png.clone());
        }
        let id = &self.ready.field.drawings[drawing].id;
        let stored = self.index(id).map(|index| &self.ready.listing.attempts[index]);
        let path = stored.and_then(|stored| stored.files.png.as_ref());
        let read = || -> anyhow::Result<Vec<u8>> {
            let path = path.context("it is not kept")?;
            let png = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let (png, _) =
                small_picture(&png, SIDE).with_context(|| format!("{} is no picture", path.display()))?;
            Ok(png)
        };
        let place = self.store.root().display();
        let png =
            read().map_err(|error| format!("the picture of {id} in {place} can't be shown: {error:#}"))?;
        pictures.insert(drawing, png.clone());
        Ok(png)
    }

    fn question(&self, prompt: usize) -> String {
        let drawing = self.ready.field.drawings.iter().find(|drawing| drawing.prompt == prompt);
        let attempt = drawing.and_then(|drawing| self.attempt(&drawing.id));
        question(attempt.map_or("", |attempt| attempt.prompt.text.as_str()))
    }
}

/// What would be asked.
fn forecast(who: &Panelist, showings: impl Iterator<Item = pelicycle_run::panel::Showing>) {
    let (mut pairs, mut requests) = (0, 0);
    for showing in showings {
        pairs += 1;
        requests += u64::from(showing.this_way + showing.other_way);
    }
    say(&format!("{} would be shown to {}, in {requests} requests", plural(pairs, "pair"), who.name));
    let input = question("").len() as u64 / 3 + 2 * PICTURE;
    let each = who.seat.tariff.forecast(input, REPLY, false);
    let cost = match each {
        Some(0.0) => "at no charge".to_owned(),
        Some(each) => format!("about {}, without reasoning", dollars(each * requests as f64)),
        None => "cost unknown: no price of it is known".to_owned(),
    };
    say(&format!("about {input} tokens in and {REPLY} out each; {cost}"));
}

fn failure(heard: &Heard) -> Option<String> {
    let AskedRecord { error, reply, .. } = heard.record.asked.as_ref()?;
    let error = error.as_deref();
    match (heard.record.preference, reply) {
        (Some(_), _) => None,
        (None, None) => Some(format!("not judged: {}", error.unwrap_or("no reply came"))),
        (None, Some(_)) => Some(format!(
            "not judged: the reply names no choice; it is kept with {}{}",
            heard.record.id,
            error.map(|error| format!(" ({error})")).unwrap_or_default()
        )),
    }
}

/// One judgement in a line, blind as the judge is.
fn line(heard: &Heard, pairs: u32) -> String {
    let record = &heard.record;
    let chosen = match record.preference {
        Some(Preference::Left) => "the first",
        Some(Preference::Right) => "the second",
        Some(Preference::Tie) => "a tie",
        Some(Preference::BothBad) => "both bad",
        None => "nothing",
    };
    let defects = record.asked.as_ref().and_then(|asked| asked.defects.as_ref());
    let counts = defects.map(|[a, b]| format!(" ({} and {} defects)", a.len(), b.len())).unwrap_or_default();
    format!("{} of {pairs} pairs over; {}: {chosen}{counts}", heard.pairs, record.prompt.id)
}

fn summary(sat: &Sat) {
    let mut words = format!("{}: {} judgements", plural(u64::from(sat.pairs), "pair"), sat.judged);
    if sat.unread > 0 {
        words.push_str(&format!(", {} not understood", sat.unread));
    }
    if sat.failed > 0 {
        words.push_str(&format!(", {} failed", sat.failed));
    }
    if sat.usd > 0.0 {
        words.push_str(&format!("; {}", dollars(sat.usd)));
    }
    say(&words);
    if sat.pairs == 0 && sat.judged == 0 && sat.failed == 0 {
        say("it has seen every pair there is");
    } else {
        say("`pelicycle rank` makes a ranking of them");
    }
}
