//! The parts of a model file's name. There is no standard; this is the custom of those who publish GGUF files.

/// A `.gguf` file's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFileName {
    /// The name without `.gguf` and without the part of a split model: `Qwen3-30B-A3B-UD-Q4_K_XL`.
    pub stem: String,
    /// The model, in lower case: `qwen3-30b-a3b`.
    pub model: String,
    /// The quantization of the weights, as written: `UD-Q4_K_XL`.
    pub quantization: Option<String>,
    /// The file of a split model that it is.
    pub part: Option<SplitPart>,
}

/// A file of a split model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitPart {
    /// The number of the file, from 1.
    pub number: u32,
    /// The number of all files.
    pub count: u32,
}

impl ModelFileName {
    /// Takes a name apart; `None` where it is not a model's: no `.gguf`, or the vision projector or importance
    /// matrix that lies beside one.
    #[must_use]
    pub fn parse(name: &str) -> Option<ModelFileName> {
        let (stem, extension) = name.rsplit_once('.')?;
        if stem.is_empty() || !extension.eq_ignore_ascii_case("gguf") {
            return None;
        }
        let lower = stem.to_ascii_lowercase();
        if lower.contains("mmproj") || lower.contains("imatrix") {
            return None;
        }
        let (stem, part) = split_part(stem);
        let (model, quantization) = split_quantization(stem);
        Some(ModelFileName { stem: stem.to_owned(), model: model.to_lowercase(), quantization, part })
    }
}

/// `name-00002-of-00003` is part 2 of 3 of `name`.
fn split_part(stem: &str) -> (&str, Option<SplitPart>) {
    let part = || {
        let (rest, count) = stem.rsplit_once("-of-")?;
        let (rest, number) = rest.rsplit_once('-')?;
        let digits = |text: &str| {
            (text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
        };
        let part = SplitPart { number: digits(number)?, count: digits(count)? };
        (!rest.is_empty() && (1..=part.count).contains(&part.number)).then_some((rest, part))
    };
    part().map_or((stem, None), |(rest, part)| (rest, Some(part)))
}

/// Cuts before the last word that names a quantization. Words are set apart by `-` and `.`; a quantization has
/// underscores in it.
pub(super) fn split_quantization(stem: &str) -> (&str, Option<String>) {
    let starts = std::iter::once(0).chain(stem.match_indices(['-', '.']).map(|(at, _)| at + 1));
    let words: Vec<(usize, &str)> =
        starts.map(|at| (at, stem[at..].split(['-', '.']).next().unwrap_or_default())).collect();
    let Some(last) = words.iter().rposition(|(_, word)| is_quantization(word)) else { return (stem, None) };
    // Unsloth's dynamic mixes and those weighted by an importance matrix carry a word before.
    let marked = last.checked_sub(1).filter(|&before| {
        words[before].1.eq_ignore_ascii_case("UD") || words[before].1.eq_ignore_ascii_case("i1")
    });
    match words[marked.unwrap_or(last)].0 {
        0 => (stem, None),
        at => (&stem[..at - 1], Some(stem[at..].to_owned())),
    }
}

/// Whether a word is the name of a tensor type or of a mix of them.
fn is_quantization(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    if matches!(upper.as_str(), "F32" | "F16" | "BF16" | "FP16" | "FP32" | "MXFP4" | "MXFP4_MOE" | "NVFP4") {
        return true;
    }
    let Some(rest) = ["IQ", "TQ", "Q"].iter().find_map(|prefix| upper.strip_prefix(prefix)) else {
        return false;
    };
    let mut letters = rest.bytes();
    letters.next().is_some_and(|b| b.is_ascii_digit())
        && letters.next().is_none_or(|b| b == b'_')
        && letters.all(|b| b == b'_' || b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_they_are_published_are_taken_apart() {
        for (name, model, quantization) in [
            ("Qwen3.6-35B-A3B-UD-Q4_K_XL.gguf", "qwen3.6-35b-a3b", Some("UD-Q4_K_XL")),
            ("SmolLM2-135M-Instruct.Q4_1.gguf", "smollm2-135m-instruct", Some("Q4_1")),
            ("gemma-3-270m-q4_k_m.GGUF", "gemma-3-270m", Some("q4_k_m")),
            ("Llama-3.2-1B.i1-IQ4_XS.gguf", "llama-3.2-1b", Some("i1-IQ4_XS")),
            ("gpt-oss-20b-mxfp4.gguf", "gpt-oss-20b", Some("mxfp4")),
            ("Mixtral-8x7B-Instruct-v0.1-f16.gguf", "mixtral-8x7b-instruct-v0.1", Some("f16")),
            ("Model-Q8_0-imat2.gguf", "model", Some("Q8_0-imat2")),
            ("Quill-Q.gguf", "quill-q", None),
            ("qwen3-a.gguf", "qwen3-a", None),
            ("Q4_K_M.gguf", "q4_k_m", None),
        ] {
            let found = ModelFileName::parse(name).unwrap();
            assert_eq!(
                (found.model.as_str(), found.quantization.as_deref()),
                (model, quantization),
                "{name}"
            );
            assert_eq!(found.part, None, "{name}");
        }
    }

    #[test]
    fn parts_of_a_split_model_share_a_stem() {
        let name = ModelFileName::parse("DeepSeek-V3-Q4_K_M-00002-of-00009.gguf").unwrap();
        assert_eq!((name.stem.as_str(), name.model.as_str()), ("DeepSeek-V3-Q4_K_M", "deepseek-v3"));
        assert_eq!(name.part, Some(SplitPart { number: 2, count: 9 }));
        for whole in
            ["a-00000-of-00003.gguf", "a-00004-of-00003.gguf", "a-2-of-3.gguf", "-00001-of-00001.gguf"]
        {
            assert_eq!(ModelFileName::parse(whole).unwrap().part, None, "{whole}");
        }
    }

    #[test]
    fn what_is_no_language_model_is_left_out() {
        for name in
            ["mmproj-F16.gguf", "Model-mmproj.gguf", "imatrix_unsloth.gguf", "notes.txt", ".gguf", "gguf"]
        {
            assert_eq!(ModelFileName::parse(name), None, "{name}");
        }
    }
}
