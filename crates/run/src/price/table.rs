//! List prices: the table inside this program, a newer copy that the user fetched, and the user's own figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use pelicycle_record::TokenPrices;
use pelicycle_text::plain_file;
use serde::{Deserialize, Serialize};

/// The longest table that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// The table inside this program.
const BUNDLED: &str = include_str!("prices.json");

/// A table of list prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTable {
    /// The source of the figures.
    pub source: String,
    /// The day they were taken.
    pub dated: Date,
    /// Under what licence.
    pub licence: String,
    /// By `provider/model`.
    pub models: BTreeMap<String, ModelPrice>,
}

/// The prices of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(rename = "Price")]
pub struct ModelPrice {
    /// For a request that is answered at once.
    pub list: TokenPrices,
    /// For one in a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<TokenPrices>,
    /// For long prompts, by length: the last that a prompt is longer than prices all its tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<PriceTier>,
    /// The most tokens that a reply can have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u64>,
}

/// A model's prices where the prompt is long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTier {
    /// For prompts of more tokens than these.
    pub tokens: u64,
    /// For a request that is answered at once.
    pub list: TokenPrices,
    /// For one in a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<TokenPrices>,
}

impl ModelPrice {
    /// One rate for everything, whatever the prompt.
    #[must_use]
    pub fn flat(list: TokenPrices) -> ModelPrice {
        ModelPrice { list, ..ModelPrice::default() }
    }

    /// The rates for a prompt of `input` tokens; `None` where it is asked in a batch and that has no price.
    #[must_use]
    pub fn rates(&self, input: u64, batch: bool) -> Option<&TokenPrices> {
        let tier = self.above.iter().rev().find(|tier| input > tier.tokens);
        match (tier, batch) {
            (Some(tier), false) => Some(&tier.list),
            (Some(tier), true) => tier.batch.as_ref(),
            (None, false) => Some(&self.list),
            (None, true) => self.batch.as_ref(),
        }
    }

    fn check(&self) -> Result<(), String> {
        let all = [Some(&self.list), self.batch.as_ref()]
            .into_iter()
            .chain(self.above.iter().flat_map(|tier| [Some(&tier.list), tier.batch.as_ref()]))
            .flatten();
        for (name, rate) in all.flat_map(TokenPrices::iter) {
            if !(0.0..=1e6).contains(&rate) {
                return Err(format!("{name} = {rate} is no price in dollars for a million tokens"));
            }
        }
        if !self.above.is_sorted_by(|a, b| a.tokens < b.tokens) {
            return Err("the lengths in `above` do not rise".to_owned());
        }
        Ok(())
    }
}

/// The source of a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriceOrigin {
    /// The user's own figure.
    Configured,
    /// A table, in words: source and date.
    Table(String),
}

impl std::fmt::Display for PriceOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PriceOrigin::Configured => f.write_str("pelicycle.toml"),
            PriceOrigin::Table(words) => f.write_str(words),
        }
    }
}

/// The fault of prices that could not be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum PriceError {
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is no table of prices: {message}; delete it, or fetch it again: `pelicycle prices update`", path.display())]
    Form { path: PathBuf, message: String },
    #[error("the price of {model:?}: {message}")]
    Configured { model: String, message: String },
}

impl PriceTable {
    /// The table inside this program.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn bundled() -> PriceTable {
        PriceTable::parse(BUNDLED).expect("the bundled table is checked by a test")
    }

    /// Reads a table in this program's own shape.
    ///
    /// # Errors
    /// In words, when it has another shape or a figure that is no price.
    pub fn parse(text: &str) -> Result<PriceTable, String> {
        let table: PriceTable = serde_json::from_str(text).map_err(|e| e.to_string())?;
        for (model, price) in &table.models {
            price.check().map_err(|why| format!("{model}: {why}"))?;
        }
        Ok(table)
    }

    /// The table as a file: a model a line, so that a change of prices reads as one.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{{\n\"source\": {},\n\"dated\": {},\n\"licence\": {},\n\"models\": {{\n",
            json(&self.source),
            json(&self.dated),
            json(&self.licence)
        );
        let lines: Vec<String> =
            self.models.iter().map(|(model, price)| format!("{}: {}", json(model), json(price))).collect();
        text.push_str(&lines.join(",\n"));
        text.push_str("\n}\n}\n");
        text
    }

    /// Source and date in words.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}, {}", self.source, self.dated)
    }
}

/// A plain value as JSON text.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// All that is known of prices; the user's own figures come first.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPrices {
    configured: BTreeMap<String, ModelPrice>,
    table: PriceTable,
}

impl KnownPrices {
    /// The bundled table, or the copy in `fetched` where that is newer; `configured` outranks either.
    ///
    /// # Errors
    /// When the copy can't be read, or a configured figure is no price.
    pub fn load(
        fetched: Option<&Path>,
        configured: BTreeMap<String, TokenPrices>,
    ) -> Result<KnownPrices, PriceError> {
        let configured: BTreeMap<String, ModelPrice> =
            configured.into_iter().map(|(model, rates)| (model, ModelPrice::flat(rates))).collect();
        for (model, price) in &configured {
            price.check().map_err(|message| PriceError::Configured { model: model.clone(), message })?;
        }
        let mut table = PriceTable::bundled();
        if let Some(path) = fetched {
            match plain_file::text_followed(path, LONGEST) {
                Ok(text) => {
                    let copy = PriceTable::parse(&text)
                        .map_err(|message| PriceError::Form { path: path.to_owned(), message })?;
                    if copy.dated >= table.dated {
                        table = copy;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(PriceError::Read { path: path.to_owned(), source }),
            }
        }
        Ok(KnownPrices { configured, table })
    }

    /// The table behind the configured figures.
    #[must_use]
    pub fn table(&self) -> &PriceTable {
        &self.table
    }

    /// The price of `provider/model`. A dated snapshot costs what its model costs.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(&ModelPrice, PriceOrigin)> {
        let configured = |name: &str| self.configured.get(name).map(|price| (price, PriceOrigin::Configured));
        let listed = |name: &str| {
            self.table.models.get(name).map(|price| (price, PriceOrigin::Table(self.table.name())))
        };
        let known = |name: &str| configured(name).or_else(|| listed(name));
        known(name).or_else(|| undated(name).and_then(known))
    }

    /// Names in the tables that have all the words of `wanted`, for a person who looks for one.
    pub fn like<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        let words: Vec<String> = wanted.to_lowercase().split(['/', ' ', '-']).map(str::to_owned).collect();
        self.configured
            .keys()
            .chain(self.table.models.keys())
            .map(String::as_str)
            .filter(move |name| words.iter().all(|word| name.to_lowercase().contains(word)))
    }
}

/// The name without a date at its end: `-20260416` or `-2026-04-16`.
fn undated(name: &str) -> Option<&str> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((model, date)) = name.rsplit_once('-') {
        if digits(date, 8) {
            return Some(model);
        }
        let (rest, month) = model.rsplit_once('-')?;
        let (model, year) = rest.rsplit_once('-')?;
        return (digits(date, 2) && digits(month, 2) && digits(year, 4)).then_some(model);
    }
    None
}

/// The file where a fetched table is kept: in the user's data folder, by the custom of the system. `None` where there
/// is no home.
#[must_use]
pub fn prices_file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = match std::env::consts::OS {
        "windows" => set("LOCALAPPDATA")?,
        "macos" => set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join("Library/Application Support")))?,
        _ => set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")))?,
    };
    Some(folder.join("pelicycle").join("prices.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(input: f64, output: f64) -> TokenPrices {
        TokenPrices { input, output, ..TokenPrices::default() }
    }

    #[test]
    fn the_bundled_table_reads_and_is_written_as_it_stands() {
        let table = PriceTable::bundled();
        assert_eq!(table.to_text(), BUNDLED);
        assert!(table.models.len() > 300, "{}", table.models.len());
        let opus = &table.models["anthropic/claude-opus-4-7"];
        assert_eq!((opus.list.input, opus.list.output), (5.0, 25.0));
        assert_eq!(opus.batch.as_ref().map(|b| (b.input, b.output)), Some((2.5, 12.5)));
    }

    #[test]
    fn a_long_prompt_is_charged_the_higher_rate_for_all_its_tokens() {
        let haiku = &PriceTable::bundled().models["anthropic/claude-haiku-5-5"].clone();
        assert_eq!(haiku.rates(100_000, false).unwrap().input, 0.1);
        assert_eq!(haiku.rates(100_001, false).unwrap().input, 0.5);
        assert_eq!(haiku.rates(100_001, true).unwrap().output, 1.25);
        assert_eq!(ModelPrice::flat(rates(1.0, 2.0)).rates(5, true), None, "no price of a batch is known");
    }

    #[test]
    fn the_users_figures_outrank_a_fetched_table_and_that_an_older_bundled_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prices.json");
        let model = "anthropic/claude-opus-4-7";
        let input = |prices: &KnownPrices| prices.find(model).map(|(price, _)| price.list.input);
        let none = KnownPrices::load(Some(&path), BTreeMap::new()).unwrap();
        assert_eq!(input(&none), Some(5.0), "nothing was fetched yet");
        let mut fetched = PriceTable::bundled();
        fetched.dated = fetched.dated.tomorrow().unwrap();
        fetched.models.insert(model.to_owned(), ModelPrice::flat(rates(6.0, 30.0)));
        std::fs::write(&path, fetched.to_text()).unwrap();
        let newer = KnownPrices::load(Some(&path), BTreeMap::new()).unwrap();
        assert_eq!((input(&newer), newer.table()), (Some(6.0), &fetched));
        let own = BTreeMap::from([(model.to_owned(), rates(1.0, 2.0))]);
        let configured = KnownPrices::load(Some(&path), own).unwrap();
        assert_eq!(
            configured.find(model).map(|(p, from)| (p.list.input, from)),
            Some((1.0, PriceOrigin::Configured))
        );
        fetched.dated = "2020-01-01".parse().unwrap();
        std::fs::write(&path, fetched.to_text()).unwrap();
        assert_eq!(input(&KnownPrices::load(Some(&path), BTreeMap::new()).unwrap()), Some(5.0));
    }

    #[test]
    fn a_dated_snapshot_costs_what_its_model_costs() {
        let prices = KnownPrices::load(None, BTreeMap::new()).unwrap();
        let of = |name: &str| prices.find(name).map(|(price, _)| price.list.clone());
        assert_eq!(of("anthropic/claude-opus-5-5-20991231"), of("anthropic/claude-opus-5-5"));
        assert_eq!(of("openai/gpt-6.1-sol-2099-12-31"), of("openai/gpt-6.1-sol"));
        assert!(of("openai/gpt-6.1-sol").is_some());
        assert_eq!(of("openai/gpt-6.1-sol-preview"), None);
        assert_eq!(of("ollama/gpt-6.1-sol"), None, "another service has another price");
    }

    #[test]
    fn a_figure_that_is_no_price_is_told_with_its_model() {
        let own = BTreeMap::from([("a/b".to_owned(), rates(-1.0, 2.0))]);
        let error = KnownPrices::load(None, own).unwrap_err().to_string();
        assert!(error.contains("\"a/b\"") && error.contains("input = -1"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prices.json");
        std::fs::write(&path, "{\"source\":\"x\"").unwrap();
        let error = KnownPrices::load(Some(&path), BTreeMap::new()).unwrap_err().to_string();
        assert!(
            error.contains("prices.json is no table of prices") && error.contains("prices update"),
            "{error}"
        );
    }
}
