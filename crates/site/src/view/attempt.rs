//! The page of one attempt: all that is known about it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::card::{Picture, Pictures};
use super::experts::ExpertsView;
use super::figures::{Fact, facts, speed_in_words};
use super::hall::model_path;
use super::measures::MeasuresView;
use super::syntax::{Piece, Reader};
use super::words;
use pelicycle_record::Finding;
use pelicycle_record::{Attempt, CostRecord, CostSource, LOCAL, Origin, ServiceRecord};
use pelicycle_text as text;
use pelicycle_text::Excerpt;
use pelicycle_text::dollars;
use pelicycle_text::size;

/// Findings on a page; a hostile drawing may have thousands.
const MAX_FINDINGS: usize = 200;

/// The page of one attempt.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptPage {
    label: String,
    prompt: String,
    prompt_text: String,
    /// Path of the prompt's page from the site's root.
    prompt_href: String,
    demonstration: bool,
    verdict: &'static str,
    drawn: bool,
    meaning: String,
    reason: Option<String>,
    picture: Option<Picture>,
    repaired: Option<Picture>,
    repair: Option<String>,
    /// The drawing as an address that a browser shows as an image; absent where it may not or cannot.
    browser: Option<String>,
    replay: Option<Played>,
    /// Path of the model's page from the site's root.
    model_href: String,
    draws: Option<Draws>,
    /// What a museum's label says.
    plate: Vec<Fact>,
    findings: Vec<Found>,
    more_findings: usize,
    source: Option<Source>,
    reply: Option<Shown>,
    /// The reply is the source and nothing else.
    alone: bool,
    thinking: Option<Shown>,
    measures: Option<MeasuresView>,
    experts: Option<ExpertsView>,
    groups: Vec<Group>,
    newer: Option<Neighbour>,
    older: Option<Neighbour>,
}

/// The texts of an attempt, as far as a page shows them.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) reply: Option<Excerpt>,
    pub(crate) thinking: Option<Excerpt>,
    pub(crate) svg: Option<Excerpt>,
    /// The reply is the drawing and nothing else.
    pub(crate) alone: bool,
    /// Address of the drawing as an image.
    pub(crate) browser: Option<String>,
    pub(crate) replay: Option<Played>,
    /// What was measured of the drawing.
    pub(crate) measures: Option<MeasuresView>,
}

/// The drawing as it came, as an image that plays by itself.
#[derive(Debug, Serialize)]
pub(crate) struct Played {
    /// Its address.
    pub(crate) address: String,
    pub(crate) shapes: usize,
    /// How long it plays.
    pub(crate) seconds: String,
    /// How long the model took for it.
    pub(crate) took: String,
    /// The pace is the model's own; else it is even.
    pub(crate) timed: bool,
}

/// Another sample of the same contestant on the same prompt.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Neighbour {
    /// Path of its page from the site's root.
    pub(crate) href: String,
    pub(crate) sample: u32,
}

#[derive(Debug, Serialize)]
struct Draws {
    resvg: bool,
    browser: bool,
}

#[derive(Debug, Serialize)]
struct Group {
    title: &'static str,
    facts: Vec<Fact>,
}

#[derive(Debug, Serialize)]
struct Found {
    code: String,
    message: String,
    line: Option<u32>,
    column: Option<u32>,
    /// Whether the page shows that line.
    linked: bool,
}

#[derive(Debug, Serialize)]
struct Source {
    lines: Vec<Line>,
    cut: bool,
    active: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    pieces: Vec<Piece>,
    marked: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    text: String,
    cut: bool,
    length: String,
}

impl AttemptPage {
    pub(crate) fn new(
        attempt: &Attempt,
        pictures: &Pictures,
        texts: Texts,
        experts: Option<ExpertsView>,
        active: bool,
        prompt_href: &str,
        (newer, older): (Option<Neighbour>, Option<Neighbour>),
    ) -> Self {
        let result = words::result(attempt);
        let check = attempt.check.as_ref();
        let findings = check.map(|check| check.findings.as_slice()).unwrap_or_default();
        let source = texts.svg.map(|svg| source(&svg, findings, active));
        let shown_lines = source.as_ref().map_or(0, |source| source.lines.len());
        let length = |recorded: &Option<pelicycle_record::TextRecord>| {
            size::words(recorded.as_ref().map_or(0, |recorded| recorded.bytes))
        };
        let reply_length = length(&attempt.reply);
        let thinking_length = length(&attempt.thinking);
        Self {
            label: text::label(&attempt.contestant.label),
            prompt: text::label(&attempt.prompt.title),
            prompt_text: text::visible(&attempt.prompt.text),
            prompt_href: prompt_href.to_owned(),
            demonstration: attempt.contestant.demonstration,
            verdict: result.name,
            drawn: result.drawn,
            meaning: result.meaning,
            reason: pictures.problem.clone().or(result.reason),
            picture: pictures.large.clone(),
            repaired: pictures.repaired_large.clone(),
            repair: check.and_then(|check| check.repair.as_deref()).map(text::label),
            browser: texts.browser,
            replay: texts.replay,
            model_href: model_path(&attempt.contestant),
            draws: check.map(|check| Draws { resvg: check.draws.resvg, browser: check.draws.browser }),
            plate: plate(attempt),
            findings: remarks(attempt)
                .chain(findings.iter().take(MAX_FINDINGS).map(|f| found(f, shown_lines)))
                .collect(),
            more_findings: findings.len().saturating_sub(MAX_FINDINGS),
            source,
            reply: texts.reply.map(|reply| Shown { text: reply.text, cut: reply.cut, length: reply_length }),
            alone: texts.alone,
            thinking: texts.thinking.map(|thinking| Shown {
                text: thinking.text,
                cut: thinking.cut,
                length: thinking_length,
            }),
            measures: texts.measures,
            experts,
            groups: groups(attempt),
            newer,
            older,
        }
    }
}

fn source(svg: &Excerpt, findings: &[Finding], active: bool) -> Source {
    let marked: BTreeSet<u32> = findings.iter().filter_map(|finding| finding.line).collect();
    let mut reader = Reader::default();
    let text = svg.text.strip_suffix('\n').unwrap_or(&svg.text);
    let lines = text
        .split('\n')
        .zip(1..)
        .map(|(text, number)| Line { pieces: reader.line(text), marked: marked.contains(&number) });
    Source { lines: lines.collect(), cut: svg.cut, active }
}

/// What is worth knowing of how a service answered.
fn remarks(attempt: &Attempt) -> impl Iterator<Item = Found> {
    let remarks = attempt.service.iter().flat_map(|service| &service.remarks).take(MAX_FINDINGS);
    remarks.map(|remark| Found {
        code: text::label(&remark.code),
        message: text::sentence(&remark.message),
        line: None,
        column: None,
        linked: false,
    })
}

fn found(finding: &Finding, shown_lines: usize) -> Found {
    Found {
        code: text::label(&finding.code),
        message: text::sentence(&finding.message),
        line: finding.line,
        column: finding.column,
        linked: finding.line.is_some_and(|line| line >= 1 && line as usize <= shown_lines),
    }
}

fn plate(attempt: &Attempt) -> Vec<Fact> {
    let contestant = &attempt.contestant;
    facts([
        ("Model", Some(text::label(&contestant.model))),
        ("Answered as", contestant.served.as_deref().map(text::label)),
        ("Provider", Some(provider(&contestant.provider))),
        ("Date", Some(text::day(attempt.timing.started))),
        ("Sample", Some(format!("no. {}", attempt.sample))),
        ("Reply", attempt.usage.output.map(|tokens| text::plural(tokens, "token"))),
        ("Time", attempt.timing.total.map(text::seconds)),
        ("Cost", attempt.cost.as_ref().map(|cost| dollars(cost.usd))),
        ("Released", contestant.released.map(text::date)),
    ])
}

fn provider(name: &str) -> String {
    if name == LOCAL { "local, in this program's own engine".to_owned() } else { text::label(name) }
}

/// How a reply was had, where that was not by asking.
fn origin(origin: Origin) -> Option<String> {
    match origin {
        Origin::Asked => None,
        Origin::Given => Some("given as a file, not asked for by this program".to_owned()),
        Origin::Batch => Some("part of a batch: nobody waited for it".to_owned()),
        Origin::Imported => Some("asked and kept by another tool, and imported".to_owned()),
    }
}

/// Where the figure of a cost comes from.
fn cost_source(cost: &CostRecord) -> String {
    let list = cost.list.as_deref().unwrap_or("a list");
    match cost.source {
        CostSource::Service => "the service's own account".to_owned(),
        CostSource::List => format!("list prices: {}", text::label(list)),
        CostSource::Energy => "the energy it took".to_owned(),
    }
}

fn groups(attempt: &Attempt) -> Vec<Group> {
    let request = &attempt.request;
    let float = |value: Option<f32>| value.map(|value| text::decimal(shortest(value)));
    let integer = |value: Option<u32>| value.map(|value| text::count(u64::from(value)));
    let mut groups = vec![Group {
        title: "Request",
        facts: facts([
            ("The reply was", origin(attempt.origin)),
            ("Found in", attempt.import.as_ref().map(|i| text::label(&format!("{} {}", i.from, i.id)))),
            ("Temperature", float(request.sampling.temperature)),
            ("Top k", integer(request.sampling.top_k)),
            ("Top p", float(request.sampling.top_p)),
            ("Min p", float(request.sampling.min_p)),
            ("Repetition penalty", float(request.sampling.repeat_penalty)),
            ("Most tokens", integer(request.sampling.max_tokens)),
            ("Effort", request.sampling.effort.as_deref().map(text::label)),
            ("Thinking", request.sampling.thinking.map(|on| if on { "asked for" } else { "off" }.to_owned())),
            ("Seed", request.seed.map(|seed| seed.to_string())),
            ("Seed of the run", request.run_seed.map(|seed| seed.to_string())),
        ]),
    }];
    let timing = &attempt.timing;
    let alongside = timing.batch.map(|others| match others {
        0 => "alone".to_owned(),
        others => format!("with up to {} in the same steps", text::plural(u64::from(others), "other")),
    });
    groups.push(Group {
        title: "Tokens and time",
        facts: facts([
            ("Ended", Some(words::outcome(attempt.outcome).to_owned())),
            ("Prompt", attempt.usage.input.map(|tokens| text::plural(tokens, "token"))),
            ("From a cache", attempt.usage.cached.filter(|n| *n > 0).map(|n| text::plural(n, "token"))),
            ("Reply", attempt.usage.output.map(|tokens| text::plural(tokens, "token"))),
            ("Reasoning", attempt.usage.reasoning.map(|tokens| text::plural(tokens, "token"))),
            ("Started", Some(text::moment(timing.started))),
            ("First token after", timing.first_token.map(text::seconds)),
            // Told where reasoning came first.
            (
                "Answer began after",
                timing.first_text.filter(|t| timing.first_token < Some(*t)).map(text::seconds),
            ),
            ("Whole reply after", timing.total.map(text::seconds)),
            ("Speed", timing.tokens_per_second.map(speed_in_words)),
            ("Decoded", alongside),
            ("Cost by", attempt.cost.as_ref().map(cost_source)),
            ("Cost by the list", attempt.cost.as_ref().and_then(|cost| cost.listed).map(dollars)),
            ("Energy", attempt.joules.map(|joules| format!("{} J", text::decimal(tenths(joules))))),
        ]),
    });
    if let Some(svg) = attempt.check.as_ref().and_then(|check| check.svg.as_ref()) {
        let size = svg.width.zip(svg.height);
        groups.push(Group {
            title: "Drawing",
            facts: facts([
                ("Length", Some(size::words(svg.bytes as u64))),
                ("Elements", svg.elements.map(|elements| text::count(elements as u64))),
                ("Size", size.map(|(w, h)| format!("{} × {}", text::decimal(w), text::decimal(h)))),
                ("Candidates in the reply", attempt.check.as_ref().map(|c| c.candidates.len().to_string())),
            ]),
        });
    }
    if let Some(engine) = &attempt.engine {
        groups.push(Group {
            title: "Engine",
            facts: facts([
                ("File", Some(text::label(&engine.file))),
                ("Length", Some(size::words(engine.bytes))),
                ("BLAKE3", Some(text::label(&engine.hash))),
                ("Architecture", Some(text::label(&engine.architecture))),
                ("Quantization", Some(text::label(&engine.quantization))),
                ("Threads", Some(engine.threads.to_string())),
                ("Kernels", Some(text::label(&engine.kernels))),
                ("Arithmetic", Some(text::label(&engine.arithmetic))),
            ]),
        });
    }
    if let Some(service) = &attempt.service {
        groups.push(Group { title: "Service", facts: of_service(service) });
    }
    let (host, tool) = (&attempt.host, &attempt.tool);
    // Nobody knows where an imported reply was asked for.
    let asked = attempt.origin != Origin::Imported;
    groups.push(Group {
        title: "Made by",
        facts: facts([
            ("Tool", Some(text::label(&format!("{} {}", tool.name, tool.version)))),
            ("Renderer", Some(text::label(&tool.renderer))),
            ("Host", asked.then(|| text::label(&format!("{} on {}", host.os, host.arch)))),
            ("Processor", host.cpu.as_deref().map(text::label)),
            ("Cores", asked.then(|| host.cores.to_string())),
            ("Run", Some(attempt.run.to_string())),
            ("Attempt", Some(attempt.id.to_string())),
            ("Prompt's BLAKE3", Some(text::label(&attempt.prompt.hash))),
        ]),
    });
    groups.retain(|group| !group.facts.is_empty());
    groups
}

fn of_service(service: &ServiceRecord) -> Vec<Fact> {
    let label = |text: &Option<String>| text.as_deref().map(text::label);
    let waited: f64 = service.tries.iter().filter_map(|failed| failed.waited).sum();
    let failed = (!service.tries.is_empty()).then(|| {
        let requests = text::plural(service.tries.len() as u64, "request");
        format!("{requests} failed, {} waited", text::seconds(waited))
    });
    let version = service.headers.get("anthropic-version");
    facts([
        ("Protocol", Some(text::label(&service.dialect))),
        ("Version", version.map(|version| text::label(version))),
        ("Address", Some(text::label(&service.endpoint))),
        ("Status", service.status.map(|status| status.to_string())),
        ("Answered by", label(&service.upstream)),
        ("Class", label(&service.tier)),
        ("Its word for the end", label(&service.stop)),
        ("Its id of the reply", label(&service.response_id)),
        ("Failures", failed),
        ("Cost, by its account", service.cost.map(|cost| format!("${}", text::decimal(cost)))),
    ])
}

/// The number that a person would write for this `f32`: 0.8, not 0.800000012.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
