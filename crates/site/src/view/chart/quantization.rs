//! One model in several quantizations, told by the names of its files.

use std::collections::BTreeMap;

use super::Dot;
use crate::view::hall::Showcase;

/// The name of a case's model without its quantization, and the quantization; none where no local engine ran it.
pub(super) fn of(case: &Showcase<'_>) -> Option<(String, String)> {
    let engine = case.shown[0].attempt.engine.as_ref()?;
    let (base, named) = split(&case.contestant().model);
    Some((base.to_lowercase(), named.map_or_else(|| engine.quantization.clone(), str::to_uppercase)))
}

/// `granite-4.1-3b` and `Q4_K_M` of `granite-4.1-3b-Q4_K_M.gguf`.
fn split(model: &str) -> (&str, Option<&str>) {
    let name = model.rsplit(['/', '\\']).next().unwrap_or(model);
    let name = name.strip_suffix(".gguf").unwrap_or(name);
    for (at, separator) in name.rmatch_indices(['-', '.', ':', '@']) {
        if is_quantization(&name[at + separator.len()..]) {
            return (&name[..at], Some(&name[at + separator.len()..]));
        }
    }
    (name, None)
}

/// Whether a word is the name of a tensor type, or of a mixture of them.
fn is_quantization(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    if matches!(word.as_str(), "F32" | "F16" | "FP16" | "BF16" | "MXFP4" | "MXFP4_MOE" | "NVFP4") {
        return true;
    }
    let rest = ["IQ", "TQ", "Q"].iter().find_map(|begin| word.strip_prefix(begin));
    rest.is_some_and(|rest| {
        let mut parts = rest.split('_');
        let bits =
            parts.next().is_some_and(|bits| bits.len() == 1 && bits.bytes().all(|b| b.is_ascii_digit()));
        bits && parts.all(|part| {
            !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    })
}

/// Keeps the models of which there are files of two sizes.
pub(super) fn keep_several(dots: &mut Vec<Dot<'_, '_>>) {
    let mut sizes: BTreeMap<Option<String>, (f64, f64)> = BTreeMap::new();
    for dot in dots.iter() {
        let span = sizes.entry(dot.line.clone()).or_insert((dot.at, dot.at));
        *span = (span.0.min(dot.at), span.1.max(dot.at));
    }
    dots.retain(|dot| sizes.get(&dot.line).is_some_and(|(least, most)| least < most));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_model_and_a_quantization() {
        for (model, base, quantization) in [
            ("granite-4.1-3b-Q4_K_M.gguf", "granite-4.1-3b", Some("Q4_K_M")),
            ("granite-4.1-3b-IQ4_NL", "granite-4.1-3b", Some("IQ4_NL")),
            ("Qwen3-0.6B.Q8_0.gguf", "Qwen3-0.6B", Some("Q8_0")),
            ("llama3.2:3b-instruct-q4_K_M", "llama3.2:3b-instruct", Some("q4_K_M")),
            ("unsloth/gemma-3-270m-it-UD-Q2_K_XL.gguf", "gemma-3-270m-it-UD", Some("Q2_K_XL")),
            ("smol-bf16.gguf", "smol", Some("bf16")),
            ("qwen-2.5", "qwen-2.5", None),
            ("Q", "Q", None),
            ("-", "-", None),
        ] {
            assert_eq!(split(model), (base, quantization), "{model}");
        }
    }
}
