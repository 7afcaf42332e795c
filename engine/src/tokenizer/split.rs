//! The split of text into words, by each family's tokenizer, before it merges bytes.
//!
//! A splitter is a list of patterns. Each cuts every piece that the one before it left into its matches and
//! what lies between them.

use fancy_regex::Regex;

use super::error::TokenizerError;
use super::families::TokenizerFamily;

/// Cuts text into words.
pub(super) struct PreTokenizer {
    patterns: Vec<Regex>,
    pub(super) nfc: bool,
    pub(super) whole_words: bool,
    pub(super) begins: bool,
}

impl PreTokenizer {
    /// The splitter of a family.
    pub(super) fn of(family: &TokenizerFamily) -> Result<PreTokenizer, TokenizerError> {
        let patterns = family
            .patterns
            .iter()
            .map(|pattern| Regex::new(pattern).map_err(|e| TokenizerError::Pattern(e.to_string())))
            .collect::<Result<_, _>>()?;
        let &TokenizerFamily { nfc, whole_words, begins, .. } = family;
        Ok(PreTokenizer { patterns, nfc, whole_words, begins })
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
