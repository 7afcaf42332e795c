//! `pelicycle prices`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Subcommand;
use pelicycle_net::fetch;
use pelicycle_record::TokenPrices;
use pelicycle_run::{Config, KnownPrices, LITELLM_URL, prices_file, read_litellm};
use pelicycle_text as text;
use pelicycle_text::plain_file;

use super::output::{say, say_error, say_table, say_words, write_whole};
use super::runtime::runtime;

/// As much of a list as is read: LiteLLM's is some 3 MB.
const MAX_LIST: u64 = 64 << 20;
/// The whole of it has to be there by then.
const WITHIN: Duration = Duration::from_secs(120);

/// Look up what models cost, and fetch newer prices.
///
/// A table is inside the program; `update` fetches a newer one, and [prices] in pelicycle.toml outranks both.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle prices
  pelicycle prices show anthropic/claude-opus-4-7 gemini
  pelicycle prices update")]
pub(crate) struct PricesArgs {
    #[command(subcommand)]
    command: Option<PricesCommand>,
    /// Read this file instead of pelicycle.toml.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum PricesCommand {
    /// The prices of models: a name in full, or words that are in it.
    Show {
        /// Names or words.
        #[arg(required = true, value_name = "MODEL")]
        wanted: Vec<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read LiteLLM's published price list, and keep it for this user.
    Update {
        /// A copy of the list, or another address of it.
        #[arg(long, value_name = "FILE|URL", default_value = LITELLM_URL)]
        from: String,
        /// Write the table there instead.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// The name of the list's source, for the record.
        #[arg(long, value_name = "TEXT", default_value = "LiteLLM")]
        source: String,
    },
}

pub(crate) fn prices(args: &PricesArgs) -> anyhow::Result<ExitCode> {
    if let Some(PricesCommand::Update { from, to, source }) = &args.command {
        return update(from, to.clone(), source);
    }
    let config = Config::load(args.config.as_deref())?;
    let fetched = prices_file();
    let prices = KnownPrices::load(fetched.as_deref(), config.prices)?;
    let Some(PricesCommand::Show { wanted, json }) = &args.command else {
        let list = prices.table();
        say(&format!("{} models, from {} ({})", list.models.len(), list.name(), list.licence));
        say_words("`pelicycle prices show NAME` looks one up; `pelicycle prices update` fetches newer ones");
        return Ok(ExitCode::SUCCESS);
    };
    let mut names: Vec<&str> = Vec::new();
    let mut missing = false;
    for word in wanted {
        let before = names.len();
        match prices.find(word) {
            Some(_) => names.push(word),
            None => names.extend(prices.like(word)),
        }
        if names.len() == before {
            missing = true;
            say_error(&format!("no price of {word:?} is known; [prices] in pelicycle.toml can say it"));
        }
    }
    if *json {
        let all: serde_json::Map<_, _> = names
            .iter()
            .filter_map(|&name| {
                let (price, from) = prices.find(name)?;
                let mut value = serde_json::to_value(price).ok()?;
                value.as_object_mut()?.insert("from".to_owned(), from.to_string().into());
                Some((name.to_owned(), value))
            })
            .collect();
        say(&serde_json::to_string_pretty(&all)?);
    } else if !names.is_empty() {
        show(&prices, &names);
    }
    Ok(if missing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn show(prices: &KnownPrices, names: &[&str]) {
    let mut lines = vec![
        ["US dollars for a million tokens", "in", "out", "cached", "batch in", "batch out", "from"]
            .map(str::to_owned),
    ];
    for name in names {
        let Some((price, from)) = prices.find(name) else { continue };
        lines.push(row(name, &price.list, price.batch.as_ref(), &from.to_string()));
        for tier in &price.above {
            let words = format!("  prompts of more than {} tokens", tier.tokens);
            lines.push(row(&words, &tier.list, tier.batch.as_ref(), ""));
        }
    }
    say_table(&text::table(&lines));
}

fn row(name: &str, list: &TokenPrices, batch: Option<&TokenPrices>, from: &str) -> [String; 7] {
    let known = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    [
        name.to_owned(),
        list.input.to_string(),
        list.output.to_string(),
        known(list.cached),
        known(batch.map(|b| b.input)),
        known(batch.map(|b| b.output)),
        from.to_owned(),
    ]
}

fn update(from: &str, to: Option<PathBuf>, source: &str) -> anyhow::Result<ExitCode> {
    let to = match to.or_else(prices_file) {
        Some(to) => to,
        None => anyhow::bail!("there is no home folder to keep prices in; say where: --to FILE"),
    };
    let text = if from.starts_with("https://") || from.starts_with("http://") {
        let runtime = runtime()?;
        runtime.block_on(fetch(from, MAX_LIST, WITHIN)).with_context(|| format!("can't fetch {from}"))?
    } else {
        plain_file::text_followed(Path::new(from), MAX_LIST).with_context(|| format!("can't read {from}"))?
    };
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let list = read_litellm(&text, source, today).with_context(|| format!("can't use {from}"))?;
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    write_whole(&to, list.to_text().as_bytes()).with_context(|| format!("can't write {}", to.display()))?;
    say(&format!("{} models in {}", list.models.len(), to.display()));
    Ok(ExitCode::SUCCESS)
}
