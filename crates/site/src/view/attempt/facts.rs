//! The facts on an attempt's page: those of its label, and all others by groups.

use pelicycle_record::{Attempt, CostRecord, CostSource, EngineRecord, LOCAL, ReplyOrigin, ServiceRecord};
use pelicycle_text::{self as text, dollars, size};
use serde::Serialize;

use crate::view::figures::{Fact, facts, speed_in_words};
use crate::view::words;

/// Facts of one subject.
#[derive(Debug, Serialize)]
pub(super) struct FactGroup {
    title: &'static str,
    facts: Vec<Fact>,
}

/// The facts on the label beside the drawing, as a museum has one.
pub(super) fn plate(attempt: &Attempt) -> Vec<Fact> {
    let contestant = &attempt.contestant;
    facts([
        ("Model", Some(text::label(&contestant.model))),
        ("Answered as", contestant.served.as_deref().map(text::label)),
        ("Provider", Some(provider(&contestant.provider))),
        ("Date", Some(text::day(attempt.timing.started))),
        ("Sample", Some(format!("no. {}", attempt.sample))),
        ("Look", attempt.look.as_ref().map(|look| format!("no. {} of at most {}", look.number, look.bound))),
        ("Reply", attempt.usage.output.map(|tokens| text::plural(tokens, "token"))),
        ("Time", attempt.timing.total.map(text::seconds)),
        ("Cost", attempt.cost.as_ref().map(|cost| dollars(cost.usd))),
        ("Released", contestant.released.map(text::date)),
    ])
}

fn provider(name: &str) -> String {
    if name == LOCAL { "local, in this program's own engine".to_owned() } else { text::label(name) }
}

/// The origin of a reply in words, where it was not simply asked for.
fn origin(origin: ReplyOrigin) -> Option<String> {
    match origin {
        ReplyOrigin::Asked => None,
        ReplyOrigin::Given => Some("given as a file, not asked for by this program".to_owned()),
        ReplyOrigin::Batch => Some("part of a batch: nobody waited for it".to_owned()),
        ReplyOrigin::Imported => Some("asked and kept by another tool, and imported".to_owned()),
    }
}

/// The source of a cost's figure, in words.
fn cost_source(cost: &CostRecord) -> String {
    let list = cost.list.as_deref().unwrap_or("a list");
    match cost.source {
        CostSource::Service => "the service's own account".to_owned(),
        CostSource::List => format!("list prices: {}", text::label(list)),
        CostSource::Energy => "the energy it took".to_owned(),
    }
}

/// All else that is known, by groups; those without a fact are left out.
pub(super) fn groups(attempt: &Attempt) -> Vec<FactGroup> {
    let groups = [
        ("Request", request(attempt)),
        ("Tokens and time", tokens_and_time(attempt)),
        ("Drawing", drawing(attempt)),
        ("Engine", attempt.engine.as_ref().map(engine).unwrap_or_default()),
        ("Service", attempt.service.as_ref().map(service).unwrap_or_default()),
        ("Made by", made_by(attempt)),
    ];
    let groups = groups.into_iter().filter(|(_, facts)| !facts.is_empty());
    groups.map(|(title, facts)| FactGroup { title, facts }).collect()
}

fn request(attempt: &Attempt) -> Vec<Fact> {
    let request = &attempt.request;
    let float = |value: Option<f32>| value.map(|value| text::decimal(shortest(value)));
    let integer = |value: Option<u32>| value.map(|value| text::count(u64::from(value)));
    facts([
        ("The reply was", origin(attempt.origin)),
        ("Imported from", attempt.import.as_ref().map(|i| text::label(&format!("{} {}", i.from, i.id)))),
        ("Text of the look", attempt.look.as_ref().map(|look| text::label(&look.text))),
        ("Picture that was shown, BLAKE3", attempt.look.as_ref().map(|look| text::label(&look.picture))),
        ("Temperature", float(request.sampling.temperature)),
        ("Top k", integer(request.sampling.top_k)),
        ("Top p", float(request.sampling.top_p)),
        ("Min p", float(request.sampling.min_p)),
        ("Repetition penalty", float(request.sampling.repeat_penalty)),
        ("Limit of tokens", integer(request.sampling.max_tokens)),
        ("Context", integer(request.sampling.context)),
        ("Effort", request.sampling.effort.as_deref().map(text::label)),
        ("Thinking", request.sampling.thinking.map(|on| if on { "asked for" } else { "off" }.to_owned())),
        ("Seed", request.seed.map(|seed| seed.to_string())),
        ("Seed of the run", request.run_seed.map(|seed| seed.to_string())),
    ])
}

fn tokens_and_time(attempt: &Attempt) -> Vec<Fact> {
    let timing = &attempt.timing;
    let alongside = timing.batch.map(|others| match others {
        0 => "alone".to_owned(),
        others => format!("with up to {} in the same steps", text::plural(u64::from(others), "other")),
    });
    facts([
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
        ("Speed", attempt.speed().map(speed_in_words)),
        ("Written", alongside),
        (
            "Busy machine",
            timing.host_load.filter(|_| timing.is_loaded()).map(|share| {
                format!("other programs took {:.0} % of it, so the times say little", share * 100.0)
            }),
        ),
        ("Cost by", attempt.cost.as_ref().map(cost_source)),
        ("Cost by the list", attempt.cost.as_ref().and_then(|cost| cost.listed).map(dollars)),
        ("Energy", attempt.joules.map(|joules| format!("{} J", text::decimal(tenths(joules))))),
    ])
}

fn drawing(attempt: &Attempt) -> Vec<Fact> {
    let Some(check) = &attempt.check else { return Vec::new() };
    let Some(svg) = &check.svg else { return Vec::new() };
    let size = svg.width.zip(svg.height);
    facts([
        ("Length", Some(size::words(svg.bytes as u64))),
        ("Elements", svg.elements.map(|elements| text::count(elements as u64))),
        ("Size", size.map(|(w, h)| format!("{} × {}", text::decimal(w), text::decimal(h)))),
        ("Drawings in the reply", Some(check.candidates.len().to_string())),
    ])
}

fn engine(engine: &EngineRecord) -> Vec<Fact> {
    facts([
        ("File", Some(text::label(&engine.file))),
        ("Length", Some(size::words(engine.bytes))),
        ("BLAKE3", Some(text::label(&engine.hash))),
        ("Architecture", Some(text::label(&engine.architecture))),
        ("Quantization", Some(text::label(&engine.quantization))),
        ("Threads", Some(engine.threads.to_string())),
        ("Kernels", Some(text::label(&engine.kernels))),
        ("Arithmetic", Some(text::label(&engine.arithmetic))),
    ])
}

fn made_by(attempt: &Attempt) -> Vec<Fact> {
    let (host, tool) = (&attempt.host, &attempt.tool);
    // Nobody knows where an imported reply was asked for.
    let asked = attempt.origin != ReplyOrigin::Imported;
    facts([
        ("Tool", Some(text::label(&format!("{} {}", tool.name, tool.version)))),
        ("Renderer", Some(text::label(&tool.renderer))),
        ("Host", asked.then(|| text::label(&format!("{} on {}", host.os, host.arch)))),
        ("Processor", host.cpu.as_deref().map(text::label)),
        ("Cores", asked.then(|| host.cores.to_string())),
        ("Run", Some(attempt.run.to_string())),
        ("Attempt", Some(attempt.id.to_string())),
        ("Prompt's BLAKE3", Some(text::label(&attempt.prompt.hash))),
    ])
}

fn service(service: &ServiceRecord) -> Vec<Fact> {
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
        ("Service tier", label(&service.tier)),
        ("Its reason for the end", label(&service.stop)),
        ("Its name for the reply", label(&service.response_id)),
        ("Failures", failed),
        ("Cost, as it says", service.cost.map(|cost| format!("${}", text::decimal(cost)))),
    ])
}

/// The number that a person would write for this `f32`: 0.8, not 0.800000012.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
