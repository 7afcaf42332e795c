//! `run --dry-run`: what a run would ask, and what that would cost.

use std::collections::BTreeMap;

use super::say;
use super::settle::Wanted;
use crate::cli::opener::{Opener, Refusal, given_replies};
use crate::cli::terminal::printable;
use pelicycle_record::SamplingSettings;
use pelicycle_run::contestant::{Contestant, Model};
use pelicycle_run::{Plan, Tariff};
use pelicycle_store::Store;
use pelicycle_text as text;
use pelicycle_text::dollars;

/// Tokens of a reply of a model that was never asked: a drawing of some four kilobytes.
const REPLY: u64 = 1_500;

/// The same of one that is asked to think, whose thinking is most of it.
const THOUGHTFUL_REPLY: u64 = 6_000;

/// What a contestant is going to be asked.
struct Row {
    label: String,
    samples: u64,
    input: u64,
    output: u64,
    /// Replies that the length is known from.
    known: usize,
    about: Option<f64>,
    most: Option<f64>,
    remark: String,
}

/// Prints the matrix. Nothing is asked, no model is opened, nothing is written.
pub(super) fn forecast(store: &Store, wanted: Wanted, opener: &Opener) -> Result<(), Refusal> {
    let Wanted { mut run, all } = wanted;
    let prompts: Vec<String> = run.prompts.iter().map(|prompt| prompt.id.clone()).collect();
    let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
    for ((_, found), who) in all.iter().zip(&mut run.contestants) {
        if let Model::Given(given) = &found.model {
            let replies = given_replies(given, &prompts)?;
            who.samples = Some(prompts.iter().map(|prompt| replies.count(prompt)).collect());
        }
    }
    let lengths = lengths(store)?;
    let plan = Plan::whole(run);
    let mut rows = Vec::new();
    for index in plan.needed() {
        let (one, found) = &all[index];
        let who = &plan.run.contestants[index];
        let (tariff, remark) = priced(found, one.entry.price.as_ref(), opener);
        let mut row = Row {
            label: who.record.label.clone(),
            samples: 0,
            input: 0,
            output: 0,
            known: 0,
            about: Some(0.0),
            most: Some(0.0),
            remark,
        };
        let (each, known) = length(&who.request.sampling, lengths.get(&who.record.slug).map(Vec::as_slice));
        row.known = known;
        for cell in plan.cells.iter().filter(|cell| cell.contestant == index) {
            let prompt = &plan.run.prompts[cell.prompt].text;
            // A token of English is about four letters, and a template adds a few.
            let input = prompt.len() as u64 / 4 + 8;
            row.samples += 1;
            if found.is_given() {
                continue;
            }
            row.input += input;
            row.output += each;
            let add = |sum: Option<f64>, cost: Option<f64>| sum.zip(cost).map(|(sum, cost)| sum + cost);
            row.about = add(row.about, tariff.forecast(input, each, plan.run.batch));
            row.most = add(row.most, tariff.most(prompt, &who.request.sampling, plan.run.batch));
        }
        rows.push(row);
    }
    print(&plan, &rows);
    Ok(())
}

/// What a contestant is charged by, and what a person should know of it.
fn priced(
    found: &Contestant,
    own_price: Option<&pelicycle_record::Rates>,
    opener: &Opener,
) -> (Tariff, String) {
    match &found.model {
        Model::Given(_) => (Tariff::Energy { usd_per_kwh: None }, "given, not asked".to_owned()),
        Model::Local(_) => (opener.tariff(found, own_price, None), "this machine's energy".to_owned()),
        Model::Remote => {
            let (remote, remark) = match opener.remote(found) {
                Ok(remote) => (Some(remote), None),
                Err(error) => (None, Some(error.to_string())),
            };
            let tariff = opener.tariff(found, own_price, remote.as_ref());
            let of_tariff = match &tariff {
                Tariff::Unknown => "no price is known".to_owned(),
                Tariff::Tokens { list, .. } => format!("prices: {list}"),
                Tariff::Energy { .. } => "this machine's energy".to_owned(),
            };
            (tariff, remark.unwrap_or(of_tariff))
        }
    }
}

/// Lengths of earlier replies, by contestant.
fn lengths(store: &Store) -> Result<BTreeMap<String, Vec<u64>>, Refusal> {
    let mut lengths: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for stored in store.list().map_err(anyhow::Error::from)?.attempts {
        if let Some(output) = stored.attempt.usage.output {
            lengths.entry(stored.attempt.contestant.slug).or_default().push(output);
        }
    }
    Ok(lengths)
}

/// Tokens that a reply is likely to have, and how many earlier ones that is known from.
fn length(sampling: &SamplingSettings, earlier: Option<&[u64]>) -> (u64, usize) {
    let (likely, known) = match earlier {
        Some(earlier) if !earlier.is_empty() => {
            let mut sorted = earlier.to_vec();
            sorted.sort_unstable();
            (sorted[sorted.len() / 2], sorted.len())
        }
        _ if sampling.thinking == Some(true) || sampling.effort.is_some() => (THOUGHTFUL_REPLY, 0),
        _ => (REPLY, 0),
    };
    (sampling.max_tokens.map_or(likely, |most| likely.min(u64::from(most))), known)
}

fn print(plan: &Plan, rows: &[Row]) {
    let usd = |cost: Option<f64>| cost.map_or_else(|| "unknown".to_owned(), dollars);
    let mut lines =
        vec![["model", "samples", "tokens in", "tokens out", "about", "at most", ""].map(str::to_owned)];
    for row in rows {
        let from = match row.known {
            0 => "length guessed".to_owned(),
            known => format!("length of {known} earlier"),
        };
        lines.push([
            printable(&row.label).into_owned(),
            row.samples.to_string(),
            row.input.to_string(),
            row.output.to_string(),
            usd(row.about),
            usd(row.most),
            printable(&format!("{from}; {}", row.remark)).into_owned(),
        ]);
    }
    let sum = |of: fn(&Row) -> Option<f64>| rows.iter().map(of).sum::<Option<f64>>();
    let unknown = rows.iter().filter(|row| row.about.is_none()).count();
    say(&text::table(&lines).join("\n"));
    let known: f64 = rows.iter().filter_map(|row| row.about).sum();
    say(&match unknown {
        0 => format!(
            "{} requests, about {}, at most {}",
            plan.cells.len(),
            usd(sum(|row| row.about)),
            usd(sum(|row| row.most))
        ),
        n => {
            format!("{} requests, about {} and what {n} of the models cost", plan.cells.len(), dollars(known))
        }
    });
    say("nothing was asked");
}
