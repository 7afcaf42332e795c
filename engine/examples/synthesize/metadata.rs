//! The metadata of a shape, its vocabulary among them.

use pelicycle_engine::gguf::{GgufBuilder, MetadataArray, MetadataValue};

use crate::projector::{DEEPSTACK, EyeKind};
use crate::shape::{AttentionShape, ModelShape};

/// One turn after another between the markers of ChatML.
const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}\
    <|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// The last tokens of the vocabulary.
const SPECIAL: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

/// Adds all metadata of a shape.
pub(crate) fn add(shape: &ModelShape, contents: &mut GgufBuilder) {
    let number = |n: u64| MetadataValue::U32(u32::try_from(n).unwrap_or(u32::MAX));
    contents.pair("general.architecture", MetadataValue::String(shape.architecture.into()));
    contents.pair("general.name", MetadataValue::String(format!("synthetic {}", shape.name)));
    contents.pair("general.description", MetadataValue::String("random weights, for measurements".into()));
    contents.pair("general.quantization_version", MetadataValue::U32(2));
    let mut pair =
        |key: &str, value: MetadataValue| contents.pair(format!("{}.{key}", shape.architecture), value);
    pair("block_count", number(shape.layers));
    pair("context_length", number(shape.context));
    pair("embedding_length", number(shape.width));
    pair("vocab_size", number(shape.vocabulary));
    pair("attention.layer_norm_rms_epsilon", MetadataValue::F32(1e-6));
    pair("rope.freq_base", MetadataValue::F32(shape.rope_base));
    pair("rope.dimension_count", number(shape.rope_size));
    if shape.feed_forward > 0 {
        pair("feed_forward_length", number(shape.feed_forward));
    }
    match shape.attention {
        AttentionShape::Grouped { heads, kv_heads, size, .. } => {
            pair("attention.head_count", number(heads));
            pair("attention.head_count_kv", number(kv_heads));
            pair("attention.key_length", number(size));
            pair("attention.value_length", number(size));
        }
        AttentionShape::Latent { heads, plain, value, compressed, compressed_query } => {
            pair("attention.head_count", number(heads));
            pair("attention.head_count_kv", number(1));
            pair("attention.key_length", number(compressed + shape.rope_size));
            pair("attention.value_length", number(compressed));
            pair("attention.key_length_mla", number(plain + shape.rope_size));
            pair("attention.value_length_mla", number(value));
            pair("attention.kv_lora_rank", number(compressed));
            if let Some(inner) = compressed_query {
                pair("attention.q_lora_rank", number(inner));
            }
            pair("leading_dense_block_count", number(shape.leading_dense));
        }
    }
    if let Some(delta) = &shape.delta {
        pair("ssm.conv_kernel", number(4));
        pair("ssm.state_size", number(delta.size));
        pair("ssm.group_count", number(delta.key_heads));
        pair("ssm.time_step_rank", number(delta.value_heads));
        pair("ssm.inner_size", number(delta.value_heads * delta.size));
        pair("full_attention_interval", number(4));
        // How a rotation is shared between time, height and width.
        let quarter = i32::try_from(shape.rope_size / 6).unwrap_or(0);
        let rest = i32::try_from(shape.rope_size / 2).unwrap_or(0) - 2 * quarter;
        pair(
            "rope.dimension_sections",
            MetadataValue::Array(MetadataArray::I32(vec![rest, quarter, quarter, 0])),
        );
    }
    if shape.eyes.as_ref().is_some_and(|eyes| eyes.kind == EyeKind::Qwen3Vl) {
        pair("n_deepstack_layers", number(DEEPSTACK));
        // 24, 20 and 20 of the 64 pairs that the released models have.
        let pairs = shape.rope_size / 2;
        let other = i32::try_from(pairs * 20 / 64).unwrap_or(0);
        let first = i32::try_from(pairs).unwrap_or(0) - 2 * other;
        pair(
            "rope.dimension_sections",
            MetadataValue::Array(MetadataArray::I32(vec![first, other, other, 0])),
        );
    }
    if let Some(experts) = &shape.experts {
        pair("expert_count", number(experts.count));
        pair("expert_used_count", number(experts.used));
        pair("expert_feed_forward_length", number(experts.width));
        if experts.shared_gate {
            pair("expert_shared_feed_forward_length", number(experts.shared));
        }
    }
    for (key, value) in shape.extra {
        pair(key, value.clone());
    }
    if shape.extra.iter().any(|(key, _)| *key == "rope.scaling.factor") {
        pair("rope.scaling.type", MetadataValue::String("yarn".into()));
    }
    vocabulary(shape, contents);
}

/// Adds a byte-level vocabulary: all bytes, then what merges of printable characters give, two and three at a time.
fn vocabulary(shape: &ModelShape, contents: &mut GgufBuilder) {
    let marks = shape.eyes.iter().flat_map(|eyes| eyes.kind.marks());
    let special: Vec<&str> = SPECIAL.into_iter().chain(marks).collect();
    let wanted = usize::try_from(shape.vocabulary).unwrap_or(usize::MAX).saturating_sub(special.len());
    let mut tokens: Vec<String> = (0..=255).map(|byte| stand_in(byte).to_string()).take(wanted).collect();
    // The most usual first: small letters and the blank, then the other printable characters and the line's end.
    let printable: Vec<String> = (b'a'..=b'z')
        .chain([b' '])
        .chain(b'!'..=b'`')
        .chain(b'{'..=b'~')
        .chain([b'\n'])
        .map(|byte| stand_in(byte).to_string())
        .collect();
    let pairs = || printable.iter().flat_map(|a| printable.iter().map(move |b| (a.clone(), b.clone())));
    let triples = pairs().flat_map(|(a, b)| printable.iter().map(move |c| (format!("{a}{b}"), c.clone())));
    let mut merges = Vec::new();
    for (left, right) in pairs().chain(triples).take(wanted.saturating_sub(tokens.len())) {
        tokens.push(format!("{left}{right}"));
        merges.push(format!("{left} {right}"));
    }
    // A vocabulary that the merges do not fill has rows without a use, as released models have.
    tokens.extend((tokens.len()..wanted).map(|i| format!("<|unused-{i}|>")));
    let mut types = vec![1; tokens.len()];
    types.extend(special.iter().map(|_| 3));
    tokens.extend(special.into_iter().map(String::from));
    let id = |token: &str| {
        let place = tokens.iter().position(|t| t == token).unwrap_or(0);
        MetadataValue::U32(u32::try_from(place).unwrap_or(u32::MAX))
    };
    contents.pair("tokenizer.ggml.model", MetadataValue::String("gpt2".into()));
    contents.pair("tokenizer.ggml.pre", MetadataValue::String(shape.pre.into()));
    contents.pair("tokenizer.ggml.bos_token_id", id(SPECIAL[0]));
    contents.pair("tokenizer.ggml.eos_token_id", id(SPECIAL[2]));
    contents.pair("tokenizer.ggml.add_bos_token", MetadataValue::Bool(false));
    contents.pair("tokenizer.ggml.tokens", MetadataValue::Array(MetadataArray::String(tokens)));
    contents.pair("tokenizer.ggml.token_type", MetadataValue::Array(MetadataArray::I32(types)));
    contents.pair("tokenizer.ggml.merges", MetadataValue::Array(MetadataArray::String(merges)));
    contents.pair("tokenizer.chat_template", MetadataValue::String(TEMPLATE.into()));
}

/// The character that byte-level vocabularies write a byte with: itself where it can be seen, else the next one
/// from 256 on.
fn stand_in(byte: u8) -> char {
    let seen = |byte: u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    if seen(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|&other| !seen(other)).count() as u32;
    char::from_u32(256 + before).unwrap_or(char::REPLACEMENT_CHARACTER)
}
