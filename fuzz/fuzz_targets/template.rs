//! A chat template that nobody wrote: compiling it and writing a conversation with it comes to an end, in words or in an
//! error. Memory and depth are bounded by the process that tries a template first, not here: run it with `-max_len=2000`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pelicycle_engine::chat::{ChatMessage, ChatTemplate};

fuzz_target!(|source: &str| {
    let Ok(template) = ChatTemplate::new(source, "<s>", "</s>") else { return };
    let talk = [
        ChatMessage::system("Be brief."),
        ChatMessage::user("a pelican {{ 1 }} 🚲"),
        ChatMessage::assistant("<svg/>"),
    ];
    let _ = template.render(&talk, &serde_json::Map::new());
});
