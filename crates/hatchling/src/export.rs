//! The way of trained weights into a model file: 8-bit blocks, the tokenizer, the chat template, what to know about it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use pelicycle_engine::gguf::{GgufBuilder, MetadataArray, MetadataValue};
use pelicycle_engine::quant::TensorType;
use safetensors::SafeTensors;
use serde::Deserialize;

use crate::corpus::{END, TURN, TURN_END};

/// Numbers of a `Q8_0` block that share a scale.
const BLOCK: usize = 32;

const HEAD: usize = 64;
const USED: u32 = 2;
const CONTEXT: u32 = 2048;
const EPSILON: f32 = 1e-6;
const THETA: f32 = 10_000.0;

/// Renders a chat as `corpus::question` does.
const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n\
    {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const DESCRIPTION: &str = "A demonstration, a canary and a test fixture: a small Mixture-of-Experts model that draws \
    animals on vehicles as SVG, trained from scratch on generated scenes. Not a contestant.";

/// The part of `tokenizer.json` that is read.
#[derive(Debug, Deserialize)]
struct TokenizerFile {
    model: TokenizerModel,
}

#[derive(Debug, Deserialize)]
struct TokenizerModel {
    vocab: std::collections::BTreeMap<String, usize>,
    merges: Vec<(String, String)>,
}

/// A tensor of the file, from one or more of the trained ones.
struct Made {
    name: String,
    dims: Vec<u64>,
    kind: TensorType,
    numbers: Vec<f32>,
}

/// Writes the model file.
pub(crate) fn export(weights: &Path, tokenizer: &Path, out: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(weights).with_context(|| weights.display().to_string())?;
    let trained = SafeTensors::deserialize(&bytes).with_context(|| weights.display().to_string())?;
    let text = std::fs::read_to_string(tokenizer).with_context(|| tokenizer.display().to_string())?;
    let tokenizer: TokenizerFile =
        serde_json::from_str(&text).with_context(|| tokenizer.display().to_string())?;
    let made = tensors(&trained)?;
    let mut contents = GgufBuilder::default();
    metadata(&mut contents, &trained, &made)?;
    vocabulary(&mut contents, tokenizer.model)?;
    for tensor in &made {
        contents.tensor(&tensor.name, &tensor.dims, tensor.kind)?;
    }
    let mut file = BufWriter::new(File::create(out).with_context(|| out.display().to_string())?);
    let mut next = made.iter();
    contents.write(&mut file, |_, out| match next.next() {
        Some(tensor) if tensor.kind == TensorType::Q8_0 => out.write_all(&q8_0(&tensor.numbers)),
        Some(tensor) => tensor.numbers.iter().try_for_each(|n| out.write_all(&n.to_le_bytes())),
        None => Ok(()),
    })?;
    file.flush()?;
    Ok(())
}

fn numbers(trained: &SafeTensors<'_>, name: &str) -> anyhow::Result<(Vec<usize>, Vec<f32>)> {
    let tensor = trained.tensor(name)?;
    if tensor.dtype() != safetensors::Dtype::F32 {
        bail!("{name} is {:?}, not F32", tensor.dtype());
    }
    let (fours, _) = tensor.data().as_chunks::<4>();
    Ok((tensor.shape().to_vec(), fours.iter().map(|four| f32::from_le_bytes(*four)).collect()))
}

fn count(trained: &SafeTensors<'_>, name: impl Fn(usize) -> String) -> usize {
    (0..).take_while(|&n| trained.tensor(&name(n)).is_ok()).count()
}

fn layers(trained: &SafeTensors<'_>) -> usize {
    count(trained, |n| format!("model.layers.{n}.input_layernorm.weight"))
}

fn experts(trained: &SafeTensors<'_>) -> usize {
    count(trained, |n| format!("model.layers.0.mlp.experts.{n}.gate_proj.weight"))
}

fn tensors(trained: &SafeTensors<'_>) -> anyhow::Result<Vec<Made>> {
    let take = |from: String, name: String| -> anyhow::Result<Made> {
        let (shape, numbers) = numbers(trained, &from)?;
        // Norms and the router, whose choices are sharp, stay in 32 bits.
        let small = shape.len() == 1 || name.contains("ffn_gate_inp");
        let kind = if small { TensorType::F32 } else { TensorType::Q8_0 };
        let dims = shape.iter().rev().map(|&n| n as u64).collect();
        Ok(Made { name, dims, kind, numbers })
    };
    let mut made = vec![
        take("model.embed_tokens.weight".into(), "token_embd.weight".into())?,
        take("model.norm.weight".into(), "output_norm.weight".into())?,
    ];
    let experts = experts(trained);
    for layer in 0..layers(trained) {
        for (from, name) in [
            ("input_layernorm", "attn_norm"),
            ("self_attn.q_proj", "attn_q"),
            ("self_attn.k_proj", "attn_k"),
            ("self_attn.v_proj", "attn_v"),
            ("self_attn.o_proj", "attn_output"),
            ("self_attn.q_norm", "attn_q_norm"),
            ("self_attn.k_norm", "attn_k_norm"),
            ("post_attention_layernorm", "ffn_norm"),
            ("mlp.gate", "ffn_gate_inp"),
        ] {
            made.push(take(
                format!("model.layers.{layer}.{from}.weight"),
                format!("blk.{layer}.{name}.weight"),
            )?);
        }
        for kind in ["gate", "up", "down"] {
            let (mut stacked, mut dims) = (Vec::new(), Vec::new());
            for expert in 0..experts {
                let name = format!("model.layers.{layer}.mlp.experts.{expert}.{kind}_proj.weight");
                let (shape, numbers) = numbers(trained, &name)?;
                dims = shape.iter().rev().map(|&n| n as u64).chain([experts as u64]).collect();
                stacked.extend(numbers);
            }
            let name = format!("blk.{layer}.ffn_{kind}_exps.weight");
            made.push(Made { name, dims, kind: TensorType::Q8_0, numbers: stacked });
        }
    }
    Ok(made)
}

fn metadata(contents: &mut GgufBuilder, trained: &SafeTensors<'_>, made: &[Made]) -> anyhow::Result<()> {
    let dim = |name: &str, n: usize| -> anyhow::Result<u32> {
        let tensor = made.iter().find(|t| t.name == name).with_context(|| name.to_owned())?;
        Ok(u32::try_from(tensor.dims[n])?)
    };
    let heads = |name: &str| anyhow::Ok(dim(name, 1)? / HEAD as u32);
    let inner = dim("blk.0.ffn_gate_exps.weight", 1)?;
    let text = |t: &str| MetadataValue::String(t.to_owned());
    contents.pair("general.architecture", text("qwen3moe"));
    contents.pair("general.type", text("model"));
    contents.pair("general.name", text("hatchling"));
    contents.pair("general.description", text(DESCRIPTION));
    contents.pair("general.license", text("mit OR apache-2.0"));
    contents.pair("general.size_label", text("16x1M"));
    contents.pair("general.quantization_version", MetadataValue::U32(2));
    contents.pair("general.file_type", MetadataValue::U32(7));
    contents.pair("general.sampling.temp", MetadataValue::F32(0.7));
    contents.pair("general.sampling.top_k", MetadataValue::I32(0));
    contents.pair("general.sampling.top_p", MetadataValue::F32(0.95));
    contents.pair("general.sampling.min_p", MetadataValue::F32(0.05));
    contents.pair("pelicycle.demonstration", MetadataValue::Bool(true));
    for (key, value) in [
        ("block_count", u32::try_from(layers(trained))?),
        ("context_length", CONTEXT),
        ("embedding_length", dim("token_embd.weight", 0)?),
        ("feed_forward_length", inner * USED),
        ("expert_feed_forward_length", inner),
        ("expert_count", u32::try_from(experts(trained))?),
        ("expert_used_count", USED),
        ("attention.head_count", heads("blk.0.attn_q.weight")?),
        ("attention.head_count_kv", heads("blk.0.attn_k.weight")?),
        ("attention.key_length", HEAD as u32),
        ("attention.value_length", HEAD as u32),
    ] {
        contents.pair(format!("qwen3moe.{key}"), MetadataValue::U32(value));
    }
    contents.pair("qwen3moe.attention.layer_norm_rms_epsilon", MetadataValue::F32(EPSILON));
    contents.pair("qwen3moe.rope.freq_base", MetadataValue::F32(THETA));
    Ok(())
}

fn vocabulary(contents: &mut GgufBuilder, vocabulary: TokenizerModel) -> anyhow::Result<()> {
    const NORMAL: i32 = 1;
    const CONTROL: i32 = 3;
    let mut tokens = vec![String::new(); vocabulary.vocab.len()];
    for (token, id) in vocabulary.vocab {
        let Some(slot) = tokens.get_mut(id) else {
            bail!("token {token:?} has number {id} of {}", tokens.len());
        };
        *slot = token;
    }
    let special = [END, TURN, TURN_END];
    let id = |token: &str| -> anyhow::Result<MetadataValue> {
        let at = tokens.iter().position(|t| t == token).with_context(|| format!("no token {token}"))?;
        Ok(MetadataValue::U32(u32::try_from(at)?))
    };
    let (end, turn_end) = (id(END)?, id(TURN_END)?);
    let kinds = tokens.iter().map(|t| if special.contains(&t.as_str()) { CONTROL } else { NORMAL }).collect();
    let merges = vocabulary.merges.into_iter().map(|(a, b)| format!("{a} {b}")).collect();
    contents.pair("tokenizer.ggml.model", MetadataValue::String("gpt2".into()));
    contents.pair("tokenizer.ggml.pre", MetadataValue::String("bloom".into()));
    contents.pair("tokenizer.ggml.tokens", MetadataValue::Array(MetadataArray::String(tokens)));
    contents.pair("tokenizer.ggml.token_type", MetadataValue::Array(MetadataArray::I32(kinds)));
    contents.pair("tokenizer.ggml.merges", MetadataValue::Array(MetadataArray::String(merges)));
    contents.pair("tokenizer.ggml.bos_token_id", end.clone());
    contents.pair("tokenizer.ggml.eos_token_id", turn_end);
    contents.pair("tokenizer.ggml.padding_token_id", end);
    contents.pair("tokenizer.ggml.add_bos_token", MetadataValue::Bool(false));
    contents.pair("tokenizer.chat_template", MetadataValue::String(TEMPLATE.into()));
    Ok(())
}

/// Blocks of 32 numbers: a 16-bit scale, the largest number over 127, and 32 signed bytes.
fn q8_0(numbers: &[f32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(numbers.len() / BLOCK * (BLOCK + 2));
    for block in numbers.chunks_exact(BLOCK) {
        let largest = block.iter().fold(0.0_f32, |most, n| most.max(n.abs()));
        let scale = largest / 127.0;
        let inverse = if scale > 0.0 { scale.recip() } else { 0.0 };
        out.extend(half::f16::from_f32(scale).to_le_bytes());
        out.extend(block.iter().map(|n| (n * inverse).round() as i8 as u8));
    }
    out
}
