//! The differences between two sides besides the model: each of them may be why one draws better.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_record::{Attempt, ReplyOrigin};
use pelicycle_text::{count, plural};
use serde::Serialize;
use serde_json::Value;

use super::sides::PairedSides;

/// Values of a condition that are named one by one.
const NAMED: usize = 3;
/// The word for a condition that no attempt of a side tells.
const NOT_TOLD: &str = "not told";
/// The word for a setting that was not sent.
const NOT_SET: &str = "not set";
/// Shares of a setting's value that differ by less are chance of what was counted.
const SAME_SHARE: f64 = 0.1;

/// A condition in which two sides differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionDifference {
    /// The condition: a setting by its name, `prompt`, `tool`, `renderer`, `host`, `served`, …
    pub what: String,
    /// Its values on the first side and how many attempts have each, the most frequent first.
    pub base: Vec<(String, usize)>,
    /// Its values on the second side.
    pub head: Vec<(String, usize)>,
}

/// The differences between the conditions of two sides, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ConditionDifferences {
    /// The conditions in which the sides differ; settings first.
    pub differ: Vec<ConditionDifference>,
    /// Attempts of each side whose settings nobody wrote down.
    pub unknown_settings: (usize, usize),
    /// Ids of prompts that both sides answered in different words, which are not held against each other.
    pub edited_prompts: Vec<String>,
}

/// Reads one condition off an attempt; none where it is not known.
type ConditionReader = fn(&Attempt) -> Option<String>;

/// Conditions besides the settings.
const READ: [(&str, ConditionReader); 10] = [
    ("raster", |attempt| Some(format!("{} px", attempt.prompt.raster))),
    ("service", |attempt| Some(attempt.contestant.provider.clone())),
    ("served model", |attempt| attempt.contestant.served.clone()),
    ("obtained", |attempt| Some(origin(attempt.origin).to_owned())),
    ("requests at once", |attempt| attempt.timing.batch.map(|batch| batch.to_string())),
    ("kernels", |attempt| attempt.engine.as_ref().map(|engine| engine.kernels.clone())),
    ("arithmetic", |attempt| attempt.engine.as_ref().map(|engine| engine.arithmetic.clone())),
    ("tool", |attempt| Some(format!("{} {}", attempt.tool.name, attempt.tool.version))),
    ("renderer", |attempt| {
        let checked = attempt.rechecked.as_ref().unwrap_or(&attempt.tool);
        attempt.check.as_ref().map(|_| checked.renderer.clone())
    }),
    ("host", host),
];

fn origin(origin: ReplyOrigin) -> &'static str {
    match origin {
        ReplyOrigin::Asked => "asked and waited for",
        ReplyOrigin::Given => "given as a file",
        ReplyOrigin::Batch => "in a batch",
        ReplyOrigin::Imported => "imported",
    }
}

fn host(attempt: &Attempt) -> Option<String> {
    let host = &attempt.host;
    if host.os.is_empty() {
        return None;
    }
    let cpu = host.cpu.as_deref().map(|cpu| format!(", {cpu}")).unwrap_or_default();
    Some(format!("{} {}{cpu}, {}", host.os, host.arch, plural(u64::from(host.cores), "core")))
}

/// The settings that went with a request, by their names, seeds left out; none where nobody wrote them down.
fn settings(attempt: &Attempt) -> Option<BTreeMap<String, String>> {
    let bare = pelicycle_record::RequestRecord { seed: None, run_seed: None, ..attempt.request.clone() };
    let Ok(Value::Object(fields)) = serde_json::to_value(&bare) else { return None };
    let unknown = matches!(attempt.origin, ReplyOrigin::Imported | ReplyOrigin::Given);
    if fields.is_empty() && unknown {
        return None;
    }
    let mut found = BTreeMap::new();
    for (name, value) in fields {
        match value {
            Value::Object(body) if name == "body" => {
                found.extend(body.into_iter().map(|(name, value)| (name, word(&value))));
            }
            value => drop(found.insert(name.replace('_', " "), word(&value))),
        }
    }
    Some(found)
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // A temperature is kept in single precision.
        Value::Number(number) => match number.as_f64() {
            Some(number) => pelicycle_text::decimal((number * 1e4).round() / 1e4),
            None => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// Values and how often each came, the most frequent first.
fn counted(values: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Whether a value is on one side only, or on both in other shares.
fn differ(base: &[(String, usize)], head: &[(String, usize)]) -> bool {
    let all = |side: &[(String, usize)]| side.iter().map(|(_, count)| *count).sum::<usize>().max(1) as f64;
    let share = |side: &[(String, usize)], value: &str| {
        let count = side.iter().find(|(known, _)| known == value).map_or(0, |(_, count)| *count);
        count as f64 / all(side)
    };
    let names = base.iter().chain(head).map(|(value, _)| value.as_str());
    names.into_iter().any(|value| {
        let (base, head) = (share(base, value), share(head, value));
        (base == 0.0) != (head == 0.0) || (base - head).abs() >= SAME_SHARE
    })
}

impl ConditionDifferences {
    /// The conditions of two sides.
    #[must_use]
    pub fn of(sides: &PairedSides<'_>) -> ConditionDifferences {
        let both = sides.both();
        let kept = both.each_ref().map(|attempts| {
            attempts
                .iter()
                .map(|attempt| settings(attempt))
                .collect::<Vec<Option<BTreeMap<String, String>>>>()
        });
        let names: BTreeSet<&String> =
            kept.iter().flatten().flatten().flat_map(|settings| settings.keys()).collect();
        let mut found = Vec::new();
        // What is on both sides in the same shares is no difference; what only one side tells may be one.
        let mut add = |what: &str, both: [Vec<(String, usize)>; 2]| {
            let [base, head] = both;
            if differ(&base, &head) {
                found.push(ConditionDifference { what: what.to_owned(), base, head });
            }
        };
        // The temperature first, and how hard it was to think.
        let mut names: Vec<&String> = names.into_iter().collect();
        names.sort_by_key(|name| (name.as_str() != "temperature", name.as_str() != "effort"));
        for name in names {
            let values = kept.each_ref().map(|side| {
                let value = |settings: &BTreeMap<String, String>| {
                    settings.get(name).cloned().unwrap_or_else(|| NOT_SET.to_owned())
                };
                counted(side.iter().flatten().map(value))
            });
            // Settings that nobody wrote down are told as such, once.
            if values.iter().all(|values| !values.is_empty()) {
                add(name, values);
            }
        }
        for (what, read) in READ {
            add(what, both.each_ref().map(|side| counted(side.iter().filter_map(|attempt| read(attempt)))));
        }
        let unknown = kept.each_ref().map(|side| side.iter().filter(|settings| settings.is_none()).count());
        ConditionDifferences {
            differ: found,
            unknown_settings: (unknown[0], unknown[1]),
            edited_prompts: sides.edited_prompts.clone(),
        }
    }

    /// Each in a line, for whoever reads what follows.
    #[must_use]
    pub fn words(&self, base: &str, head: &str) -> Vec<String> {
        let mut lines: Vec<String> = self.differ.iter().map(ConditionDifference::words).collect();
        for prompt in &self.edited_prompts {
            lines.push(format!("prompt {prompt}: in other words on each side, and not compared"));
        }
        let (unknown, others) = self.unknown_settings;
        if unknown + others > 0 {
            lines.push(format!(
                "settings: not known of {} of {base} and {} of {head}, which were imported",
                plural(unknown as u64, "attempt"),
                count(others as u64)
            ));
        }
        lines
    }
}

impl ConditionDifference {
    fn words(&self) -> String {
        let side = |values: &[(String, usize)]| {
            if values.is_empty() {
                return NOT_TOLD.to_owned();
            }
            let several = values.len() > 1;
            let one = |(value, times): &(String, usize)| match several {
                true => format!("{value} ({})", count(*times as u64)),
                false => value.clone(),
            };
            let mut named: Vec<String> = values.iter().take(NAMED).map(one).collect();
            if values.len() > NAMED {
                named.push(format!("{} others", values.len() - NAMED));
            }
            named.join(", ")
        };
        format!("{}: {} → {}", self.what, side(&self.base), side(&self.head))
    }
}
