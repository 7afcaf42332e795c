//! Whole models against reference logits, greedy tokens and chosen experts of an independent implementation.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, Model, ModelError};
use pelicycle_engine::{ExpertChoice, Session};

use crate::support::{Reference, json, shared};

/// A model file, its reference and what the manifest says of it.
struct Case {
    name: String,
    gguf: PathBuf,
    reference: Reference,
    tolerance: f64,
    /// llama.cpp's own differences on this file, by prompt.
    llama_cpp: serde_json::Value,
    /// See [`Case::long`].
    long: [OnceLock<LogitsAndExperts>; 2],
}

/// Logits after every token, and what the experts were.
type LogitsAndExperts = (Vec<f32>, Vec<ExpertChoice>);

impl Case {
    /// The model's results for the long prompt, given whole to two threads: computed once for all tests.
    fn long(&self, arithmetic: Arithmetic) -> &LogitsAndExperts {
        self.long[usize::from(arithmetic == Arithmetic::Int8)].get_or_init(|| {
            let ids = self.reference.u32s("long_ids");
            logits(&open(self, 2, arithmetic), &ids, &[ids.len()])
        })
    }

    /// llama.cpp's differences on the prompt `short` or `long`, given whole to it.
    fn llama_cpp(&self, prompt: &str) -> &serde_json::Value {
        self.llama_cpp.get(format!("{prompt}_ub512")).unwrap_or(&self.llama_cpp[prompt])
    }
}

/// Files that must be among the cases.
const NEEDED: &[&str] = &[
    "afmoe.f16",
    "bailingmoe2.f16",
    "deepseek2-v2-groups.f16",
    "deepseek2-v2.f16",
    "deepseek2-v2lite-oldlayout.f16",
    "deepseek2-v2lite.f16",
    "deepseek2-v3.f16",
    "deepseek32.f16",
    "ernie45-moe.f16",
    "gemma3.f16",
    "gemma4-dense.f16",
    "gemma4-e.f16",
    "gemma4-moe.Q8_0",
    "gemma4-moe.f16",
    "glm-dsa.f16",
    "glm4moe-draftblock.f16",
    "glm4moe-qknorm.f16",
    "glm4moe.Q8_0",
    "glm4moe.f16",
    "glm4moelite-draftblock.f16",
    "glm4moelite.Q8_0",
    "glm4moelite.f16",
    "gptoss.MXFP4",
    "gptoss.f16",
    "granite.f16",
    "granite4h-dense.f16",
    "granite4h-moe.Q8_0",
    "granite4h-moe.f16",
    "granitemoe.f16",
    "hunyuan-moe.f16",
    "kimi-linear.f16",
    "lfm2.f16",
    "lfm2moe.Q8_0",
    "lfm2moe.f16",
    "llama3.f16",
    "llama3.f32",
    "minimax-m2.Q8_0",
    "minimax-m2.f16",
    "ministral3.f16",
    "mistral4.f16",
    "mixtral.f16",
    "nemotron-h.f16",
    "nemotron3-latent.f16",
    "nemotron3-moe.Q8_0",
    "nemotron3-moe.f16",
    "olmo2.f16",
    "olmo3.f16",
    "olmoe.f16",
    "phi3.f16",
    "phimoe.f16",
    "qwen2.f16",
    "qwen2moe.f16",
    "qwen3.f16",
    "qwen35.f16",
    "qwen35moe-draftblock.f16",
    "qwen35moe.f16",
    "qwen3moe-k.MIXED_K",
    "qwen3moe-k.Q4_K_M",
    "qwen3moe.Q4_0",
    "qwen3moe.Q5_1",
    "qwen3moe.Q8_0",
    "qwen3moe.f16",
    "qwen3next.f16",
    "qwen3vl.f16",
    "qwen3vlmoe.f16",
    "qwen4exp.f16",
    "seed-oss.f16",
    "smollm2.f16",
    "smollm3.f16",
];

/// Quantized files that float32 takes token by token, too: rows of weights are unpacked alone then, else many together.
/// A few stand for all: unpacking is slow in tests.
const UNPACKED_ONE_BY_ONE: &[&str] = &["gptoss.MXFP4", "qwen3moe-k.MIXED_K", "qwen3moe.Q5_1"];

/// Every golden file whose architecture and tensor types the engine knows.
#[track_caller]
fn cases() -> &'static [Case] {
    static KNOWN: OnceLock<Vec<Case>> = OnceLock::new();
    let Some(shared) = shared() else { return &[] };
    KNOWN.get_or_init(|| read_cases(&shared))
}

fn read_cases(shared: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for part in ["golden", "golden-2"] {
        let golden = shared.join(part);
        let manifest = json(&golden.join("models/manifest.json"));
        for (name, model) in manifest["models"].as_object().unwrap() {
            let file = |entry: &serde_json::Value| golden.join(entry["file"].as_str().unwrap());
            let tolerance = model["tolerance"]["float32_arithmetic"]["max_abs"].as_f64().unwrap();
            for (kind, entry) in model["files"].as_object().unwrap() {
                cases.push(Case {
                    name: format!("{name}.{kind}"),
                    gguf: file(entry),
                    reference: Reference::read(&file(&model["reference"])),
                    tolerance,
                    llama_cpp: model["llama_cpp"][kind].clone(),
                    long: Default::default(),
                });
            }
            for (kind, entry) in model["quantised"].as_object().into_iter().flatten() {
                cases.push(Case {
                    name: format!("{name}.{kind}"),
                    gguf: file(entry),
                    reference: Reference::read(&file(&entry["reference"])),
                    tolerance,
                    llama_cpp: entry["llama_cpp"].clone(),
                    long: Default::default(),
                });
            }
        }
    }
    assert!(cases.len() > 60, "the golden folders are whole");
    cases.retain(|case| supported(&case.gguf));
    for needed in NEEDED {
        assert!(cases.iter().any(|c| c.name == *needed), "{needed} is among the cases");
    }
    if let Ok(beginning) = std::env::var("PELICYCLE_GOLDEN") {
        println!("only the files whose names begin with one of {beginning}");
        cases.retain(|case| beginning.split(',').any(|beginning| case.name.starts_with(beginning)));
    }
    cases
}

fn supported(path: &Path) -> bool {
    match Gguf::open(path) {
        Ok(gguf) => !matches!(
            Model::new(Arc::new(gguf), Some(1), Arithmetic::Float32),
            Err(ModelError::Architecture { .. })
        ),
        Err(error) if error.to_string().contains("type") => false,
        Err(error) => panic!("{error}"),
    }
}

fn open(case: &Case, threads: usize, arithmetic: Arithmetic) -> Model {
    Model::open(&case.gguf, Some(threads), arithmetic).unwrap_or_else(|e| panic!("{}: {e}", case.name))
}

/// Of tokens that are fed in pieces of the given lengths (repeated).
fn logits(model: &Model, tokens: &[u32], pieces: &[usize]) -> LogitsAndExperts {
    let mut session = Session::new(model);
    let (mut logits, mut choices) = (Vec::new(), Vec::new());
    let mut rest = tokens;
    for &piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at(piece.min(rest.len()));
        logits.extend_from_slice(session.feed_watching(now, true, |c| choices.push(c)).unwrap());
        rest = later;
    }
    (logits, choices)
}

fn largest_difference(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max)
}

fn check_experts(case: &Case, prefix: &str, choices: &[ExpertChoice]) {
    if !case.reference.has("moe_layers") {
        return;
    }
    let layers = case.reference.u32s("moe_layers");
    let (shape, experts) = case.reference.i32s(&format!("{prefix}_experts"));
    let (tokens, used) = (shape[1], shape[2]);
    assert_eq!(choices.len(), layers.len() * tokens);
    let weights = (prefix == "short").then(|| case.reference.f32s("short_expert_weights").1);
    for choice in choices {
        let place = layers.iter().position(|&l| l as usize == choice.layer).expect("a layer with experts");
        let at = (place * tokens + choice.position) * used;
        let expected: Vec<u32> = experts[at..at + used].iter().map(|&e| e as u32).collect();
        assert_eq!(
            choice.experts, expected,
            "{} layer {} token {}",
            case.name, choice.layer, choice.position
        );
        if let Some(weights) = &weights {
            let difference = largest_difference(&choice.weights, &weights[at..at + used]);
            assert!(difference < 1e-4, "{}: expert weights differ by {difference}", case.name);
        }
    }
}

#[test]
fn float32_logits_greedy_tokens_and_experts_are_the_references() {
    for case in cases() {
        let model = open(case, 2, Arithmetic::Float32);
        let vocabulary = model.config().vocabulary;
        let (short, long) = (case.reference.u32s("short_ids"), case.reference.u32s("long_ids"));

        let (got, choices) = logits(&model, &short, &[short.len()]);
        let difference = largest_difference(&got, &case.reference.f32s("short_logits").1);
        assert!(difference < case.tolerance, "{}: short logits differ by {difference}", case.name);
        check_experts(case, "short", &choices);

        let (got, choices) = case.long(Arithmetic::Float32);
        let (positions, expected) =
            (case.reference.u32s("long_positions"), case.reference.f32s("long_logits").1);
        for (&p, expected) in positions.iter().zip(expected.chunks_exact(vocabulary)) {
            let difference = largest_difference(&got[p as usize * vocabulary..][..vocabulary], expected);
            assert!(difference < case.tolerance, "{}: logits after {p} differ by {difference}", case.name);
        }
        check_experts(case, "long", choices);

        for (ids, name) in [(&short, "short_greedy"), (&long, "long_greedy")] {
            let expected = case.reference.u32s(name);
            let got = Session::new(&model).greedy(ids, expected.len()).unwrap();
            assert_eq!(got, expected, "{} {name}", case.name);
        }
    }
}

#[test]
fn a_prompt_gives_the_same_bits_whole_token_by_token_or_in_ragged_pieces() {
    for case in cases() {
        for arithmetic in [Arithmetic::Float32, Arithmetic::Int8] {
            let model = open(case, 2, arithmetic);
            let quantized = model.gguf().tensors().iter().any(|tensor| tensor.tensor_type.is_quantized());
            if arithmetic == Arithmetic::Int8 && !quantized {
                continue; // As in float32: the next test has both.
            }
            let (long, whole) = (case.reference.u32s("long_ids"), &case.long(arithmetic).0);
            let ragged = logits(&model, &long, &[7, 1, 64, 3]).0;
            assert!(*whole == ragged, "{} {arithmetic:?} in ragged pieces", case.name);
            if arithmetic == Arithmetic::Int8 || !quantized || UNPACKED_ONE_BY_ONE.contains(&&*case.name) {
                let one_by_one = logits(&open(case, 1, arithmetic), &long, &[1]).0;
                assert!(*whole == one_by_one, "{} token by token on one thread", case.name);
            }
        }
    }
}

#[test]
fn the_arithmetic_of_a_run_is_no_further_off_than_llama_cpps() {
    let best = |x: &[f32]| x.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
    let (mut ours_equal, mut theirs_equal) = (0, 0);
    let (mut ours_off, mut theirs_off) = (0.0, 0.0);
    for case in cases() {
        let (run, exact) = (open(case, 2, Arithmetic::Int8), open(case, 2, Arithmetic::Float32));
        let vocabulary = run.config().vocabulary;
        for prompt in ["short", "long"] {
            let ids = case.reference.u32s(&format!("{prompt}_ids"));
            // Where the reference gives logits, the test above holds exact arithmetic to them.
            let short = |model: &Model| logits(model, &ids, &[ids.len()]).0;
            let [got, expected] = match prompt {
                "short" => [&short(&run), &short(&exact)],
                _ => [&case.long(Arithmetic::Int8).0, &case.long(Arithmetic::Float32).0],
            };
            let sum: f64 = got.iter().zip(expected).map(|(a, b)| f64::from((a - b).abs())).sum();
            let mean = sum / got.len() as f64;
            let pairs = got.chunks_exact(vocabulary).zip(expected.chunks_exact(vocabulary));
            let equal = pairs.filter(|(a, b)| best(a) == best(b)).count();
            let theirs = case.llama_cpp(prompt);
            println!(
                "{} {prompt}: mean {mean:.6} (llama.cpp {}), equal {equal} of {} (llama.cpp {} of {})",
                case.name,
                theirs["mean_abs"],
                ids.len(),
                theirs["argmax_equal"],
                theirs["of"]
            );
            if mean == 0.0 {
                continue; // Nothing is rounded beside weights that are floats.
            }
            // One token that takes another expert at a near-tie moves a file's mean by a third.
            let bound = theirs["mean_abs"].as_f64().unwrap();
            assert!(mean <= 1.5 * bound, "{}: mean error {mean}, llama.cpp's is {bound}", case.name);
            ours_off += mean * ids.len() as f64;
            theirs_off += bound * ids.len() as f64;
            ours_equal += equal as u64;
            theirs_equal += theirs["argmax_equal"].as_u64().unwrap();
        }
    }
    // A token of one file may fall on either side of a near-tie; over all files it must not.
    println!("best tokens as the reference's: {ours_equal}, llama.cpp {theirs_equal}");
    assert!(ours_equal >= theirs_equal);
    println!("sum of mean errors: {ours_off}, llama.cpp {theirs_off}");
    assert!(ours_off <= 0.85 * theirs_off);
}
