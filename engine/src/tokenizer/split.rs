//! How each family's tokenizer cuts text into words before it merges bytes.
//!
//! A splitter is a list of patterns. Each cuts every piece that the one before it left into its matches and
//! what lies between them.

use fancy_regex::Regex;

use super::error::TokenizerError;

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
/// Cuts at blanks and sentence marks only.
const BLOOM: &str = r" ?[^(\s|.,!?…。，、।۔،)]+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN35: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const DEEPSEEK_V3: [&str; 3] = [
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
];

/// Letters that have cases, as DeepSeek's first tokenizer lists them.
macro_rules! deepseek_letters {
    () => {
        concat!(
            r"A-Za-z\u{B5}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1BA}\u{1BC}-\u{1BF}\u{1C4}-\u{293}",
            r"\u{295}-\u{2AF}\u{370}-\u{373}\u{376}\u{377}\u{37B}-\u{37D}\u{37F}\u{386}\u{388}-\u{38A}\u{38C}",
            r"\u{38E}-\u{3A1}\u{3A3}-\u{3F5}\u{3F7}-\u{481}\u{48A}-\u{52F}\u{531}-\u{556}\u{10A0}-\u{10C5}",
            r"\u{13A0}-\u{13F5}\u{13F8}-\u{13FD}\u{1C90}-\u{1CBA}\u{1CBD}-\u{1CBF}\u{1D00}-\u{1D2B}",
            r"\u{1D6B}-\u{1D77}\u{1D79}-\u{1D9A}\u{1E00}-\u{1F15}\u{1F18}-\u{1F1D}\u{1F20}-\u{1F45}",
            r"\u{1F48}-\u{1F4D}\u{1F50}-\u{1F57}\u{1F59}\u{1F5B}\u{1F5D}\u{1F5F}-\u{1F7D}\u{1F80}-\u{1FB4}",
            r"\u{1FB6}-\u{1FBC}\u{1FBE}\u{1FC2}-\u{1FC4}\u{1FC6}-\u{1FCC}\u{1FD0}-\u{1FD3}\u{1FD6}-\u{1FDB}",
            r"\u{1FE0}-\u{1FEC}\u{1FF2}-\u{1FF4}\u{1FF6}-\u{1FFC}\u{2102}\u{2107}\u{210A}-\u{2113}\u{2115}",
            r"\u{2119}-\u{211D}\u{2124}\u{2126}\u{2128}\u{212A}-\u{212D}\u{212F}-\u{2134}\u{2139}",
            r"\u{213C}-\u{213F}\u{2145}-\u{2149}\u{214E}\u{2183}\u{2184}\u{2C00}-\u{2C7B}\u{2C7E}-\u{2CE4}",
            r"\u{2CEB}-\u{2CEE}\u{2CF2}\u{2CF3}\u{A640}-\u{A66D}\u{A680}-\u{A69B}\u{A722}-\u{A76F}",
            r"\u{A771}-\u{A787}\u{A78B}-\u{A78E}\u{AB70}-\u{ABBF}\u{FB00}-\u{FB06}\u{FB13}-\u{FB17}",
            r"\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{10400}-\u{1044F}\u{104B0}-\u{104D3}\u{104D8}-\u{104FB}",
            r"\u{10C80}-\u{10CB2}\u{10CC0}-\u{10CF2}\u{118A0}-\u{118DF}\u{1E900}-\u{1E943}",
        )
    };
}

/// DeepSeek's first tokenizer, of V2 and V2-Lite. The third pattern takes `:` to `~`, letters among them, and so
/// cuts what the second left at every letter with a mark; that is how the model was trained.
const DEEPSEEK_LLM: [&str; 6] = [
    r"[\r\n]",
    concat!(r"\s?[", deepseek_letters!(), "]+"),
    r"\s?[!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}]+",
    r"\s+$",
    r"[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+",
    r"\p{N}",
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
    Family { names: &["bloom", "gpt3-finnish", "poro-chat"], patterns: &[BLOOM], ..PLAIN },
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
    // As `transformers` converts OpenAI's tables, and as tiktoken itself reads them.
    Family { names: &["gpt-4o"], patterns: &[GPT4O], whole_words: true, ..PLAIN },
    Family { names: &["deepseek-llm"], patterns: &DEEPSEEK_LLM, ..PLAIN },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cuts(name: &str, cases: &[&[&str]]) {
        let splitter = Splitter::named(name).unwrap().unwrap();
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
