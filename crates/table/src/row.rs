//! The row of an attempt: what a table of attempts tells of each, in one place for all formats and for the gallery.

use std::collections::BTreeSet;

use pelicycle_record::{Attempt, Check, LookRecord, SvgFacts};
use serde::Serialize;

use super::{ColumnHeading, ColumnKind, TableCell};

/// A column: its head, and how it is read from a record.
struct Column {
    heading: ColumnHeading,
    read: fn(&Attempt) -> TableCell<'_>,
}

const fn column(
    name: &'static str,
    kind: ColumnKind,
    about: &'static str,
    read: fn(&Attempt) -> TableCell<'_>,
) -> Column {
    Column { heading: ColumnHeading { name, kind, about }, read }
}

/// The heads of all columns, in their order.
#[must_use]
pub fn headings() -> Vec<ColumnHeading> {
    COLUMNS.iter().map(|column| column.heading).collect()
}

/// The row of an attempt, in the order of [`headings`].
#[must_use]
pub fn row(attempt: &Attempt) -> Vec<TableCell<'_>> {
    COLUMNS.iter().map(|column| (column.read)(attempt)).collect()
}

/// The word that a record has for one of its kinds of things.
fn word(value: impl Serialize) -> TableCell<'static> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.into(),
        _ => TableCell::Absent,
    }
}

fn check<'a, T: Into<TableCell<'a>>>(
    attempt: &'a Attempt,
    read: impl FnOnce(&'a Check) -> T,
) -> TableCell<'a> {
    attempt.check.as_ref().map(read).into()
}

fn look<'a, T: Into<TableCell<'a>>>(
    attempt: &'a Attempt,
    read: impl FnOnce(&'a LookRecord) -> T,
) -> TableCell<'a> {
    attempt.look.as_ref().map(read).into()
}

fn svg(attempt: &Attempt) -> Option<&SvgFacts> {
    attempt.check.as_ref().and_then(|check| check.svg.as_ref())
}

/// The codes of all findings, each once.
fn codes(check: &Check) -> String {
    let codes: BTreeSet<&str> = check.findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.into_iter().collect::<Vec<_>>().join(" ")
}

use ColumnKind::{Day, Moment, Number, Text, Truth, Whole};

static COLUMNS: [Column; 73] = [
    column("id", Text, "The attempt's identifier; identifiers sort by time.", |a| a.id.as_str().into()),
    column("path", Text, "Its folder in the results.", |a| {
        format!("{}/{}/{}", a.prompt.id, a.contestant.slug, a.id).into()
    }),
    column("run", Text, "The invocation that made it.", |a| a.run.as_str().into()),
    column("started", Moment, "When the request was sent.", |a| a.timing.started.into()),
    column("prompt", Text, "The prompt's id.", |a| (&a.prompt.id).into()),
    column("prompt_title", Text, "The prompt's title at that time.", |a| (&a.prompt.title).into()),
    column("prompt_family", Text, "The prompt's family at that time.", |a| (&a.prompt.family).into()),
    column("prompt_hash", Text, "BLAKE3 of the prompt's text: with its id, its identity.", |a| {
        (&a.prompt.hash).into()
    }),
    column("prompt_text", Text, "The exact text.", |a| (&a.prompt.text).into()),
    column("animal", Text, "The animal asked for, in a grid of animals and vehicles.", |a| {
        a.prompt.animal.as_ref().into()
    }),
    column("vehicle", Text, "What it was to ride, likewise.", |a| a.prompt.vehicle.as_ref().into()),
    column("contestant", Text, "The contestant's slug, its folder under the prompt's.", |a| {
        (&a.contestant.slug).into()
    }),
    column("label", Text, "The contestant's name for people.", |a| (&a.contestant.label).into()),
    column("provider", Text, "Who served it; `local` is the engine inside.", |a| {
        (&a.contestant.provider).into()
    }),
    column("model", Text, "The model as asked for.", |a| (&a.contestant.model).into()),
    column("served", Text, "The model as the service named it in its answer.", |a| {
        a.contestant.served.as_ref().into()
    }),
    column("released", Day, "The day the model came out, where that was said.", |a| {
        a.contestant.released.into()
    }),
    column("demonstration", Truth, "A demonstration or test fixture, not a contestant.", |a| {
        a.contestant.demonstration.into()
    }),
    column("sample", Whole, "Which of the run's samples, from 1.", |a| a.sample.into()),
    column(
        "look",
        Whole,
        "Which look at the first attempt it is, from 1; absent for a first attempt.",
        |a| look(a, |look| look.number),
    ),
    column("look_parent", Text, "The attempt whose picture the model was shown.", |a| {
        look(a, |look| look.parent.as_str())
    }),
    column("look_first", Text, "The first attempt, with which the looks began.", |a| {
        look(a, |look| look.first.as_str())
    }),
    column("look_bound", Whole, "The most looks that the run allowed.", |a| look(a, |look| look.bound)),
    column("look_text", Text, "Version of the text that went with the picture.", |a| {
        look(a, |look| &look.text)
    }),
    column("look_picture", Text, "BLAKE3 of the PNG that was shown.", |a| look(a, |look| &look.picture)),
    column("look_done", Truth, "Whether the model said that it is done instead of drawing anew.", |a| {
        look(a, |look| look.done)
    }),
    column("origin", Text, "How the reply was had: asked, given, batch or imported.", |a| word(a.origin)),
    column("outcome", Text, "How the request ended.", |a| word(a.outcome)),
    column("error", Text, "What went wrong, in words.", |a| a.error.as_ref().into()),
    column("verdict", Text, "What the check says of the reply, strict on its bytes.", |a| {
        a.check.as_ref().map_or(TableCell::Absent, |check| word(check.verdict))
    }),
    column("drawn", Truth, "Whether the verdict is `drawn`.", |a| check(a, Check::is_drawn)),
    column("draws_resvg", Truth, "Whether our renderer shows a picture.", |a| check(a, |c| c.draws.resvg)),
    column("draws_browser", Truth, "Whether a browser would.", |a| check(a, |c| c.draws.browser)),
    column("repair", Text, "The repair that makes a picture of a malformed drawing.", |a| {
        a.check.as_ref().and_then(|c| c.repair.as_ref()).into()
    }),
    column("candidates", Whole, "Stretches of the reply that may be a drawing.", |a| {
        check(a, |c| c.candidates.len())
    }),
    column("findings", Whole, "How many things the check found worth telling.", |a| {
        check(a, |c| c.findings.len())
    }),
    column("finding_codes", Text, "Their codes, each once, with spaces between.", |a| check(a, codes)),
    column("svg_bytes", Whole, "Length of the drawing.", |a| svg(a).map(|svg| svg.bytes).into()),
    column("svg_width", Number, "Width it asks for, in user units.", |a| {
        svg(a).and_then(|svg| svg.width).into()
    }),
    column("svg_height", Number, "Height it asks for, in user units.", |a| {
        svg(a).and_then(|svg| svg.height).into()
    }),
    column("elements", Whole, "Elements of the drawing.", |a| svg(a).and_then(|svg| svg.elements).into()),
    column("reply_bytes", Whole, "Length of the reply.", |a| a.reply.as_ref().map(|text| text.bytes).into()),
    column("reply_hash", Text, "BLAKE3 of the reply.", |a| a.reply.as_ref().map(|text| &text.hash).into()),
    column("thinking_bytes", Whole, "Length of the reasoning text.", |a| {
        a.thinking.as_ref().map(|text| text.bytes).into()
    }),
    column("input_tokens", Whole, "Tokens of the prompt.", |a| a.usage.input.into()),
    column("cached_tokens", Whole, "Those of them that were read from a cache.", |a| a.usage.cached.into()),
    column("output_tokens", Whole, "Tokens of the reply, reasoning included.", |a| a.usage.output.into()),
    column("reasoning_tokens", Whole, "Those of them that were reasoning.", |a| a.usage.reasoning.into()),
    column("head_seconds", Number, "Seconds to the head of a service's answer.", |a| a.timing.head.into()),
    column("first_token_seconds", Number, "Seconds to the first token.", |a| a.timing.first_token.into()),
    column("first_text_seconds", Number, "Seconds to the first text of the answer.", |a| {
        a.timing.first_text.into()
    }),
    column("seconds", Number, "Seconds to the end of the reply.", |a| a.timing.total.into()),
    column("tokens_per_second", Number, "Tokens a second between the first token and the last.", |a| {
        a.speed().into()
    }),
    column("batch", Whole, "Other requests that decoded in the same steps, at most.", |a| {
        a.timing.batch.into()
    }),
    column("cost_usd", Number, "What it cost, in US dollars.", |a| a.cost.as_ref().map(|c| c.usd).into()),
    column("cost_source", Text, "Where that figure comes from.", |a| {
        a.cost.as_ref().map_or(TableCell::Absent, |cost| word(cost.source))
    }),
    column("joules", Number, "Energy that this machine's counters counted.", |a| a.joules.into()),
    column("seed", Whole, "The sample's seed; below 2^53 unless another tool chose it.", |a| {
        a.request.seed.into()
    }),
    column("temperature", Number, "Softmax temperature.", |a| a.request.sampling.temperature.into()),
    column("top_k", Whole, "Bound on the choice by number.", |a| a.request.sampling.top_k.into()),
    column("top_p", Number, "Bound on the choice by share.", |a| a.request.sampling.top_p.into()),
    column("max_tokens", Whole, "Bound on the tokens of a reply.", |a| a.request.sampling.max_tokens.into()),
    column("thinking", Truth, "Whether the model was asked to think first.", |a| {
        a.request.sampling.thinking.into()
    }),
    column("effort", Text, "How hard it was asked to think.", |a| a.request.sampling.effort.as_ref().into()),
    column("architecture", Text, "A local model's architecture.", |a| {
        a.engine.as_ref().map(|engine| &engine.architecture).into()
    }),
    column("quantization", Text, "Most of its weights' tensor type.", |a| {
        a.engine.as_ref().map(|engine| &engine.quantization).into()
    }),
    column("model_bytes", Whole, "Length of its file.", |a| {
        a.engine.as_ref().map(|engine| engine.bytes).into()
    }),
    column("model_hash", Text, "BLAKE3 of its file.", |a| {
        a.engine.as_ref().map(|engine| &engine.hash).into()
    }),
    column("expert_evenness", Number, "How evenly the reply took the experts, from 0 to 1.", |a| {
        a.experts.as_ref().map(|experts| experts.evenness).into()
    }),
    column("cpu", Text, "The processor of the machine that asked.", |a| a.host.cpu.as_ref().into()),
    column("tool", Text, "The program that made the record.", |a| (&a.tool.name).into()),
    column("tool_version", Text, "Its version.", |a| (&a.tool.version).into()),
    column("renderer", Text, "The renderer behind the verdict and the raster.", |a| {
        (&a.tool.renderer).into()
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_every_program_takes_and_no_two_are_alike() {
        let names: BTreeSet<&str> = COLUMNS.iter().map(|column| column.heading.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
        let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(names.iter().all(plain), "{names:?}");
    }
}
