//! Architectures that are known and not run, by the one thing that each would need first.

const MISSING: &[(&str, &[&str])] = &[
    ("the first Mamba's recurrent layers", &["mamba", "jamba", "plamo2"]),
    ("recurrent layers without attention or beside it", &["mamba2", "falcon-h1", "minimax-01"]),
    ("recurrent layers of RWKV", &["rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"]),
    (
        "attention over compressed runs of tokens, and experts that a table gives",
        &["deepseek4", "deepseek41"],
    ),
    ("streams that are predicted and corrected in turns (AltUp)", &["gemma3n"]),
    ("scores of attention with a cap", &["gemma2", "grok"]),
    (
        "a feed-forward block beside attention, not behind it",
        &["command-r", "cohere2", "cohere2moe", "falcon", "gptj", "gptneox", "phi2", "stablelm"],
    ),
    ("norms that center without a bias", &["dbrx", "mpt", "olmo"]),
    (
        "embeddings of positions, or scores that fall with the distance",
        &["gpt2", "starcoder", "bloom", "jais"],
    ),
    (
        "feed-forward blocks with another activation",
        &["apertus", "codeshell", "jais2", "smallthinker", "starcoder2"],
    ),
    (
        "a reference to hold it to: its blocks are there, its numbers were not checked",
        &["nemotron", "orion", "exaone-moe"],
    ),
    ("chunked attention and experts beside a dense layer", &["llama4"]),
    (
        "norms after attention in an order of their own",
        &["chatglm", "gemma", "plamo", "plamo3", "openelm", "minicpm", "minicpm3"],
    ),
    (
        "an architecture that was not looked at yet",
        &[
            "arctic",
            "axk2",
            "bailingmoe",
            "bailingmoe3",
            "baichuan",
            "bitnet",
            "chameleon",
            "deci",
            "deepseek",
            "dots3note",
            "deepseekocr",
            "exaone",
            "gigachat35",
            "glmocr",
            "glm5-next",
            "granite_swa",
            "graniteswitch",
            "grovemoe",
            "hrm_text",
            "hunyuan_vl",
            "hy_v3",
            "hy_v4",
            "kimi-k3",
            "laguna",
            "maincoder",
            "maple",
            "mellum",
            "mimo2",
            "motif3",
            "minimax-m3",
            "muse-glimmer",
            "nanbeige",
            "paddleocr",
            "pangu-embedded",
            "plm",
            "qwen",
            "refact",
            "spark2_5",
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
            "eagle3",
            "gemma4-assistant",
            "dflash",
            "t5encoder",
        ],
    ),
    ("layers that attend to pictures alone", &["mllama"]),
    ("an encoder beside the decoder", &["t5"]),
    ("a listener: it makes sounds, and no text", &["pockettts", "qwen3tts", "wavtokenizer-dec"]),
];

/// The parts that an architecture would need, in words that follow "it needs".
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
        let mut seen = std::collections::BTreeSet::new();
        for name in MISSING.iter().flat_map(|(_, names)| *names) {
            assert!(Architecture::named(name).is_none(), "{name} runs");
            assert!(seen.insert(name), "{name} is named once");
        }
        // The newest names of llama.cpp 0.5.0, and one that is newer.
        for name in
            ["kimi-k3", "glm5-next", "minimax-m3", "muse-glimmer", "pockettts", "spark2_5", "deepseek41"]
        {
            assert!(!missing(name).contains("not known"), "{name}");
        }
        assert!(missing("gemma3n").contains("AltUp") && missing("gemma99").contains("not known"));
    }
}
