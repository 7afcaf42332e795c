//! `run --dry-run`: what a run would ask, and what that would cost.

use pelicycle_run::{ContestantForecast, CostBasis, RunForecast};
use pelicycle_text as text;
use pelicycle_text::dollars;

use super::say;
use crate::cli::output::say_table;
use crate::cli::terminal::printable;

/// Prints the matrix.
pub(super) fn print(forecast: &RunForecast) {
    let mut lines =
        vec![["model", "samples", "tokens in", "tokens out", "about", "at most", ""].map(str::to_owned)];
    lines.extend(forecast.contestants.iter().map(line));
    say_table(&text::table(&lines));
    let requests = match forecast.looks {
        0 => text::plural(forecast.requests as u64, "request"),
        looks => {
            format!(
                "{} and at most {}",
                text::plural(forecast.requests as u64, "request"),
                text::plural(looks, "look")
            )
        }
    };
    let unknown = forecast.contestants.iter().filter(|one| one.about.is_none()).count();
    let known: f64 = forecast.contestants.iter().filter_map(|one| one.about).sum();
    say(&match unknown {
        0 => {
            format!("{requests}, about {}, at most {}", usd(forecast.about()), usd(forecast.most()))
        }
        n if n == forecast.contestants.len() => format!("{requests} at a cost that is not known"),
        n => {
            let models = text::plural(n as u64, "model");
            format!("{requests}, about {} and what {models} of unknown price cost", dollars(known))
        }
    });
    say("nothing was asked");
}

fn line(one: &ContestantForecast) -> [String; 7] {
    let from = match one.known {
        0 => "length guessed".to_owned(),
        known => format!("length of {known} earlier"),
    };
    let basis = match &one.basis {
        CostBasis::Given => "given, not asked".to_owned(),
        CostBasis::Energy => "this machine's energy".to_owned(),
        CostBasis::List(list) => format!("prices: {list}"),
        CostBasis::Unknown => "no price is known".to_owned(),
        CostBasis::Unusable(error) => error.to_string(),
    };
    [
        printable(&one.label).into_owned(),
        match one.looks {
            0 => one.samples.to_string(),
            looks => format!("{} and {}", one.samples, text::plural(looks, "look")),
        },
        one.input.to_string(),
        one.output.to_string(),
        usd(one.about),
        usd(one.most),
        printable(&format!("{from}; {basis}")).into_owned(),
    ]
}

fn usd(cost: Option<f64>) -> String {
    cost.map_or_else(|| "unknown".to_owned(), dollars)
}
