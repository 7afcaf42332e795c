//! How each family's tokenizer cuts text into words before it merges bytes.
//!
//! A splitter is a list of patterns. Each cuts every piece that the one before it left into its matches and
//! what lies between them.

use fancy_regex::Regex;

use super::error::TokenizerError;

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN35: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const DEEPSEEK_V3: [&str; 3] = [
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
];

/// What a name in `tokenizer.ggml.pre` asks for.
struct Family {
    names: &'static [&'static str],
    patterns: &'static [&'static str],
    /// Text is put into Unicode's composed form first. Files do not say so; the families' own tokenizers do it.
    nfc: bool,
    /// A word that is a token is taken whole, whatever the merges would make of it.
    whole_words: bool,
    /// Text begins with the begin token when the file does not say.
    begins: bool,
}

const PLAIN: Family = Family { names: &[], patterns: &[], nfc: false, whole_words: false, begins: false };

const FAMILIES: &[Family] = &[
    Family { names: &["gpt-2", "olmo", "phi-2"], patterns: &[GPT2], ..PLAIN },
    Family { names: &["smollm", "starcoder", "refact"], patterns: &[r"\p{N}", GPT2], ..PLAIN },
    Family { names: &["qwen2"], patterns: &[QWEN2], nfc: true, ..PLAIN },
    Family { names: &["deepseek-r1-qwen"], patterns: &[QWEN2], ..PLAIN },
    Family { names: &["qwen35"], patterns: &[QWEN35], nfc: true, ..PLAIN },
    Family {
        names: &["llama-bpe", "llama3", "llama-v3"],
        patterns: &[LLAMA3],
        whole_words: true,
        begins: true,
        ..PLAIN
    },
    Family { names: &["gpt-4o"], patterns: &[GPT4O], ..PLAIN },
    Family { names: &["deepseek-v3"], patterns: &DEEPSEEK_V3, ..PLAIN },
];

/// Every name that is known, in order.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = FAMILIES.iter().flat_map(|family| family.names).copied().collect();
    names.sort_unstable();
    names
}

/// Cuts text into words.
pub(super) struct Splitter {
    patterns: Vec<Regex>,
    pub(super) nfc: bool,
    pub(super) whole_words: bool,
    pub(super) begins: bool,
}

impl Splitter {
    /// The splitter of a name in `tokenizer.ggml.pre`; `None` when it is not known.
    pub(super) fn named(name: &str) -> Result<Option<Splitter>, TokenizerError> {
        let Some(family) = FAMILIES.iter().find(|family| family.names.contains(&name)) else {
            return Ok(None);
        };
        let patterns = family
            .patterns
            .iter()
            .map(|pattern| Regex::new(pattern).map_err(|e| TokenizerError::Pattern(e.to_string())))
            .collect::<Result<_, _>>()?;
        let &Family { nfc, whole_words, begins, .. } = family;
        Ok(Some(Splitter { patterns, nfc, whole_words, begins }))
    }

    /// The words of `text`, in order; together they are the text.
    pub(super) fn words<'t>(&self, text: &'t str) -> Result<Vec<&'t str>, TokenizerError> {
        let mut words = vec![text];
        for pattern in &self.patterns {
            let mut finer = Vec::with_capacity(words.len() + text.len() / 4);
            for word in words {
                cut(pattern, word, &mut finer)?;
            }
            words = finer;
        }
        Ok(words)
    }
}

/// Puts the matches in `text`, and what lies between them, into `words`.
fn cut<'t>(pattern: &Regex, text: &'t str, words: &mut Vec<&'t str>) -> Result<(), TokenizerError> {
    let mut done = 0;
    for found in pattern.find_iter(text) {
        let found = found.map_err(|e| TokenizerError::Pattern(e.to_string()))?;
        if found.start() > done {
            words.push(&text[done..found.start()]);
        }
        if found.end() > found.start() {
            words.push(found.as_str());
        }
        done = found.end();
    }
    if done < text.len() {
        words.push(&text[done..]);
    }
    Ok(())
}
