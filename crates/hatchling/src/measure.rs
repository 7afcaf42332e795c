//! Measures a trained model: how many of its drawings are drawn, whether they show what was asked, which experts fire.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc;

use anyhow::Context;
use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::{Engine, EngineOptions, GenerationEvent, GenerationRequest, Session, bundled};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::Verdict;

use crate::animal::{ANIMALS, Animal};
use crate::reading::{self, ReadingTally};
use crate::sheet;
use crate::vehicle::{VEHICLES, Vehicle};

/// Requests that decode together.
const PARALLEL: usize = 16;

/// Drawings of a contact sheet.
const SHEET: usize = 20;

/// Drawings whose experts are counted.
const ROUTED: usize = 100;

/// Longest side of a raster, in pixels.
const RASTER: u32 = 320;

/// One reply and what the check made of it.
struct Drawn {
    tokens: Vec<u32>,
    svg: Option<Vec<u8>>,
    png: Option<Vec<u8>>,
    verdict: Verdict,
}

/// Asks for `seeds` drawings of every prompt of the grid, and prints the tables of the model card as Markdown; contact
/// sheets go to `out`.
pub(crate) fn measure(
    model: Option<&Path>,
    out: &Path,
    seeds: u64,
    pelicans: u64,
    threads: Option<usize>,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let gguf = match model {
        Some(path) => Gguf::open(path)?,
        None => Gguf::from_bytes(bundled::hatchling())?,
    };
    let recommended = |key: &str| gguf.f32(&format!("general.sampling.{key}")).ok().flatten();
    let sampling = Sampling {
        temperature: recommended("temp").unwrap_or(0.8),
        top_p: recommended("top_p").unwrap_or(1.0),
        min_p: recommended("min_p").unwrap_or(0.0),
        ..Sampling::default()
    };
    println!(
        "Sampling: temperature {}, top-p {}, min-p {}\n",
        sampling.temperature, sampling.top_p, sampling.min_p
    );
    let options = EngineOptions { parallel: PARALLEL, threads, ..EngineOptions::default() };
    let engine = Engine::new(gguf, &options)?;

    let library = PromptLibrary::bundled();
    let mut seen = HashSet::new();
    let (mut alike, mut asked) = (0, 0);
    let (mut vehicles, mut animals) = (ReadingTally::default(), ReadingTally::default());
    let mut others = Vec::new();
    let mut traced: Vec<Vec<u32>> = Vec::new();
    println!("| prompt | drawn | of |\n|---|---:|---:|");
    // All at once, so that the engine always has enough to decode together.
    let mut asked_all = Vec::new();
    for prompt in library.iter() {
        let count = if prompt.family == "pelican" { pelicans } else { seeds };
        asked_all.push((prompt, count, ask(&engine, &prompt.text, &sampling, count)?));
    }
    for (prompt, count, replies) in asked_all {
        let drawings = replies.judge(&engine);
        let drawn: Vec<_> = drawings.iter().filter(|d| d.verdict == Verdict::Drawn).collect();
        println!("| {} | {} | {count} |", prompt.id, drawn.len());
        let wanted = (animal_of(&prompt.text), vehicle_of(&prompt.text));
        for drawing in &drawn {
            asked += 1;
            alike += usize::from(!seen.insert(drawing.svg.clone()));
            let svg = String::from_utf8_lossy(drawing.svg.as_deref().unwrap_or_default()).into_owned();
            if let (Some(animal), Some(vehicle)) = wanted {
                vehicles.count(vehicle.name(), reading::vehicle(&svg));
                animals.count(animal.name(), reading::animal(&svg));
            }
        }
        let pictures: Vec<&[u8]> = drawn.iter().filter_map(|d| d.png.as_deref()).collect();
        if prompt.family == "pelican" {
            sheet::write(&out.join(format!("{}.png", prompt.id)), &pictures[..pictures.len().min(SHEET)])?;
        } else if others.len() < SHEET * 3 {
            // The same seed begins alike under every prompt.
            others.extend(pictures.get(others.len() % pictures.len().max(1)).map(|p| p.to_vec()));
        }
        let share = if prompt.id == "pelican" { ROUTED / 2 } else { ROUTED / 2 / 48 + 1 };
        traced.extend(drawings.iter().take(share).map(|d| d.tokens.clone()));
    }
    let others: Vec<&[u8]> = others.iter().map(Vec::as_slice).step_by(2).collect();
    sheet::write(&out.join("others.png"), &others[..others.len().min(SHEET)])?;
    println!("\nDrawings that are the same bytes as another: {alike} of {asked}.\n");
    println!("Vehicle asked for (rows), as wheels and water were read off the drawing (columns):\n");
    vehicles.print(&VEHICLES.map(Vehicle::name));
    println!("\nAnimal asked for (rows), as its colours were read off the drawing (columns):\n");
    animals.print(&ANIMALS.map(Animal::name));
    traced.truncate(ROUTED);
    routing(&engine, &traced)
}

fn animal_of(text: &str) -> Option<Animal> {
    ANIMALS.into_iter().find(|animal| text.contains(animal.name()))
}

fn vehicle_of(text: &str) -> Option<Vehicle> {
    VEHICLES.into_iter().find(|vehicle| text.contains(&format!(" {}", vehicle.name())))
}

fn ask(engine: &Engine, prompt: &str, sampling: &Sampling, count: u64) -> anyhow::Result<PromptReplies> {
    let prompt = engine.prompt(&[ChatMessage::user(prompt)], None)?;
    let (send, receive) = mpsc::channel();
    for seed in 0..count {
        let request = GenerationRequest {
            tokens: prompt.tokens.clone(),
            sampling: Sampling { seed, ..sampling.clone() },
            max_tokens: 1024,
            ..GenerationRequest::default()
        };
        let send = send.clone();
        let mut tokens = prompt.tokens.clone();
        engine.submit(request, move |event| {
            match event {
                GenerationEvent::Looking(_) | GenerationEvent::Started => {}
                GenerationEvent::Token { id, .. } => tokens.push(id),
                GenerationEvent::Finished { .. } => {
                    let _ = send.send((seed, std::mem::take(&mut tokens)));
                }
            }
            ControlFlow::Continue(())
        })?;
    }
    drop(send);
    Ok(PromptReplies { asked: prompt.tokens.len(), receive })
}

/// The replies to one prompt, as they come.
struct PromptReplies {
    /// Tokens of the prompt.
    asked: usize,
    receive: mpsc::Receiver<(u64, Vec<u32>)>,
}

impl PromptReplies {
    /// Waits for them all; in the order of their seeds.
    fn judge(self, engine: &Engine) -> Vec<Drawn> {
        let mut replies: Vec<(u64, Vec<u32>)> = self.receive.iter().collect();
        replies.sort_unstable();
        replies.into_iter().map(|(_, tokens)| judge(engine, self.asked, tokens)).collect()
    }
}

fn judge(engine: &Engine, asked: usize, tokens: Vec<u32>) -> Drawn {
    let reply: Vec<u8> =
        tokens[asked..].iter().flat_map(|&id| engine.tokenizer().token_bytes(id).to_vec()).collect();
    let inspection = inspect(&reply, &InspectionOptions { raster: RASTER, ..InspectionOptions::default() });
    Drawn { tokens, svg: inspection.svg, png: inspection.png, verdict: inspection.check.verdict }
}

/// Prints how often each expert of each layer was chosen over the given texts.
fn routing(engine: &Engine, texts: &[Vec<u32>]) -> anyhow::Result<()> {
    let mut taken = engine.model().expert_use().context("the model has no experts")?;
    for text in texts {
        Session::new(engine.model())
            .feed_watching(text, false, |choice| taken.take(choice.layer, &choice.experts))?;
    }
    let (rows, layers) = (taken.tokens(), taken.layers());
    let experts = layers.iter().map(Vec::len).max().unwrap_or(0);
    println!("\nShare of {rows} tokens ({} drawings) that chose each expert, in percent:\n", texts.len());
    let head: String = (0..experts).map(|e| format!(" {e} |")).collect();
    println!("| layer |{head}\n|---|{}", "---:|".repeat(experts));
    for (layer, counts) in layers.iter().enumerate() {
        let row: String =
            counts.iter().map(|&n| format!(" {:.1} |", f64::from(n) * 100.0 / rows as f64)).collect();
        println!("| {layer} |{row}");
    }
    let unused = layers.iter().flatten().filter(|&&n| n == 0).count();
    let most = layers.iter().flatten().copied().max().unwrap_or(0);
    println!(
        "\nExperts never chosen: {unused}. The busiest takes {:.1}% of its layer's tokens.",
        f64::from(most) * 100.0 / rows as f64
    );
    Ok(())
}
