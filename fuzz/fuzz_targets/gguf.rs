//! Any bytes: the reader, and what is built on its metadata, answer or err.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pelicycle_engine::chat::{ChatTemplate, Message};
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::tokenizer::Tokenizer;

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
        let _ = template.render(&[Message::user("hi")], &serde_json::Map::new());
    }
});
