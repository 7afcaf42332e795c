//! `pelicycle judge --rubric`: a vision model looks at drawings one by one.

use std::num::NonZero;
use std::process::ExitCode;

use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_judge::RubricAgreement;
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::measure::{ItemState, Rubric};
use pelicycle_record::{Attempt, JudgeKind, ReadItem, RubricReading};
use pelicycle_run::Config;
use pelicycle_run::judging::{JudgingForecast, ModelJudge, RubricSession, RubricSessionEnd, UnreadDrawing};
use pelicycle_store::{AttemptListing, Store};
use pelicycle_text::{plain_file, plural};

use super::judge::{JudgeArgs, print, shrink};
use super::judge_labels::RubricLabels;
use super::judge_session::{SessionDrive, SessionEnd};
use super::output::{say, say_damaged};
use super::terminal::printable;

pub(super) fn judge_rubric(
    args: &JudgeArgs,
    store: &Store,
    judge: &ModelJudge,
    listing: &AttemptListing,
    attempts: &[&Attempt],
) -> anyhow::Result<ExitCode> {
    let library = Config::load(args.config.as_deref())?.library(args.prompts.as_deref())?;
    let readings = store.readings()?;
    say_damaged(store, &readings.damaged);
    let shown = args.drawings.scope().demonstrations;
    let attempts: Vec<&Attempt> =
        attempts.iter().copied().filter(|attempt| shown || !attempt.contestant.demonstration).collect();
    let rubric = |attempt: &Attempt| rubric_of(&library, attempt);
    if !attempts.iter().any(|attempt| rubric(attempt).is_some_and(|rubric| !rubric.items.is_empty())) {
        anyhow::bail!(
            "none of these drawings is of a prompt with a rubric: --prompts names a folder of prompts that have one"
        );
    }
    let labels = args.labels.as_deref().map(|path| RubricLabels::read(path, &attempts)).transpose()?;
    let mut drawings = UnreadDrawing::all(listing, &attempts, rubric, &readings.records, &judge.name);
    drawings.truncate(args.pairs as usize);
    if args.dry_run {
        print(&JudgingForecast::of_readings(judge, &drawings), "drawing", &judge.name);
        return Ok(ExitCode::SUCCESS);
    }
    let drive = SessionDrive::begin(store, judge, args.quiet)?;
    if let Some(labels) = &labels {
        let new = labels.keep(store, &attempts, &readings.records, rubric)?;
        if !args.quiet {
            say(&kept_labels(new, labels.absent));
        }
    }
    let (all, mut over) = (drawings.len(), 0);
    let listener = |reading: &RubricReading| {
        over += 1;
        drive.tell(failure(reading), || line(reading, over, all));
    };
    let session = RubricSession { judge, store, shrink, max_cost: args.max_cost, stop: &drive.stop };
    let RubricSessionEnd { read, unread, failed, usd, over_budget } =
        drive.hold(session.hold(drawings, listener))?;
    let left = u32::try_from(all).ok().map(|all| all.saturating_sub(read));
    let ended = SessionEnd { unread, failed, usd, over_budget, left };
    if !args.quiet {
        say(&ended.words(format!("{} read", plural(u64::from(read), "drawing"))));
        if all == 0 {
            say("it has read every drawing there is");
        }
        let agreements = Agreements::find(store, listing, &library, judge, labels.as_ref())?;
        say(&told(&agreements.rules, "it agrees", "the rules"));
        if labels.is_some() {
            say(&told(&agreements.people, "it agrees", "people's labels"));
            say(&told(&agreements.rules_and_people, "the rules agree", "people's labels"));
            for line in &agreements.differing {
                say(&printable(line));
            }
            if agreements.untold > 0 {
                let more = plural(agreements.untold, "item");
                say(&format!("and {more} more; the attempts' pages show them all"));
            }
        }
    }
    Ok(drive.end(&ended))
}

/// The rubric of an attempt's prompt; an edited text is another prompt, and may ask for other things.
fn rubric_of<'a>(library: &'a PromptLibrary, attempt: &Attempt) -> Option<&'a Rubric> {
    let prompt = library.get(&attempt.prompt.id).ok()?;
    (prompt.hash() == attempt.prompt.hash).then_some(&prompt.rubric)
}

/// The numbers of labels kept and passed over, in words.
fn kept_labels(new: usize, absent: usize) -> String {
    let kept = match new {
        0 => "no new labels".to_owned(),
        new => format!("labels of {} kept", plural(new as u64, "drawing")),
    };
    let absent = match absent {
        0 => String::new(),
        absent => format!("; {} of the labels not among these", plural(absent as u64, "drawing")),
    };
    format!("{kept}{absent}")
}

/// Items on which the three differ that are told one by one.
const MOST_TOLD: usize = 20;

/// The agreements of those who answered the same items, over all drawings that the judge has read. They are never
/// averaged.
#[derive(Default)]
struct Agreements {
    /// The judge and the rules.
    rules: RubricAgreement,
    /// The judge and people.
    people: RubricAgreement,
    /// The rules and people.
    rules_and_people: RubricAgreement,
    /// The items where the judge decides otherwise than people, in words.
    differing: Vec<String>,
    /// Such items past [`MOST_TOLD`].
    untold: u64,
}

impl Agreements {
    fn find(
        store: &Store,
        listing: &AttemptListing,
        library: &PromptLibrary,
        judge: &ModelJudge,
        labels: Option<&RubricLabels>,
    ) -> anyhow::Result<Self> {
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
        let pool = WorkerPool::new(workers, InspectionOptions::default());
        let mut found = Self::default();
        let readings = store.readings()?.records;
        let own = readings
            .iter()
            .filter(|reading| reading.judge.kind == JudgeKind::Model && reading.judge.name == judge.name);
        for reading in own {
            let stored = listing.attempts.iter().find(|stored| stored.attempt.id == reading.attempt);
            let Some((stored, answers)) = stored.zip(reading.answers.as_ref()) else { continue };
            let attempt = &stored.attempt;
            let Some((path, rubric)) = stored.files.svg.as_ref().zip(rubric_of(library, attempt)) else {
                continue;
            };
            // A drawing that can't be measured is told of by the gallery; the rules say nothing of it here.
            let measured = plain_file::read(path, plain_file::KEPT_BYTES)
                .ok()
                .and_then(|svg| pool.measure(&svg, rubric).ok());
            let rules = measured.map(|measures| measures.rubric).unwrap_or_default();
            for item in answers {
                let rule = rules.iter().find(|rule| rule.asked == item.asked).map(|rule| rule.state);
                let person = labels.and_then(|labels| labels.of(attempt, rubric, &item.asked));
                found.add(attempt, item, rule, person);
            }
        }
        Ok(found)
    }

    fn add(
        &mut self,
        attempt: &Attempt,
        item: &ReadItem,
        rule: Option<ItemState>,
        person: Option<ItemState>,
    ) {
        if let Some(rule) = rule {
            self.rules.add(rule, item.state);
        }
        let Some(person) = person else { return };
        self.people.add(person, item.state);
        if let Some(rule) = rule {
            self.rules_and_people.add(person, rule);
        }
        let decided = ![item.state, person].contains(&ItemState::CantTell);
        if decided && item.state != person {
            if self.differing.len() == MOST_TOLD {
                self.untold += 1;
                return;
            }
            let of_rules = rule.map_or(String::new(), |rule| format!(", the rules {}", state(rule)));
            self.differing.push(format!(
                "{}, {}: it says {}, people {}{of_rules}",
                attempt.contestant.label,
                item.asked,
                state(item.state),
                state(person),
            ));
        }
    }
}

fn state(state: ItemState) -> &'static str {
    match state {
        ItemState::Met => "met",
        ItemState::NotMet => "not met",
        ItemState::CantTell => "can't tell",
    }
}

/// An agreement in words.
fn told(agreement: &RubricAgreement, who: &str, whom: &str) -> String {
    let decided = agreement.decided();
    let Some(interval) = decided.interval() else {
        return format!("{who} with {whom} on nothing yet: there is no item that both decide");
    };
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let kappa =
        agreement.kappa().map(|kappa| format!(", κ {kappa:.2}").replace('-', "−")).unwrap_or_default();
    format!(
        "{who} with {whom} on {} of {} items that both decide ({} %, {} to {}{kappa})",
        decided.hits,
        decided.of,
        percent(decided.hits as f64 / decided.of as f64),
        percent(interval.low),
        percent(interval.high),
    )
}

fn failure(reading: &RubricReading) -> Option<String> {
    let asked = reading.asked.as_ref()?;
    let error = asked.error.as_deref();
    match (&reading.answers, &asked.reply) {
        (Some(_), _) => None,
        (None, None) => Some(format!("not read: {}", error.unwrap_or("no reply came"))),
        (None, Some(_)) => Some(format!(
            "not read: the reply does not answer each item once; it is kept with {}{}",
            reading.id,
            error.map(|error| format!(" ({error})")).unwrap_or_default()
        )),
    }
}

/// One reading in a line, blind as the model is.
fn line(reading: &RubricReading, over: usize, all: usize) -> String {
    let count =
        |state: ItemState| reading.answers.iter().flatten().filter(|item| item.state == state).count();
    format!(
        "{over} of {all} drawings; {}: {} met, {} not, {} can't tell",
        reading.prompt.id,
        count(ItemState::Met),
        count(ItemState::NotMet),
        count(ItemState::CantTell)
    )
}
