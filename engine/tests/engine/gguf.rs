//! The GGUF reader on real files and on damaged ones.

use pelicycle_engine::gguf::{Gguf, GgufFault};

use crate::support::shared;

#[test]
fn golden_models_open_with_every_tensor_inside_the_file() {
    let Some(shared) = shared() else { return };
    for name in ["llama3.f16", "llama3.f32", "qwen3moe.f16", "mixtral.f16", "deepseek2-v3.f16"] {
        let gguf = Gguf::open(&shared.join(format!("golden/models/{name}.gguf"))).unwrap();
        assert!(!gguf.tensors().is_empty());
        for tensor in gguf.tensors() {
            assert_eq!(gguf.bytes(tensor).len(), tensor.byte_len());
            assert_eq!(gguf.bytes(tensor).as_ptr().align_offset(8), 0);
        }
        let architecture = gguf.require_str("general.architecture").unwrap();
        assert!(gguf.require_u32(&format!("{architecture}.block_count")).unwrap() > 0);
    }
}

#[test]
fn a_vocabulary_alone_opens() {
    let Some(shared) = shared() else { return };
    let gguf = Gguf::open(&shared.join("golden/tokenizers/vocab-qwen2.gguf")).unwrap();
    assert!(gguf.tensors().is_empty());
    assert!(gguf.require_strings("tokenizer.ggml.tokens").unwrap().len() >= 151_669);
}

#[test]
fn a_real_file_cut_anywhere_is_an_error() {
    let Some(shared) = shared() else { return };
    let whole = std::fs::read(shared.join("golden/models/llama3.f16.gguf")).unwrap();
    Gguf::from_bytes(&whole).unwrap();
    let front = whole.len().min(40_000);
    for len in (0..front).step_by(7).chain((front..whole.len()).step_by(997)).chain([whole.len() - 1]) {
        let error = Gguf::from_bytes(&whole[..len]).unwrap_err();
        assert!(
            matches!(
                error.fault,
                GgufFault::NoMagic { .. } | GgufFault::Truncated { .. } | GgufFault::OutOfFile { .. }
            ),
            "cut at {len}: {error}"
        );
    }
}
