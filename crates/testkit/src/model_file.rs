//! Small models made on the spot: real GGUF files that the engine runs as it runs any other.

use std::path::{Path, PathBuf};

/// The drawing of both kinds: one token of their vocabulary.
pub const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 40\"><circle cx=\"20\" cy=\"20\" r=\"9\"/></svg>";

const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const WIDTH: usize = 64;
const LAYERS: usize = 2;
const EXPERTS: usize = 4;
const EXPERT_WIDTH: usize = 32;
const CONTEXT: u32 = 4096;
const VOCABULARY: usize = 256 + 3;
const DRAWING_TOKEN: usize = 256;
const END: usize = 258;
/// Bytes of a Q8_0 block: its scale and 32 numbers.
const BLOCK: usize = 34;
/// The scale of every block: 2⁻⁹ as half a float.
const SCALE: u16 = 0x1800;
const F32: u32 = 0;
const Q8_0: u32 = 8;

/// Writes a model of random weights: it babbles bytes and now and then a drawing, without an end unless asked
/// to choose among all tokens. Another `weights` is another model.
pub fn babbler(folder: &Path, weights: u64) -> PathBuf {
    let mut random = Xorshift(weights);
    let mut model = RandomModel::new(&mut |elements| blocks(elements, || random.next() as i8));
    // The end of a turn is never among the best.
    model.row("output.weight", END).copy_from_slice(&blocks(WIDTH, || 0));
    model.write(&folder.join(format!("babbler-{weights}.gguf")))
}

/// Writes a model that answers every prompt with [`DRAWING`].
pub fn drawer(folder: &Path) -> PathBuf {
    let mut model = RandomModel::new(&mut |elements| blocks(elements, || 0));
    // The layers add nothing, so the next token follows from the last one alone.
    let mut random = Xorshift(1);
    for (last, next) in [(usize::from(b'\n'), DRAWING_TOKEN), (DRAWING_TOKEN, END)] {
        let row = blocks(WIDTH, || random.next() as i8);
        model.row("token_embd.weight", last).copy_from_slice(&row);
        model.row("output.weight", next).copy_from_slice(&row);
    }
    model.write(&folder.join("drawer.gguf"))
}

/// Writes a model that says the same letter again and again.
pub fn looper(folder: &Path) -> PathBuf {
    let mut model = RandomModel::new(&mut |elements| blocks(elements, || 0));
    let mut random = Xorshift(1);
    let row = blocks(WIDTH, || random.next() as i8);
    for last in [b'\n', b'a'] {
        model.row("token_embd.weight", usize::from(last)).copy_from_slice(&row);
    }
    model.row("output.weight", usize::from(b'a')).copy_from_slice(&row);
    model.write(&folder.join("looper.gguf"))
}

/// Writes a model whose numbers are damaged: all of the embeddings are zero, so that no token is told from another.
pub fn blank(folder: &Path) -> PathBuf {
    RandomModel::new(&mut |elements| blocks(elements, || 0)).write(&folder.join("blank.gguf"))
}

/// The generator of Marsaglia's "Xorshift RNGs", 64 bits.
#[derive(Debug)]
pub struct Xorshift(pub u64);

impl Xorshift {
    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "it never ends, so it has no use for an option")]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 24
    }
}

fn blocks(elements: usize, mut number: impl FnMut() -> i8) -> Vec<u8> {
    let mut out = Vec::with_capacity(elements / 32 * BLOCK);
    for _ in 0..elements / 32 {
        out.extend(SCALE.to_le_bytes());
        out.extend((0..32).map(|_| number() as u8));
    }
    out
}

struct RandomTensor {
    name: String,
    dims: Vec<usize>,
    kind: u32,
    data: Vec<u8>,
}

struct RandomModel(Vec<RandomTensor>);

impl RandomModel {
    fn new(matrix: &mut dyn FnMut(usize) -> Vec<u8>) -> RandomModel {
        let mut tensors = Vec::new();
        let mut quantized = |name: String, dims: &[usize]| {
            let data = matrix(dims.iter().product());
            tensors.push(RandomTensor { name, dims: dims.to_vec(), kind: Q8_0, data });
        };
        quantized("token_embd.weight".into(), &[WIDTH, VOCABULARY]);
        quantized("output.weight".into(), &[WIDTH, VOCABULARY]);
        for layer in 0..LAYERS {
            let name = |part: &str| format!("blk.{layer}.{part}.weight");
            quantized(name("attn_q"), &[WIDTH, WIDTH]);
            quantized(name("attn_k"), &[WIDTH, WIDTH / 2]);
            quantized(name("attn_v"), &[WIDTH, WIDTH / 2]);
            quantized(name("attn_output"), &[WIDTH, WIDTH]);
            quantized(name("ffn_gate_inp"), &[WIDTH, EXPERTS]);
            quantized(name("ffn_gate_exps"), &[WIDTH, EXPERT_WIDTH, EXPERTS]);
            quantized(name("ffn_up_exps"), &[WIDTH, EXPERT_WIDTH, EXPERTS]);
            quantized(name("ffn_down_exps"), &[EXPERT_WIDTH, WIDTH, EXPERTS]);
        }
        let mut ones = |name: String, len: usize| {
            let data = (0..len).flat_map(|_| 1_f32.to_le_bytes()).collect();
            tensors.push(RandomTensor { name, dims: vec![len], kind: F32, data });
        };
        ones("output_norm.weight".into(), WIDTH);
        for layer in 0..LAYERS {
            for (part, len) in
                [("attn_norm", WIDTH), ("ffn_norm", WIDTH), ("attn_q_norm", 16), ("attn_k_norm", 16)]
            {
                ones(format!("blk.{layer}.{part}.weight"), len);
            }
        }
        RandomModel(tensors)
    }

    fn row(&mut self, name: &str, row: usize) -> &mut [u8] {
        let tensor = self.0.iter_mut().find(|tensor| tensor.name == name).unwrap();
        let bytes = WIDTH / 32 * BLOCK;
        &mut tensor.data[row * bytes..(row + 1) * bytes]
    }

    fn write(&self, path: &Path) -> PathBuf {
        let pairs = metadata();
        let mut out = b"GGUF".to_vec();
        out.extend(3_u32.to_le_bytes());
        out.extend((self.0.len() as u64).to_le_bytes());
        out.extend((pairs.len() as u64).to_le_bytes());
        pairs.iter().for_each(|pair| out.extend(pair));
        let mut offset = 0_usize;
        for tensor in &self.0 {
            out.extend(text(&tensor.name));
            out.extend((tensor.dims.len() as u32).to_le_bytes());
            tensor.dims.iter().for_each(|&dim| out.extend((dim as u64).to_le_bytes()));
            out.extend(tensor.kind.to_le_bytes());
            out.extend((offset as u64).to_le_bytes());
            offset += tensor.data.len().next_multiple_of(32);
        }
        for tensor in &self.0 {
            out.resize(out.len().next_multiple_of(32), 0);
            out.extend(&tensor.data);
        }
        std::fs::write(path, out).unwrap();
        path.to_owned()
    }
}

fn text(s: &str) -> Vec<u8> {
    [&(s.len() as u64).to_le_bytes()[..], s.as_bytes()].concat()
}

fn metadata() -> Vec<Vec<u8>> {
    let pair = |key: &str, kind: u32, value: &[u8]| [&text(key)[..], &kind.to_le_bytes(), value].concat();
    let string = |key: &str, value: &str| pair(key, 8, &text(value));
    let number = |key: &str, value: u32| pair(key, 4, &value.to_le_bytes());
    let list = |key: &str, kind: u32, count: usize, values: &[u8]| {
        pair(key, 9, &[&kind.to_le_bytes()[..], &(count as u64).to_le_bytes(), values].concat())
    };
    let stand_ins = (0..=255).map(|byte| stand_in(byte).to_string());
    let specials = [DRAWING, "<|im_start|>", "<|im_end|>"];
    let tokens: Vec<String> = stand_ins.chain(specials.map(String::from)).collect();
    let kinds = [vec![1_i32; 256], vec![4, 3, 3]].concat();
    let shape = [
        ("block_count", LAYERS as u32),
        ("context_length", CONTEXT),
        ("embedding_length", WIDTH as u32),
        ("attention.head_count", 4),
        ("attention.head_count_kv", 2),
        ("attention.key_length", 16),
        ("attention.value_length", 16),
        ("expert_count", EXPERTS as u32),
        ("expert_used_count", 2),
        ("expert_feed_forward_length", EXPERT_WIDTH as u32),
    ];
    let mut pairs = vec![
        string("general.architecture", "qwen3moe"),
        pair("qwen3moe.attention.layer_norm_rms_epsilon", 6, &1e-6_f32.to_le_bytes()),
        string("tokenizer.ggml.model", "gpt2"),
        string("tokenizer.ggml.pre", "gpt-2"),
        list(
            "tokenizer.ggml.tokens",
            8,
            VOCABULARY,
            &tokens.iter().flat_map(|token| text(token)).collect::<Vec<_>>(),
        ),
        list(
            "tokenizer.ggml.token_type",
            5,
            VOCABULARY,
            &kinds.iter().flat_map(|kind| kind.to_le_bytes()).collect::<Vec<_>>(),
        ),
        list("tokenizer.ggml.merges", 8, 0, &[]),
        number("tokenizer.ggml.eos_token_id", END as u32),
        string("tokenizer.chat_template", TEMPLATE),
    ];
    pairs.extend(shape.map(|(key, value)| number(&format!("qwen3moe.{key}"), value)));
    pairs
}

/// The character that byte-level vocabularies write a byte with: itself where it can be seen, else the next
/// one from 256 on.
fn stand_in(byte: u8) -> char {
    let seen = |byte: u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    if seen(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|&other| !seen(other)).count() as u32;
    char::from_u32(256 + before).unwrap()
}
