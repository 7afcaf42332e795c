//! `pelicycle judge`.

use std::path::PathBuf;
use std::process::ExitCode;

use pelicycle_judge::{Competition, JudgePooling, SEED, Votes, report, words};
use pelicycle_picture::small_picture;
use pelicycle_record::{AskedRecord, JudgeKind, Preference};
use pelicycle_run::judging::{
    JudgingEnd, JudgingForecast, JudgingMaterial, JudgingRequest, JudgingSession, KeptJudgement, ModelJudge,
    PairSchedule,
};
use pelicycle_run::{BackendOptions, random_seed};
use pelicycle_store::Store;
use pelicycle_text::{dollars, plural, shell_quoted};

use super::GlobalOptions;
use super::calibrations::calibrations;
use super::compare_looks::looks;
use super::judge_calibrate::judge_calibrate;
use super::judge_rubric::judge_rubric;
use super::judge_session::{SessionDrive, SessionEnd};
use super::named_projectors::projector_file;
use super::notices::{notices, trace};
use super::output::{say, say_damaged};
use super::rank::{DrawingArgs, judgements};
use super::sampling::SamplingArgs;
use super::sides::between;
use super::terminal::printable;
use super::trust::TrustArgs;

/// Have a vision model judge pairs of drawings.
///
/// It is shown two drawings on one prompt, both ways round, and lists their defects before it says which is better. It sees no
/// name and no word of a reply. Pairs that people have judged come first, so that it can be told how it agrees with them; then
/// those that tell most. What it says is kept in results/judgements, and `pelicycle rank` makes a ranking of it. A model on this
/// machine (local/NAME) is one if it has a projector, beside it or by --projector; its answers are held to their form.
///
/// Exits with 0; with 1 when a request failed; with 130 when interrupted, and what was judged is kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle judge -m openai/gpt-6.1-sol -n 100 --max-cost 2
  pelicycle judge -m ollama/qwen3-vl:8b -p pelican
  pelicycle judge -m openai/gpt-6.1-sol --between openai/gpt-4o openai/gpt-5
  pelicycle judge -m openai/gpt-6.1-sol --looks      do drawings get better when models see what they drew?
  pelicycle judge -m local/qwen3-vl-8b -n 100
  pelicycle judge -m openai/gpt-6.1-sol --calibrate    is it right where it is known which is better?
  pelicycle judge -m openai/gpt-6.1-sol --rubric    hold each drawing against its prompt's rubric
  pelicycle judge -m anthropic/claude-opus-5-5 --dry-run")]
pub(crate) struct JudgeArgs {
    /// The model that judges, as PROVIDER/MODEL, local/NAME or a model file; it has to take pictures.
    #[arg(short, long, value_name = "MODEL")]
    model: String,
    /// Pairs to be shown, or single drawings with --rubric.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) pairs: u32,
    /// Show drawings one by one, and ask of each item of its prompt's rubric whether it is there, and where. Answers stand on the
    /// attempts' pages beside those of the rules; how far the two agree is told.
    #[arg(long)]
    rubric: bool,
    /// Show pairs of drawings of our own of which it is known which is better, 36 of them both ways round. What the judge makes of
    /// them stands beside its rankings.
    #[arg(long, conflicts_with_all = ["rubric", "between", "pairs", "again", "contestants", "demonstrations"])]
    calibrate: bool,
    /// A folder of prompts beside the bundled ones, whose rubrics are asked.
    // Not by the field's name: that is the drawings' --prompt.
    #[arg(id = "rubrics", long = "prompts", value_name = "DIR", requires = "rubric")]
    pub(super) prompts: Option<PathBuf>,
    /// A file of what people saw, as JSON: {"drawings": [{"file": "a.svg", "seen": {"wheels": "yes", "beak":
    /// "unclear"}}]}, where an attempt's identifier may stand as "attempt" in place of an imported file, "provider"
    /// says which of two files of one name, and "by" in front who saw it. The labels are kept; how far the model and the
    /// rules agree with them is told.
    #[arg(long, value_name = "FILE", requires = "rubric")]
    pub(super) labels: Option<PathBuf>,
    #[command(flatten)]
    pub(super) drawings: DrawingArgs,
    /// Show only pairs of a drawing of BASE and one of HEAD, named as for `compare`, and none any more when its judgements
    /// settle which side draws better.
    #[arg(long, conflicts_with = "rubric", num_args = 2, value_names = ["BASE", "HEAD"])]
    between: Vec<String>,
    /// Show only pairs of a first drawing and of what its model made of it in the end when it was shown it (`run --looks`), and
    /// none any more when its judgements settle whether looks help.
    #[arg(long, conflicts_with_all = ["between", "rubric", "calibrate"])]
    looks: bool,
    /// Show every N-th pair twice each way round, to see whether the answer stays the same; 0 shows none.
    #[arg(long, value_name = "N", default_value_t = 5)]
    again: u32,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// The projector (mmproj) with which a local model sees [default: the one of pelicycle.toml, or one that lies beside the
    /// model].
    #[arg(long, value_name = "FILE", value_parser = projector_file())]
    projector: Option<PathBuf>,
    /// Stop before requests could have cost more than so many US dollars.
    #[arg(long, value_name = "USD")]
    pub(super) max_cost: Option<f64>,
    /// Say what would be asked, with estimated tokens and cost; ask nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Tell only what went wrong.
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Show on standard error what goes to the service and comes from it, without keys.
    #[arg(long)]
    debug: bool,
    /// Read this file instead of pelicycle.toml.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) trust: TrustArgs,
}

impl JudgeArgs {
    fn request(&self) -> JudgingRequest {
        JudgingRequest {
            model: self.model.clone(),
            sampling: self.sampling.settings(),
            max_cost: self.max_cost,
            backends: BackendOptions {
                config: self.config.clone(),
                trust_folder: self.trust.trust_folder,
                trace: trace(self.debug),
                projector: self.projector.clone(),
                ..BackendOptions::default()
            },
        }
    }
}

pub(crate) fn judge(global: &GlobalOptions, args: &JudgeArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let judge = ModelJudge::open(&args.request(), &notices(args.quiet))?;
    if args.calibrate {
        return judge_calibrate(args, &store, &judge);
    }
    let listing = store.list()?;
    say_damaged(&store, &listing.damaged);
    let attempts = match args.looks {
        true => args.drawings.attempts_and_looks(&listing, &store)?,
        false => args.drawings.attempts(&listing, &store)?,
    };
    if args.rubric {
        return judge_rubric(args, &store, &judge, &listing, &attempts);
    }
    let with_demonstrations = args.drawings.scope().demonstrations;
    let judgements = judgements(&store)?;
    let named = match args.looks {
        true => Some(looks(&attempts)?),
        false => between(&store, &attempts, &args.between)?,
    };
    let (attempts, sides) = match named {
        Some((both, sides)) => (both, Some(sides)),
        None => (attempts, None),
    };
    let judged = (attempts.as_slice(), sides.as_deref());
    let material = JudgingMaterial::new(&store, &listing, judged, with_demonstrations, &judgements, shrink)?;
    let JudgingMaterial { field, votes, .. } = &material;
    let schedule = match &material.between {
        Some(pairs) => PairSchedule::between(pairs, votes, &judge.name, args.again, random_seed()?),
        None => PairSchedule::new(field, votes, &judge.name, args.again, random_seed()?),
    };
    if args.dry_run {
        print(&JudgingForecast::new(&judge, schedule.take(args.pairs as usize)), "pair", &judge.name);
        return Ok(ExitCode::SUCCESS);
    }
    let drive = SessionDrive::begin(&store, &judge, args.quiet)?;
    let session = JudgingSession {
        judge: &judge,
        material: &material,
        store: &store,
        max_cost: args.max_cost,
        stop: &drive.stop,
    };
    let listener = |kept: &KeptJudgement| drive.tell(failure(kept), || line(kept, args.pairs));
    let JudgingEnd { pairs, judged, unread, failed, usd, settled, over_budget } =
        drive.hold(session.hold(schedule, args.pairs, listener))?;
    let left = Some(args.pairs.saturating_sub(pairs));
    let ended = SessionEnd { unread, failed, usd, over_budget, left };
    if !args.quiet {
        say(&ended.words(format!("{}: {judged} judgements", plural(u64::from(pairs), "pair"))));
        let none = pairs == 0 && judged == 0 && failed == 0;
        if !(none && drive.stop.asked()) {
            what_follows(settled, none, &args.between, args.looks);
        }
        trust(&store, &material.field, &judge.name)?;
    }
    Ok(drive.end(&ended))
}

/// Makes a picture small enough for a model.
pub(super) fn shrink(png: &[u8], side: u32) -> Result<Vec<u8>, String> {
    small_picture(png, side).map(|(png, _)| png).map_err(|error| error.to_string())
}

/// Prints what would be asked; `noun` is what is shown.
pub(super) fn print(forecast: &JudgingForecast, noun: &str, name: &str) {
    let JudgingForecast { pairs, requests, input, output, each } = forecast;
    say(&format!("{} would be shown to {name}, in {}", plural(*pairs, noun), plural(*requests, "request")));
    let cost = match each {
        Some(0.0) => "at no charge".to_owned(),
        Some(each) => format!("about {}, without reasoning", dollars(each * *requests as f64)),
        None => "cost unknown: no price of it is known".to_owned(),
    };
    say(&format!("about {input} tokens in and {output} out each; {cost}"));
}

fn failure(kept: &KeptJudgement) -> Option<String> {
    let AskedRecord { error, reply, .. } = kept.record.asked.as_ref()?;
    let error = error.as_deref();
    match (kept.record.preference, reply) {
        (Some(_), _) => None,
        (None, None) => Some(format!("not judged: {}", error.unwrap_or("no reply came"))),
        (None, Some(_)) => Some(format!(
            "not judged: the reply names no choice; it is kept with {}{}",
            kept.record.id,
            error.map(|error| format!(" ({error})")).unwrap_or_default()
        )),
    }
}

/// One judgement in a line, blind as the judge is.
fn line(kept: &KeptJudgement, pairs: u32) -> String {
    let record = &kept.record;
    let chosen = match record.preference {
        Some(Preference::Left) => "the first",
        Some(Preference::Right) => "the second",
        Some(Preference::Tie) => "a tie",
        Some(Preference::BothBad) => "both bad",
        None => "nothing",
    };
    let defects = record.asked.as_ref().and_then(|asked| asked.defects.as_ref());
    let counts = defects.map(|[a, b]| format!(" ({} and {} defects)", a.len(), b.len())).unwrap_or_default();
    format!("{} of {pairs} pairs over; {}: {chosen}{counts}", kept.pairs, record.prompt.id)
}

/// Prints the judge's reliability, by all that it has judged of these drawings.
fn trust(store: &Store, field: &Competition, name: &str) -> anyhow::Result<()> {
    let votes = Votes::new(field, &judgements(store)?).calibrated(&calibrations(store)?);
    let report = report(field, &votes, JudgePooling::Apart, SEED);
    let found = report.judges.iter().find(|judge| judge.kind == JudgeKind::Model && judge.name == name);
    if let Some(found) = found {
        say("");
        say(&printable(&format!("{name}, by all that it has judged of these drawings:")));
        words::trust_lines(found).iter().for_each(|line| say(&printable(line)));
    }
    Ok(())
}

/// Prints what can be done with the judgements; `none` says that nothing was asked.
fn what_follows(settled: bool, none: bool, between: &[String], looks: bool) {
    let asked = match between {
        [base, head] => Some((
            format!("pelicycle compare {} {}", shell_quoted(base), shell_quoted(head)),
            ["which side draws better", "every pair of the two sides"],
        )),
        _ => looks.then(|| {
            (
                "pelicycle compare --looks".to_owned(),
                ["whether looks help", "every first drawing beside its last one"],
            )
        }),
    };
    match asked {
        Some((command, [question, all])) => {
            if settled {
                say(&format!("it is settled {question}, by its judgements"));
            } else if none {
                say(&format!("it has seen {all}, and that does not settle it"));
            }
            say(&printable(&format!("`{command}` says what follows")));
        }
        None if none => say("it has seen every pair there is"),
        None => say("`pelicycle rank` makes a ranking of them"),
    }
}
