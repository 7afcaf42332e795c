//! The maker of a model, and when it came out, by the model's name: a table of labs and of dates, which a site's own
//! settings go before. What the table does not know is unknown; nothing is guessed past it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use pelicycle_record::ContestantRecord;
use serde::{Deserialize, Serialize};

/// The table that ships.
static SHIPPED: LazyLock<Shipped> =
    LazyLock::new(|| serde_json::from_str(include_str!("makers.json")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
struct Shipped {
    /// Words before a model's name that say where it runs.
    hosts: Vec<String>,
    /// Owners of repositories who package models of others.
    packagers: Vec<String>,
    labs: Vec<LabEntry>,
    /// Days by names of models.
    released: BTreeMap<String, Date>,
}

/// A lab and its models' names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabEntry {
    /// The name that people know it by.
    pub name: String,
    /// The colour of its dot and its line in charts: `#rrggbb`.
    pub colour: String,
    /// Words that its models' names begin with, in small letters: `gpt`, `gpt-neo`; a version may follow each.
    pub models: Vec<String>,
    /// Words that tell its models wherever they stand in a name.
    #[serde(default)]
    pub anywhere: Vec<String>,
    /// Owners of repositories whose models are its own.
    #[serde(default)]
    pub owners: Vec<String>,
}

/// A site's own facts about models, before the table that ships.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OwnMakers {
    /// Labs that are looked at first.
    pub labs: Vec<LabEntry>,
    /// Labs by the exact name of a model, as it was asked for; none says that the lab is not known.
    pub lab_of: BTreeMap<String, Option<String>>,
    /// Days by the exact name of a model, as it was asked for.
    pub released: BTreeMap<String, Date>,
}

/// A lab as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Lab {
    pub(crate) name: String,
    pub(crate) colour: String,
}

/// The known origin of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ModelOrigin {
    pub(crate) lab: Option<Lab>,
    pub(crate) released: Option<Date>,
}

/// The colour of a lab that has none of its own.
const PLAIN: &str = "#868e96";

impl OwnMakers {
    /// The origin of a contestant: by its record, then by the site, then by the table.
    pub(crate) fn origin(&self, contestant: &ContestantRecord) -> ModelOrigin {
        // Nobody released it.
        if contestant.demonstration {
            return ModelOrigin { lab: None, released: contestant.released };
        }
        let (owner, words) = taken_apart(&contestant.model);
        // As it is asked for, or by its own name alone.
        let asked = format!("{}/{}", contestant.provider, contestant.model);
        let said = [asked.as_str(), contestant.model.as_str()];
        let lab = self.lab(said, owner.as_deref(), &words);
        let known = said.iter().find_map(|name| self.released.get(*name)).copied();
        // Another's model of the same name came out on another day.
        let shipped = || lab.as_ref().and_then(|_| released(&words));
        let released = contestant.released.or(known).or_else(shipped);
        ModelOrigin { lab, released }
    }

    fn lab(&self, said: [&str; 2], owner: Option<&str>, words: &[String]) -> Option<Lab> {
        let labs = || self.labs.iter().chain(&SHIPPED.labs);
        if let Some(told) = said.iter().find_map(|name| self.lab_of.get(*name)) {
            let name = told.as_ref()?;
            let colour = labs().find(|lab| lab.name == *name).map_or(PLAIN, |lab| &lab.colour);
            return Some(Lab { name: name.clone(), colour: colour.to_owned() });
        }
        let anywhere =
            labs().find(|lab| lab.anywhere.iter().any(|word| words.iter().any(|w| is_of(w, word))));
        let longest = || {
            let fits = labs().flat_map(|lab| lab.models.iter().map(move |name| (lab, name)));
            // Of two that fit as well the first stands, which is the site's own.
            let fits = fits.filter(|(_, name)| begins(words, name)).map(|(lab, name)| (name.len(), lab));
            fits.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, lab)| lab)
        };
        let lab = anywhere.or_else(longest)?;
        // Somebody's own model of another's kind is neither's for certain.
        let its_own = owner.is_none_or(|owner| {
            lab.owners.iter().any(|known| known == owner) || SHIPPED.packagers.iter().any(|p| p == owner)
        });
        its_own.then(|| Lab { name: lab.name.clone(), colour: lab.colour.clone() })
    }
}

/// A model's owner, where its name has one, and the words of the name in small letters, without those that say where
/// it runs.
fn taken_apart(model: &str) -> (Option<String>, Vec<String>) {
    let model: String = model.chars().take(200).flat_map(char::to_lowercase).collect();
    let mut path = model.rsplit('/');
    let name = path.next().unwrap_or_default();
    let owner = path.next().map(str::to_owned);
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    let hosts = words.iter().take(words.len().saturating_sub(1));
    let hosts = hosts.take_while(|word| SHIPPED.hosts.contains(word)).count();
    (owner, words[hosts..].to_vec())
}

/// A model's name without the words before it that say where it runs; the last word always stays.
pub(crate) fn without_hosts(name: &str) -> &str {
    let mut rest = name;
    while let Some((word, after)) = rest.split_once(|c: char| !c.is_alphanumeric()) {
        if after.is_empty() || !SHIPPED.hosts.contains(&word.to_lowercase()) {
            break;
        }
        rest = after;
    }
    rest
}

/// Whether a word is this one, or this one with its version: `qwen`, `qwen3`, `gemma3n`.
fn is_of(word: &str, known: &str) -> bool {
    word.strip_prefix(known)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a name begins with these words, of which the last may have its version.
fn begins(words: &[String], name: &str) -> bool {
    let mut own = words.iter();
    let mut parts = name.split('-').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        if !own.next().is_some_and(|word| if last { is_of(word, part) } else { word == part }) {
            return false;
        }
    }
    true
}

/// When a model came out, by its whole name; words that say how a file is packed may follow it.
fn released(words: &[String]) -> Option<Date> {
    static SQUEEZED: LazyLock<BTreeMap<String, Date>> = LazyLock::new(|| {
        let squeezed = |name: &str| name.replace(['-', '.'], "");
        SHIPPED.released.iter().map(|(name, day)| (squeezed(name), *day)).collect()
    });
    let ends = (1..=words.len()).rev().filter(|end| is_packing(&words[*end..]));
    ends.map(|end| &words[..end]).find_map(|name| SQUEEZED.get(&name.concat()).copied())
}

/// Whether words say how a model's file is packed and nothing else: `instruct`, `ud-q4-k-xl`, `bf16`, none.
fn is_packing(words: &[String]) -> bool {
    let before = |index: usize| index.checked_sub(1).map(|before| words[before].as_str());
    words.iter().enumerate().all(|(index, word)| {
        is_packing_word(word)
            // `q4_k_m`, `v2:0`: these say something behind such a word alone.
            || index > 0
                && (is_packing_word(before(index).unwrap_or_default()) || PACKING_DETAILS.contains(&before(index).unwrap_or_default()))
                && PACKING_DETAILS.contains(&word.as_str())
    })
}

/// The words that may follow a word of packing.
const PACKING_DETAILS: [&str; 11] = ["k", "m", "s", "l", "xl", "xs", "xxs", "nl", "p", "0", "1"];

fn is_packing_word(word: &str) -> bool {
    let quantized = |word: &str, kind: &str| {
        word.strip_prefix(kind)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(
        word,
        "gguf"
            | "mlx"
            | "mxfp4"
            | "nvfp4"
            | "ud"
            | "free"
            | "4bit"
            | "8bit"
            | "latest"
            | "instruct"
            | "it"
            | "bf16"
            | "f16"
            | "fp16"
            | "f32"
            | "fp8"
            | "v1"
            | "v2"
    ) || quantized(word, "q")
        || quantized(word, "iq")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contestant(model: &str) -> ContestantRecord {
        ContestantRecord {
            slug: String::new(),
            label: String::new(),
            provider: String::new(),
            model: model.to_owned(),
            served: None,
            released: None,
            demonstration: false,
        }
    }

    fn known(own: &OwnMakers, model: &str) -> (String, String) {
        let ModelOrigin { lab, released } = own.origin(&contestant(model));
        let lab = lab.map_or("unknown".to_owned(), |lab| lab.name);
        (lab, released.map_or("unknown".to_owned(), |day| day.to_string()))
    }

    #[test]
    fn the_table_that_ships_can_be_read_and_its_colours_are_colours() {
        assert!(SHIPPED.labs.len() > 30 && SHIPPED.released.len() > 90);
        for lab in &SHIPPED.labs {
            let digits = lab.colour.strip_prefix('#').unwrap();
            assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{lab:?}");
            assert!(lab.models.iter().all(|word| *word == word.to_lowercase()), "{lab:?}");
        }
        // Every dated model is of a lab that the table knows.
        for name in SHIPPED.released.keys() {
            assert_ne!(known(&OwnMakers::default(), name).0, "unknown", "{name}");
            assert_ne!(known(&OwnMakers::default(), name).1, "unknown", "{name}");
        }
    }

    #[test]
    fn labs_and_days_follow_from_names_and_what_is_not_sure_is_unknown() {
        for (model, lab, day) in [
            ("claude-3-5-sonnet-20241022", "Anthropic", "2024-10-22"),
            ("us.anthropic.claude-3-haiku-20240307", "Anthropic", "2024-03-13"),
            ("anthropic/claude-opus-4.5", "Anthropic", "2025-11-24"),
            ("gpt-4o-mini", "OpenAI", "2024-07-18"),
            ("gpt-4.1", "OpenAI", "2025-04-14"),
            ("gpt-4o-audio-preview", "OpenAI", "unknown"),
            ("o1-mini", "OpenAI", "2024-09-12"),
            ("cerebras-llama3.1-70b", "Meta", "2024-07-23"),
            ("Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf", "Meta", "2024-07-23"),
            ("meta-llama/Llama-3.1-70B", "Meta", "2024-07-23"),
            ("us.amazon.nova-lite-v1-0", "Amazon", "2024-12-03"),
            ("unsloth/gemma-3-4b-it-GGUF", "Google", "2025-03-12"),
            ("Qwen3-30B-A3B-Q4_K_M", "Alibaba", "2025-04-28"),
            ("Qwen3-30B-A3B-2507", "Alibaba", "unknown"),
            ("Qwen3-30B-A3B-Instruct-2507", "Alibaba", "unknown"),
            ("Mistral-7B-Instruct-v0.2", "Mistral AI", "unknown"),
            ("gpt-oss-20b-mxfp4.gguf", "OpenAI", "2025-08-05"),
            ("Qwen3-30B-A3B-UD-Q4_K_XL", "Alibaba", "2025-04-28"),
            ("llama-3.1-nemotron-70b-instruct", "NVIDIA", "unknown"),
            ("gpt-neox-20b", "EleutherAI", "unknown"),
            ("gpt4all-j", "Nomic", "unknown"),
            ("deepseek-r1-distill-qwen-32b", "DeepSeek", "unknown"),
            ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "Anthropic", "2024-10-22"),
            ("somebody/llama-3-8b", "unknown", "unknown"),
            ("dolphin-2.9-llama3-8b", "unknown", "unknown"),
            ("stepwise-7b", "unknown", "unknown"),
            ("inkling", "unknown", "unknown"),
            ("", "unknown", "unknown"),
            ("鹈鹕-1", "unknown", "unknown"),
        ] {
            assert_eq!(known(&OwnMakers::default(), model), (lab.to_owned(), day.to_owned()), "{model}");
        }
    }

    #[test]
    fn what_a_site_and_a_record_say_goes_first() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let tuner = LabEntry {
            name: "Tuner".to_owned(),
            colour: "#112233".to_owned(),
            models: vec!["claude".to_owned()],
            anywhere: Vec::new(),
            owners: Vec::new(),
        };
        let own = OwnMakers {
            labs: vec![tuner],
            lab_of: [("gpt-4".to_owned(), None), ("inkling".to_owned(), Some("OpenAI".to_owned()))].into(),
            released: [("inkling".to_owned(), day("2026-06-01"))].into(),
        };
        assert_eq!(known(&own, "claude-2.1").0, "Tuner");
        assert_eq!(known(&own, "gpt-4").0, "unknown");
        assert_eq!(known(&own, "inkling"), ("OpenAI".to_owned(), "2026-06-01".to_owned()));
        let said = ContestantRecord { released: Some(day("2026-07-02")), ..contestant("inkling") };
        assert_eq!(own.origin(&said).released, Some(day("2026-07-02")));
        let demonstration = ContestantRecord { demonstration: true, ..contestant("gpt-4o") };
        assert_eq!(own.origin(&demonstration), ModelOrigin::default());
    }
}
