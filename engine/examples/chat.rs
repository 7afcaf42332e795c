//! Asks a model and prints its reply as it comes:
//! `cargo run --release -p pelicycle-engine --example chat -- [MODEL.gguf] ["PROMPT"]`.
//! Without a file it asks hatchling, the model that ships with the engine.
#![expect(clippy::print_stdout, reason = "it prints the reply")]

use std::error::Error;
use std::io::Write;

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::{ChatEvent, Engine};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let engine = match arguments.next() {
        Some(path) => Engine::open(path)?,
        None => Engine::bundled()?,
    };
    let prompt = arguments.next().unwrap_or("Generate an SVG of a pelican riding a bicycle".to_owned());
    for event in engine.chat(&[ChatMessage::user(prompt)]).seed(7).stream()? {
        match event? {
            ChatEvent::Reasoning(text) | ChatEvent::Text(text) => {
                print!("{text}");
                std::io::stdout().flush()?;
            }
            ChatEvent::AnswerWasReasoning => {}
            ChatEvent::Finished(summary) => {
                println!("\n[{} tokens, {:?}]", summary.reply_tokens, summary.finish);
            }
        }
    }
    Ok(())
}
