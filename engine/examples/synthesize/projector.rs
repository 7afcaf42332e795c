//! The projector of a shape that sees: its metadata and tensors.

use pelicycle_engine::gguf::{GgufBuilder, MetadataArray, MetadataValue};
use pelicycle_engine::quant::TensorType;

use crate::layout::{NEAR_ONE, PlannedTensor, SMALL};
use crate::mix::{Mix, Use};
use crate::numbers::TensorNumbers;
use crate::shape::ModelShape;

/// The shape of a projector: all that sets its tensors and metadata apart from another's.
#[derive(Debug, Clone)]
pub(crate) struct Eyes {
    /// `clip.projector_type`.
    pub(crate) kind: EyeKind,
    pub(crate) layers: u64,
    pub(crate) width: u64,
    pub(crate) feed_forward: u64,
    pub(crate) heads: u64,
    /// Pixels of a patch's side.
    pub(crate) patch: u64,
    /// Pixels of a picture's side, by which the table of positions is as long as it is.
    pub(crate) image: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EyeKind {
    /// `gemma3`.
    Gemma3,
    /// `qwen3vl_merger`, with rows for the model's first three layers.
    Qwen3Vl,
}

/// Layers of the model that get rows of their own.
pub(crate) const DEEPSTACK: u64 = 3;

/// Patches of a token's side, in Qwen's.
const MERGE: u64 = 2;

impl EyeKind {
    fn name(self) -> &'static str {
        match self {
            EyeKind::Gemma3 => "gemma3",
            EyeKind::Qwen3Vl => "qwen3vl_merger",
        }
    }

    /// The tokens by which pictures are put into a prompt.
    pub(crate) fn marks(self) -> [&'static str; 3] {
        match self {
            EyeKind::Gemma3 => ["<start_of_image>", "<image_soft_token>", "<end_of_image>"],
            EyeKind::Qwen3Vl => ["<|vision_start|>", "<|vision_end|>", "<|image_pad|>"],
        }
    }
}

impl Eyes {
    /// Whether rows for one of the model's layers are made behind this one: evenly apart, and none behind the last quarter.
    fn deepens(&self, l: u64) -> bool {
        let every = (self.layers / (DEEPSTACK + 1)).max(1);
        self.kind == EyeKind::Qwen3Vl && (l + 1).is_multiple_of(every) && (l + 1) / every <= DEEPSTACK
    }
}

/// Adds all metadata of a shape's projector.
pub(crate) fn add(shape: &ModelShape, eyes: &Eyes, contents: &mut GgufBuilder) {
    let number = |n: u64| MetadataValue::U32(u32::try_from(n).unwrap_or(u32::MAX));
    let text = |text: &str| MetadataValue::String(text.to_owned());
    let half = || MetadataValue::Array(MetadataArray::F32(vec![0.5; 3]));
    contents.pair("general.architecture", text("clip"));
    contents.pair("general.type", text("mmproj"));
    contents.pair("general.name", MetadataValue::String(format!("synthetic {} projector", shape.name)));
    contents.pair("clip.has_vision_encoder", MetadataValue::Bool(true));
    contents.pair("clip.projector_type", text(eyes.kind.name()));
    contents.pair("clip.use_gelu", MetadataValue::Bool(true));
    let mut pair = |key: &str, value| contents.pair(format!("clip.vision.{key}"), value);
    pair("projection_dim", number(shape.width));
    pair("image_size", number(eyes.image));
    pair("patch_size", number(eyes.patch));
    pair("embedding_length", number(eyes.width));
    pair("feed_forward_length", number(eyes.feed_forward));
    pair("block_count", number(eyes.layers));
    pair("attention.head_count", number(eyes.heads));
    pair("attention.layer_norm_epsilon", MetadataValue::F32(1e-6));
    pair("image_mean", half());
    pair("image_std", half());
    if eyes.kind == EyeKind::Qwen3Vl {
        pair("spatial_merge_size", number(MERGE));
        let deepens = (0..eyes.layers).map(|l| eyes.deepens(l)).collect();
        pair("is_deepstack_layers", MetadataValue::Array(MetadataArray::Bool(deepens)));
    }
}

/// Puts the tensors together.
struct EyeLayout<'a> {
    eyes: &'a Eyes,
    mix: Mix,
    tensors: Vec<PlannedTensor>,
}

/// All tensors of a shape's projector, in the order of the file.
pub(crate) fn tensors(shape: &ModelShape, eyes: &Eyes, mix: Mix) -> Vec<PlannedTensor> {
    let mut layout = EyeLayout { eyes, mix, tensors: Vec::new() };
    let (width, patch) = (eyes.width, eyes.patch);
    layout.matrix("v.patch_embd", &[patch, patch, 3, width], 1.0);
    if eyes.kind == EyeKind::Qwen3Vl {
        layout.tensor(
            "v.patch_embd.weight.1",
            &[patch, patch, 3, width],
            TensorType::F16,
            TensorNumbers::Spread(0.02),
        );
    }
    let side = eyes.image / patch;
    layout.vector("v.position_embd.weight", &[width, side * side], TensorNumbers::Spread(0.1));
    for l in 0..eyes.layers {
        layout.block(l);
        if eyes.deepens(l) {
            layout.norm(&format!("v.deepstack.{l}.norm"), width * MERGE * MERGE);
            layout.joined(&format!("v.deepstack.{l}."), ["fc1", "fc2"], shape.width);
        }
    }
    layout.norm("v.post_ln", width);
    match eyes.kind {
        EyeKind::Gemma3 => {
            layout.vector("mm.soft_emb_norm.weight", &[width], NEAR_ONE);
            // Its columns are the model's.
            let kind = mix.tensor_type(Use::Other, shape.width, 0, 1);
            let spread = 1.0 / (width as f32).sqrt();
            layout.tensor(
                "mm.input_projection.weight",
                &[shape.width, width],
                kind,
                TensorNumbers::Spread(spread),
            );
        }
        EyeKind::Qwen3Vl => layout.joined("mm.", ["0", "2"], shape.width),
    }
    layout.tensors
}

impl EyeLayout<'_> {
    fn tensor(&mut self, name: &str, dims: &[u64], kind: TensorType, numbers: TensorNumbers) {
        self.tensors.push(PlannedTensor { name: name.to_owned(), dims: dims.to_vec(), kind, numbers });
    }

    fn vector(&mut self, name: &str, dims: &[u64], numbers: TensorNumbers) {
        self.tensor(name, dims, TensorType::F32, numbers);
    }

    /// Adds a matrix and its bias.
    fn matrix(&mut self, name: &str, dims: &[u64], gain: f32) {
        let kind = self.mix.tensor_type(Use::Other, dims[0], 0, 1);
        let (columns, rows) = dims.split_at(dims.len() - 1);
        let spread = gain / (columns.iter().product::<u64>() as f32).sqrt();
        self.tensor(&format!("{name}.weight"), dims, kind, TensorNumbers::Spread(spread));
        self.vector(&format!("{name}.bias"), rows, SMALL);
    }

    fn norm(&mut self, name: &str, width: u64) {
        self.vector(&format!("{name}.weight"), &[width], NEAR_ONE);
        self.vector(&format!("{name}.bias"), &[width], SMALL);
    }

    /// Two matrices that make one row of the model's of a token's patches.
    fn joined(&mut self, prefix: &str, [first, second]: [&str; 2], out: u64) {
        let joined = self.eyes.width * MERGE * MERGE;
        self.matrix(&format!("{prefix}{first}"), &[joined, joined], 1.0);
        self.matrix(&format!("{prefix}{second}"), &[joined, out], 1.0);
    }

    fn block(&mut self, l: u64) {
        let name = |part: &str| format!("v.blk.{l}.{part}");
        let (width, inner) = (self.eyes.width, self.eyes.feed_forward);
        let little = 1.0 / (2.0 * self.eyes.layers as f32).sqrt();
        self.norm(&name("ln1"), width);
        match self.eyes.kind {
            EyeKind::Gemma3 => {
                for part in ["attn_q", "attn_k", "attn_v"] {
                    self.matrix(&name(part), &[width, width], 1.0);
                }
            }
            EyeKind::Qwen3Vl => self.matrix(&name("attn_qkv"), &[width, 3 * width], 1.0),
        }
        self.matrix(&name("attn_out"), &[width, width], little);
        self.norm(&name("ln2"), width);
        self.matrix(&name("ffn_up"), &[width, inner], 1.0);
        self.matrix(&name("ffn_down"), &[inner, width], little);
    }
}
