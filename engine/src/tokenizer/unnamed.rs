//! The family by whose patterns text is split for a byte-level vocabulary: the one that its file names, else the likeliest.

use super::error::TokenizerError;
use super::families::{TokenizerFamily, UNNAMED, family};
use super::split::PreTokenizer;
use crate::gguf::Gguf;

/// The splitter that the file names; `None` where it names none.
pub(super) fn named_split(gguf: &Gguf) -> Result<Option<PreTokenizer>, TokenizerError> {
    named_family(gguf)?.map(PreTokenizer::of).transpose()
}

/// The family that the file names; `None` where it names none.
pub(super) fn named_family(gguf: &Gguf) -> Result<Option<&'static TokenizerFamily>, TokenizerError> {
    match gguf.str("tokenizer.ggml.pre")? {
        None | Some("" | "default") => Ok(None),
        Some(name) => family(name)
            .map(Some)
            .ok_or_else(|| TokenizerError::Split { path: gguf.path().to_owned(), name: name.to_owned() }),
    }
}

/// The splitter of the likeliest family of a file that names none, and a remark that says so.
pub(super) fn likely_split(gguf: &Gguf, texts: &[String]) -> Result<(PreTokenizer, String), TokenizerError> {
    let architecture = gguf.str("general.architecture")?.unwrap_or_default();
    let name = likely(architecture, texts);
    let splitter = PreTokenizer::of(name.and_then(family).unwrap_or(&UNNAMED))?;
    let remark = match name {
        Some(name) => format!(
            "The file does not say how its tokenizer splits text; its architecture and vocabulary are those of \
             \"{name}\", so text is split as there."
        ),
        None => "The file does not say how its tokenizer splits text, and nothing in it tells; it is split in the way \
                 that llama.cpp takes for such files, which the model may not have been trained with."
            .to_owned(),
    };
    Ok((splitter, remark))
}

/// The family's name, by what else the file says.
fn likely(architecture: &str, texts: &[String]) -> Option<&'static str> {
    let has = |token: &str| texts.iter().any(|text| text == token);
    let large = texts.len() > 120_000;
    Some(match architecture {
        "llama" | "mistral3" if has("[INST]") && large => "tekken",
        "mistral3" | "mistral4" => "tekken",
        "llama" if has("<|fim_prefix|>") || has("<fim_prefix>") => "starcoder",
        "llama" => "llama-bpe",
        "llama4" => "llama4",
        "qwen35" | "qwen35moe" | "qwen4exp" => "qwen35",
        name if name.starts_with("qwen") => "qwen2",
        "gpt-oss" | "gptoss" => "gpt-4o",
        "phi3" if texts.len() > 150_000 => "gpt-4o",
        "phi3" => "dbrx",
        "deepseek2" | "deepseek32" if has("[gMASK]") => "glm4",
        "deepseek2" | "deepseek32" if large => "deepseek-v3",
        "deepseek" | "deepseek2" => "deepseek-llm",
        name if name.starts_with("glm") || name == "chatglm" => "glm4",
        "command-r" | "cohere2" => "command-r",
        "starcoder" | "starcoder2" => "starcoder",
        "granite" | "granitemoe" => "refact",
        "gpt2" | "phi2" | "gptneox" => "gpt-2",
        name if name.starts_with("olmo") => "olmo",
        "lfm2" | "lfm2moe" => "lfm2",
        "minimax-m2" => "minimax-m2",
        "kimi-linear" => "kimi-k2",
        "afmoe" => "afmoe",
        "bailingmoe" | "bailingmoe2" => "bailingmoe2",
        "exaone4" => "exaone4",
        "falcon" => "falcon",
        "bloom" => "bloom",
        "stablelm" => "stablelm2",
        "dbrx" => "dbrx",
        _ => return None,
    })
}
