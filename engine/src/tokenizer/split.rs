//! The split of text into words, by each family's tokenizer, before it merges bytes.
//!
//! A splitter is a list of patterns. Each cuts every piece that the one before it left into its matches and
//! what lies between them.

use fancy_regex::Regex;

use super::error::TokenizerError;
use super::families::Family;

/// Cuts text into words.
pub(super) struct Splitter {
    patterns: Vec<Regex>,
    pub(super) nfc: bool,
    pub(super) whole_words: bool,
    pub(super) begins: bool,
}

impl Splitter {
    /// The splitter of a family.
    pub(super) fn of(family: &Family) -> Result<Splitter, TokenizerError> {
        let patterns = family
            .patterns
            .iter()
            .map(|pattern| Regex::new(pattern).map_err(|e| TokenizerError::Pattern(e.to_string())))
            .collect::<Result<_, _>>()?;
        let &Family { nfc, whole_words, begins, .. } = family;
        Ok(Splitter { patterns, nfc, whole_words, begins })
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

#[cfg(test)]
mod tests {
    use super::super::families::family;
    use super::*;

    #[test]
    fn every_familys_patterns_are_patterns() {
        for name in crate::tokenizer::families::names() {
            let splitter = Splitter::of(family(name).unwrap()).unwrap();
            assert_eq!(
                splitter.words("Draw  12345 ペリカン's").unwrap().concat(),
                "Draw  12345 ペリカン's",
                "{name}"
            );
        }
    }

    #[track_caller]
    fn cuts(name: &str, cases: &[&[&str]]) {
        let splitter = Splitter::of(family(name).unwrap()).unwrap();
        for words in cases {
            assert_eq!(splitter.words(&words.concat()).unwrap(), *words, "{name}");
        }
    }

    /// The words are what Python's `regex` finds with tiktoken's own pattern.
    #[test]
    fn gpt_4o_cuts_at_changes_of_case() {
        let cases: &[&[&str]] = &[
            &[
                "Draw", " a", " pelican", " ", " riding", "\n\n", " ", " a", " bicycle", " at", " ", "123",
                "45", " m", "/s", "!",
            ],
            &["Camel", "Case", "HTMLParser", " isn't", " ", " WE'VE", " don", "’t"],
            &[
                "<svg", " view", "Box", "=\"", "0", " ", "0", " ", "100", ".", "5", " -", "20", "\"/>\r\n",
                "\t", "<g", ">", "  ",
            ],
            &["汉字かな", "、ハングル", " 한국어", "\u{3000}と", "ABC", "。"],
            &["Ωμέγα", " ǅ", " ʰx", " Привет", ",", " Ἀθῆναι", " ᾧ", " ქართული"],
            &["①²Ⅳ", " ", "½", " ", "٣٤", " ", "१२३"],
            &["a", "_b", "-c", " ", " --", " ", " (", "x", ")//*", "y", "*/\n"],
            &["naïve", " café", " e\u{301}", " 👩\u{200d}🚀🏽", " x"],
        ];
        cuts("gpt-4o", cases);
    }

    /// The words are what the Python package `tokenizers` makes with the patterns of the models' own file.
    #[test]
    fn deepseek_llm_cuts_in_six_passes() {
        let cases: &[&[&str]] = &[
            &[
                "Draw", " a", " pelican", " ", " riding", "\n", "\n", " ", " a", " bicycle", " at", " ", "1",
                "2", "3", "4", "5", " m", "/", "s", "!",
            ],
            &["CamelCaseHTMLParser", " isn", "'", "t", " ", " WE", "'", "VE", " don", "’", "t"],
            &[
                "<", "svg", " viewBox", "=\"", "0", " ", "0", " ", "1", "0", "0", ".", "5", " -", "2", "0",
                "\"/>", "\r", "\n", "\t<", "g", ">", "  ",
            ],
            &["汉字かな", "、", "ハングル", " ", "한국어", "\u{3000}", "と", "ABC", "。"],
            &["Ωμέγα", " ǅ", " ʰ", "x", " Привет", ",", " ", "Ἀ", "θ", "ῆ", "ναι", " ", "ᾧ", " ", "ქართული"],
            &["①", "²", "Ⅳ", " ", "½", " ", "٣", "٤", " ", "१", "२", "३"],
            &["a", "_", "b", "-", "c", " ", " --", " ", " (", "x", ")//*", "y", "*/", "\n"],
            &["na", "ï", "ve", " caf", "é", " e", "\u{301} 👩", "\u{200d}", "🚀🏽", " x"],
        ];
        cuts("deepseek-llm", cases);
    }
}
