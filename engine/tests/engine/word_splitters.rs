//! The cut of text into words, by each family's patterns.

mod error {
    pub(super) use pelicycle_engine::tokenizer::TokenizerError;
}
#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/tokenizer/families.rs"]
mod families;
#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/tokenizer/split.rs"]
mod split;

use families::{family, names};
use split::PreTokenizer;

#[test]
fn every_familys_patterns_are_patterns() {
    for name in names() {
        let splitter = PreTokenizer::of(family(name).unwrap()).unwrap();
        assert_eq!(
            splitter.words("Draw  12345 ペリカン's").unwrap().concat(),
            "Draw  12345 ペリカン's",
            "{name}"
        );
    }
}

#[track_caller]
fn cuts(name: &str, cases: &[&[&str]]) {
    let splitter = PreTokenizer::of(family(name).unwrap()).unwrap();
    for words in cases {
        assert_eq!(splitter.words(&words.concat()).unwrap(), *words, "{name}");
    }
}

/// The words are what Python's `regex` finds with tiktoken's own pattern.
#[test]
fn gpt_4o_cuts_at_changes_of_case() {
    let cases: &[&[&str]] = &[
        &[
            "Draw", " a", " pelican", " ", " riding", "\n\n", " ", " a", " bicycle", " at", " ", "123", "45",
            " m", "/s", "!",
        ],
        &["Camel", "Case", "HTMLParser", " isn't", " ", " WE'VE", " don", "’t"],
        &[
            "<svg", " view", "Box", "=\"", "0", " ", "0", " ", "100", ".", "5", " -", "20", "\"/>\r\n", "\t",
            "<g", ">", "  ",
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
