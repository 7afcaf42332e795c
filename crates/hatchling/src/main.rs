//! The recipe of hatchling, the small model inside pelicycle: scenes to learn from, tokenizer, training data, the GGUF
//! file of trained weights, and tables of what the model draws. `README.md` beside this crate has the steps in their
//! order.
//!
//! It knows nothing of runs, results or pages, and nothing else needs it. Training itself is `train.py`.
//!
//! Start reading at `scene.rs`, which makes a prompt and the drawing that answers it from a seed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool that reports to who runs it")]

mod animal;
mod backdrop;
mod beast;
mod bird;
mod chance;
mod corpus;
mod export;
mod measure;
mod palette;
mod pen;
mod reading;
mod rider;
mod scene;
mod sheet;
mod vehicle;
mod whale;
mod words;

use std::path::PathBuf;

use clap::Parser;

use crate::scene::Scene;

#[derive(Debug, Parser)]
#[command(
    about = "Makes the scenes hatchling learns from, its tokenizer, and the GGUF of its trained weights"
)]
enum Command {
    /// Writes scenes as SVG files, to look at.
    Scenes {
        /// The folder to write into.
        out: PathBuf,
        /// The number of scenes.
        #[arg(long, default_value_t = 20)]
        count: u64,
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Makes the tokenizer and the training data: `tokenizer.json`, `tokens.u16`, `lengths.u32`.
    Corpus {
        /// The folder to write into.
        out: PathBuf,
        /// The number of scenes.
        #[arg(long, default_value_t = 64_000)]
        count: u64,
        /// Entries of the vocabulary.
        #[arg(long, default_value_t = 1792)]
        vocabulary: usize,
    },
    /// Writes the GGUF of trained weights.
    Export {
        /// `model.safetensors` of the training.
        weights: PathBuf,
        /// `tokenizer.json` of the corpus.
        tokenizer: PathBuf,
        /// The file to write.
        out: PathBuf,
    },
    /// Draws every prompt of the grid with many seeds and prints the model card's tables; contact sheets go to OUT.
    Measure {
        /// The folder to write into.
        out: PathBuf,
        /// The model file [default: the bundled one].
        #[arg(long)]
        model: Option<PathBuf>,
        /// Drawings of each prompt of the control grid.
        #[arg(long, default_value_t = 100)]
        seeds: u64,
        /// Drawings of each pelican prompt.
        #[arg(long, default_value_t = 100)]
        pelicans: u64,
        /// Threads of the engine [default: the machine's cores].
        #[arg(long)]
        threads: Option<usize>,
    },
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Scenes { out, count, seed } => {
            std::fs::create_dir_all(&out)?;
            for seed in seed..seed + count {
                let scene = Scene::new(seed);
                std::fs::write(out.join(format!("{seed:04}.svg")), &scene.svg)?;
                std::fs::write(out.join(format!("{seed:04}.txt")), &scene.prompt)?;
            }
        }
        Command::Corpus { out, count, vocabulary } => corpus::write(&out, count, vocabulary)?,
        Command::Measure { out, model, seeds, pelicans, threads } => {
            measure::measure(model.as_deref(), &out, seeds, pelicans, threads)?;
        }
        Command::Export { weights, tokenizer, out } => export::export(&weights, &tokenizer, &out)?,
    }
    Ok(())
}
