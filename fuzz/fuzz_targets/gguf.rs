//! Any bytes: the reader, and what is built on what it read, answer or err.
#![no_main]

#[path = "../header.rs"]
mod header;

use std::sync::Arc;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pelicycle_engine::Session;
use pelicycle_engine::chat::{ChatMessage, ChatTemplate};
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, Model};
use pelicycle_engine::tokenizer::Tokenizer;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    header::mutate(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let Ok(gguf) = Gguf::from_bytes(data) else { return };
    for tensor in gguf.tensors() {
        assert_eq!(gguf.bytes(tensor).len(), tensor.byte_len());
    }
    if let Ok(tokenizer) = Tokenizer::from_gguf(&gguf) {
        if let Ok(ids) = tokenizer.encode("a pelican\n<|im_end|> 42 🚲", true) {
            tokenizer.decode(&ids);
        }
    }
    if let Ok(template) = ChatTemplate::from_gguf(&gguf) {
        let _ = template.render(&[ChatMessage::user("hi")], &serde_json::Map::new());
    }
    if let Ok(model) = Model::new(Arc::new(gguf), Some(1), Arithmetic::Int8) {
        // Refused only where the vocabulary is smaller.
        let _ = Session::new(&model).feed(&[0, 1, 0], true);
    }
});
