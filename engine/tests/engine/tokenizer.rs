//! Tokenizers on the real vocabularies, against the ids that the models' own tokenizers give.

use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataArray, MetadataValue};
use pelicycle_engine::tokenizer::Tokenizer;

use crate::support::{fetched, shared};

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
    ids_with_special: Option<Vec<u32>>,
}

#[derive(serde::Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

fn agrees(name: &str) {
    let Some(shared) = shared() else { return };
    let folder = shared.join("golden/tokenizers");
    let golden: Golden =
        serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap();
    let file = format!("vocab-{name}.gguf");
    let path = match folder.join(&file) {
        path if path.is_file() => path,
        // Not shipped with the golden data.
        _ => match fetched(&file, "scripts/fetch-fixtures") {
            Some(path) => path,
            None => return,
        },
    };
    let gguf = Gguf::open(&path).unwrap();
    let tokenizer = Tokenizer::from_gguf(&gguf).unwrap();
    assert!(golden.cases.len() >= 200);
    for Case { text, ids, ids_with_special } in &golden.cases {
        assert_eq!(&tokenizer.encode(text, false).unwrap(), ids, "{name}: {text:?}");
        // The SentencePiece fixture has no ids with control tokens.
        let special = ids_with_special.as_ref().unwrap_or(ids);
        if name != "mistral" {
            assert_eq!(&tokenizer.encode(text, true).unwrap(), special, "{name}, special: {text:?}");
        }
        // SentencePiece puts a blank before the text, which decoding shows, and can't tell `▁` from a blank.
        let decoded = tokenizer.decode(ids);
        if name == "mistral" {
            assert!(
                text.is_empty() || decoded == format!(" {}", text.replace('▁', " ")).as_bytes(),
                "{name}: {text:?}"
            );
        } else if decoded != text.as_bytes() {
            let decoded = String::from_utf8(decoded).unwrap();
            assert_eq!(
                &tokenizer.encode(&decoded, false).unwrap(),
                ids,
                "{name}: {text:?} came back {decoded:?}"
            );
        }
    }
}

#[test]
fn smollm2_agrees_with_its_own_tokenizer() {
    agrees("smollm2");
}

#[test]
fn qwen2_agrees_with_its_own_tokenizer() {
    agrees("qwen2");
}

#[test]
fn qwen35_agrees_with_its_own_tokenizer() {
    agrees("qwen35");
}

#[test]
fn llama3_agrees_with_its_own_tokenizer() {
    agrees("llama3");
}

#[test]
fn deepseek_v3_agrees_with_its_own_tokenizer() {
    agrees("deepseek-v3");
}

#[test]
fn mistral_agrees_with_sentencepiece() {
    agrees("mistral");
}

/// A vocabulary of control tokens and a letter.
fn control_tokens(tokens: &[&str]) -> Tokenizer {
    let texts: Vec<String> = ["a"].iter().chain(tokens).map(|&token| token.into()).collect();
    let kinds = (0..texts.len()).map(|id| if id == 0 { 1 } else { 3 }).collect();
    let mut contents = GgufBuilder::default();
    contents.pair("tokenizer.ggml.model", MetadataValue::String("llama".into()));
    contents.pair("tokenizer.ggml.scores", MetadataValue::Array(MetadataArray::F32(vec![0.0; texts.len()])));
    contents.pair("tokenizer.ggml.tokens", MetadataValue::Array(MetadataArray::String(texts)));
    contents.pair("tokenizer.ggml.token_type", MetadataValue::Array(MetadataArray::I32(kinds)));
    contents.pair("tokenizer.ggml.eos_token_id", MetadataValue::U32(2));
    let mut file = Vec::new();
    contents.write(&mut file, |_, _| Ok(())).unwrap();
    Tokenizer::from_gguf(&Gguf::from_bytes(&file).unwrap()).unwrap()
}

#[test]
fn end_marks_end_a_turn_but_not_where_they_only_end_a_message() {
    let ends =
        |tokenizer: &Tokenizer| -> Vec<u32> { (0..5).filter(|&id| tokenizer.is_end_of_turn(id)).collect() };
    let phi = control_tokens(&["<|end|>", "<|endoftext|>", "<|user|>"]);
    assert_eq!(ends(&phi), [1, 2]);
    let gpt_oss = control_tokens(&["<|end|>", "<|return|>", "<|call|>", "<|start|>"]);
    assert_eq!(ends(&gpt_oss), [2, 3]);
    assert_eq!(gpt_oss.special("<|call|>"), Some(3));
    assert_eq!(gpt_oss.special("<|call|>a"), None);
}
