//! Architectures that are known and not run, by the one thing that each would need first.

const MISSING: &[(&str, &[&str])] = &[
    ("recurrent layers of Mamba", &["mamba", "mamba2", "jamba", "falcon-h1", "plamo2"]),
    ("recurrent layers of RWKV", &["rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"]),
    ("attention that chooses its positions by an indexer", &["deepseek4"]),
    ("heads of two sizes and keys shared between layers", &["gemma4-assistant", "gemma3n"]),
    ("scores of attention with a cap", &["gemma2", "grok"]),
    (
        "norms that center, with biases",
        &[
            "command-r",
            "cohere2",
            "cohere2moe",
            "dbrx",
            "falcon",
            "gpt2",
            "gptj",
            "gptneox",
            "mpt",
            "bloom",
            "starcoder",
            "starcoder2",
            "stablelm",
            "phi2",
            "olmo",
            "codeshell",
            "orion",
            "jais",
            "jais2",
            "nemotron",
        ],
    ),
    ("feed-forward blocks without a gate, or with another", &["arcee", "apertus", "jais", "smallthinker"]),
    ("chunked attention and experts beside a dense layer", &["llama4"]),
    (
        "norms after attention in an order of their own",
        &[
            "glm4",
            "chatglm",
            "exaone4",
            "exaone-moe",
            "gemma",
            "plamo",
            "plamo3",
            "openelm",
            "minicpm",
            "minicpm3",
        ],
    ),
    (
        "an architecture that was not looked at yet",
        &[
            "arctic",
            "bailingmoe",
            "baichuan",
            "bitnet",
            "chameleon",
            "deci",
            "deepseek",
            "dots1",
            "ernie4_5",
            "exaone",
            "grovemoe",
            "hunyuan-dense",
            "hunyuan_vl",
            "hy_v3",
            "internlm2",
            "laguna",
            "maincoder",
            "mellum",
            "mimo2",
            "paddleocr",
            "pangu-embedded",
            "plm",
            "qwen",
            "refact",
            "step35",
            "talkie",
            "xverse",
            "cogvlm",
            "deepseek2-ocr",
        ],
    ),
    (
        "another way to make text: it fills in blanks, and does not go on",
        &["dream", "llada", "llada-moe", "rnd1"],
    ),
    (
        "something to go on from: it makes vectors of texts, or works beside another model",
        &[
            "bert",
            "modern-bert",
            "nomic-bert",
            "nomic-bert-moe",
            "neo-bert",
            "jina-bert-v2",
            "jina-bert-v3",
            "eurobert",
            "gemma-embedding",
            "llama-embed",
            "clip",
            "wavtokenizer-dec",
            "eagle3",
            "dflash",
            "t5encoder",
        ],
    ),
    ("an encoder beside the decoder", &["t5"]),
];

/// What an architecture would need, in words that follow "it needs".
pub(super) fn missing(architecture: &str) -> &'static str {
    let known = MISSING.iter().find(|(_, names)| names.contains(&architecture));
    known.map_or("a description: its name is not known", |(what, _)| what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::architecture::Architecture;

    #[test]
    fn nothing_is_missing_that_is_there() {
        for (_, names) in MISSING {
            for name in *names {
                assert!(Architecture::named(name).is_none(), "{name} runs");
            }
        }
        assert!(missing("gemma3n").contains("two sizes") && missing("gemma99").contains("not known"));
    }
}
