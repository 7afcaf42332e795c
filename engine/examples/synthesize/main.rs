//! Writes a GGUF file of random weights in the shape of a released model, for measurements of speed and memory.
//!
//! ```sh
//! cargo run --release -p pelicycle-engine --example synthesize -- --shape qwen3-30b-a3b --layers 12 OUT.gguf
//! ```
//!
//! The weights come as they are written: memory does not grow with the file.
#![expect(clippy::print_stdout, reason = "the program's answer")]

mod layout;
mod metadata;
mod mix;
mod numbers;
mod projector;
mod shape;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use pelicycle_engine::gguf::GgufBuilder;

use crate::layout::PlannedTensor;
use crate::mix::Mix;
use crate::numbers::RandomWeights;
use crate::projector::Eyes;
use crate::shape::{ModelShape, SHAPES};

#[derive(Debug, Parser)]
#[command(about = "Write a GGUF file of random weights in the shape of a released model.")]
struct Args {
    /// The model whose shape is taken; --list names them.
    #[arg(long, default_value = "qwen3-30b-a3b")]
    shape: String,
    /// Write the projector with which a model of the shape sees pictures (gemma-3-4b, qwen3-vl-4b), and not the model.
    #[arg(long)]
    projector: bool,
    /// Layers instead of the shape's own.
    #[arg(long, value_name = "N")]
    layers: Option<u64>,
    /// Another number instead of the shape's own, such as experts=64.
    #[arg(long, value_name = "KEY=N")]
    set: Vec<String>,
    /// The tensor types.
    #[arg(long, value_enum, default_value = "Q4_K_M")]
    mix: Mix,
    /// Another seed gives other weights.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Name the shapes that there are.
    #[arg(long)]
    list: bool,
    /// The file to write.
    #[arg(required_unless_present = "list")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Nothing is left to do when even this can't be said.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    if args.list {
        for shape in SHAPES {
            println!("{:22} {}, {} layers", shape.name, shape.architecture, shape.layers);
        }
        return Ok(());
    }
    let Some(out) = &args.out else { return Err("no file to write".into()) };
    let mut shape = named(&args.shape)?;
    if let Some(layers) = args.layers {
        match shape.eyes.as_mut().filter(|_| args.projector) {
            Some(eyes) => eyes.layers = layers.clamp(1, 1024),
            None => shape.set("layers", layers)?,
        }
    }
    for set in &args.set {
        let (key, n) = set.split_once('=').ok_or_else(|| format!("{set:?} is not KEY=N"))?;
        shape.set(key, n.parse().map_err(|_| format!("{n:?} is not a number"))?)?;
    }
    let bytes = match (&shape.eyes, args.projector) {
        (_, false) => synthesize(&shape, args.mix, args.seed, out)?,
        (Some(eyes), true) => synthesize_projector(&shape, eyes, args.mix, args.seed, out)?,
        (None, true) => return Err(format!("{} sees no pictures", shape.name)),
    };
    println!("{}: {:.2} GB", out.display(), bytes as f64 / 1e9);
    Ok(())
}

fn named(name: &str) -> Result<ModelShape, String> {
    let names = || SHAPES.iter().map(|shape| shape.name).collect::<Vec<_>>().join(", ");
    SHAPES
        .iter()
        .find(|shape| shape.name == name)
        .cloned()
        .ok_or_else(|| format!("there is no shape {name:?}; there are {}", names()))
}

/// Writes the file; its size.
fn synthesize(shape: &ModelShape, mix: Mix, seed: u64, path: &Path) -> Result<u64, String> {
    let mut contents = GgufBuilder::default();
    metadata::add(shape, &mut contents);
    write(contents, &layout::tensors(shape, mix), seed, path)
}

/// Writes the file of its projector; its size.
fn synthesize_projector(
    shape: &ModelShape,
    eyes: &Eyes,
    mix: Mix,
    seed: u64,
    path: &Path,
) -> Result<u64, String> {
    let mut contents = GgufBuilder::default();
    projector::add(shape, eyes, &mut contents);
    write(contents, &projector::tensors(shape, eyes, mix), seed, path)
}

fn write(
    mut contents: GgufBuilder,
    tensors: &[PlannedTensor],
    seed: u64,
    path: &Path,
) -> Result<u64, String> {
    for tensor in tensors {
        contents
            .tensor(&tensor.name, &tensor.dims, tensor.kind)
            .map_err(|fault| format!("no file has this shape: {fault}"))?;
    }
    let cannot = |error: io::Error| format!("can't write {}: {error}", path.display());
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).map_err(cannot)?);
    let mut random = RandomWeights(seed);
    let mut next = tensors.iter();
    contents
        .write(&mut out, |planned, out| {
            let tensor = next.next().expect("as many as were planned");
            let elements = planned.dims.iter().product();
            numbers::write(tensor.kind, elements, tensor.numbers, &mut random, out)
        })
        .map_err(cannot)?;
    let file = out.into_inner().map_err(|error| cannot(error.into_error()))?;
    Ok(file.metadata().map_err(cannot)?.len())
}

#[cfg(test)]
mod tests {
    use pelicycle_engine::Session;
    use pelicycle_engine::bench_picture;
    use pelicycle_engine::model::{Arithmetic, ExpertConfig, Model, WeightSummary};
    use pelicycle_engine::vision::{PictureLimits, Projector};

    use super::*;
    use crate::shape::AttentionShape;

    /// A shape cut down to what a test has time for, with every block that it has.
    fn small(shape: &ModelShape) -> ModelShape {
        let mut small =
            ModelShape { layers: 4, width: 256, vocabulary: 1000, feed_forward: 512, ..shape.clone() };
        match &mut small.attention {
            AttentionShape::Grouped { heads, kv_heads, size, .. } => {
                (*heads, *kv_heads, *size) = (4, (*kv_heads).min(2), (*size).min(64));
                small.rope_size = small.rope_size.min(*size);
            }
            AttentionShape::Latent { heads, compressed, compressed_query, .. } => {
                (*heads, *compressed) = (4, 256);
                *compressed_query = compressed_query.map(|_| 256);
            }
        }
        if let Some(delta) = &mut small.delta {
            (delta.key_heads, delta.value_heads, delta.size) = (2, 4, 64);
        }
        if let Some(experts) = &mut small.experts {
            (experts.count, experts.width, experts.shared) = (16, 256, experts.shared.min(512));
        }
        small
    }

    #[test]
    fn every_shape_opens_and_gives_logits_that_differ() {
        let folder = std::env::temp_dir().join(format!("pelicycle-synthesize-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for shape in SHAPES {
            let path = folder.join(format!("{}.gguf", shape.name));
            for mix in [Mix::Q4_K_M, Mix::MXFP4_MOE, Mix::F16] {
                synthesize(&small(shape), mix, 1, &path).unwrap();
                let model = Model::open(&path, Some(2), Arithmetic::Int8)
                    .unwrap_or_else(|error| panic!("{}: {error}", shape.name));
                let logits = Session::new(&model).feed(&[5, 900, 17], false).unwrap().to_vec();
                assert!(logits.iter().all(|x| x.is_finite()), "{} {mix:?}", shape.name);
                assert!(logits.iter().any(|x| x.abs() > 0.1), "{} {mix:?}", shape.name);
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn projectors_open_and_see_with_their_models() {
        let folder = std::env::temp_dir().join(format!("pelicycle-projectors-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for shape in SHAPES.iter().filter(|shape| shape.eyes.is_some()) {
            let (model, projector) = (folder.join("model.gguf"), folder.join("mmproj.gguf"));
            let eyes = shape.eyes.clone().unwrap();
            let eyes =
                Eyes { layers: 4, width: 64, feed_forward: 96, heads: 4, image: eyes.patch * 16, ..eyes };
            for mix in [Mix::F16, Mix::BF16, Mix::Q8_0] {
                synthesize(&small(shape), Mix::Q8_0, 1, &model).unwrap();
                synthesize_projector(&small(shape), &eyes, mix, 1, &projector).unwrap();
                let model = Model::open(&model, Some(2), Arithmetic::Int8).unwrap();
                let projector = Projector::open(&projector, PictureLimits::default()).unwrap();
                projector.check_model(&model).unwrap();
                let rows = projector.encode(&model, &bench_picture(96)).unwrap();
                assert!(rows.embeddings.iter().all(|x| x.is_finite()), "{} {mix:?}", shape.name);
                assert!(rows.embeddings.iter().any(|x| x.abs() > 0.1), "{} {mix:?}", shape.name);
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// As the models' authors count, who differ in whether the embedding counts.
    #[test]
    fn a_token_meets_about_as_many_weights_as_the_models_names_say() {
        for (name, billions) in [
            ("qwen3-30b-a3b", 3.3),
            ("qwen3.6-35b-a3b", 3.4),
            ("qwen3-next-80b-a3b", 3.9),
            ("qwen1.5-moe-a2.7b", 2.7),
            ("llama-3.1-8b", 8.0),
            ("mixtral-8x7b", 12.9),
            ("olmoe-1b-7b", 1.3),
            ("granite-3.1-3b-a800m", 0.88),
            ("gpt-oss-20b", 4.2),
            ("deepseek-v2-lite", 2.7),
            ("deepseek-v3", 37.0),
        ] {
            let shape = named(name).unwrap();
            let count = |n: u64| usize::try_from(n).unwrap();
            let experts = shape.experts.as_ref().map(|e| ExpertConfig::new(count(e.count), count(e.used)));
            let mut summary = WeightSummary::new(Some(count(shape.layers)), experts);
            for tensor in layout::tensors(&shape, Mix::Q4_K_M) {
                summary.add(&tensor.name, tensor.dims.iter().product(), None);
            }
            let active = summary.active().unwrap().parameters;
            let difference = (active as f64 / 1e9 / billions - 1.0).abs();
            assert!(difference < 0.03, "a token of {name} meets {active} weights");
        }
    }

    #[test]
    fn the_released_models_have_about_as_many_weights_as_their_names_say() {
        for (name, billions) in [
            ("qwen3-30b-a3b", 30.5),
            ("qwen3.6-35b-a3b", 35.0),
            ("qwen3.5-4b", 4.2),
            ("qwen3-next-80b-a3b", 80.0),
            ("qwen3-0.6b", 0.6),
            ("qwen2.5-7b", 7.6),
            ("qwen1.5-moe-a2.7b", 14.3),
            ("llama-3.1-8b", 8.0),
            ("mixtral-8x7b", 46.7),
            ("olmoe-1b-7b", 6.9),
            ("granite-3.1-3b-a800m", 3.3),
            ("gemma-3-1b", 1.0),
            ("gemma-3-4b", 3.9),
            ("qwen3-vl-4b", 4.0),
            ("gpt-oss-20b", 20.9),
            ("deepseek-v2-lite", 15.7),
            ("deepseek-v3", 671.0),
        ] {
            let tensors = layout::tensors(&named(name).unwrap(), Mix::Q4_K_M);
            let count: u64 = tensors.iter().map(|tensor| tensor.dims.iter().product::<u64>()).sum();
            let difference = (count as f64 / 1e9 / billions - 1.0).abs();
            assert!(difference < 0.03, "{name} has {count} weights");
        }
    }
}
