//! The training data: scenes as chats, in tokens.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use tokenizers::models::bpe::{BPE, BpeTrainerBuilder};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{
    AddedToken, DecoderWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    SplitDelimiterBehavior, TokenizerImpl,
};

use crate::scene::Scene;

/// Ends a text; also the filling of short rows.
pub(crate) const END: &str = "<|endoftext|>";
/// Opens a turn of the chat.
pub(crate) const TURN: &str = "<|im_start|>";
/// Closes a turn of the chat.
pub(crate) const TURN_END: &str = "<|im_end|>";

/// The pattern by which text is cut before bytes are merged: at blanks and sentence marks only, so that a token may
/// hold as much as an attribute's name with its signs. It is the pattern that GGUF files call `bloom`.
const WORD: &str = r" ?[^(\s|.,!?…。，、।۔،)]+";

/// While the merges are found numbers are cut out as well. No merge then joins a digit to a sign, and a number is the
/// same token wherever it stands.
const NUMBER: &str = r" ?\p{N}+";

/// Scenes that the tokenizer is made from; their seeds are the last there are, so no other use meets them.
const VOCABULARY_SCENES: u64 = 6_000;

type Coder = TokenizerImpl<BPE, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// The chat up to the reply, as the model's chat template renders it.
pub(crate) fn question(prompt: &str) -> String {
    format!("{TURN}user\n{prompt}{TURN_END}\n{TURN}assistant\n")
}

fn coder(vocabulary: usize) -> anyhow::Result<Coder> {
    let texts: Vec<String> = (0..VOCABULARY_SCENES)
        .map(|i| {
            let Scene { prompt, svg } = Scene::new(u64::MAX - i);
            format!("user\n{prompt}\nassistant\n{svg}")
        })
        .collect();
    let mut trainer = BpeTrainerBuilder::new()
        .vocab_size(vocabulary)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .show_progress(false)
        .special_tokens([END, TURN, TURN_END].map(|t| AddedToken::from(t, true)).to_vec())
        .build();
    let mut coder = Coder::new(BPE::default());
    coder.with_pre_tokenizer(Some(cut_at(&[NUMBER, WORD])?));
    coder.with_decoder(Some(DecoderWrapper::ByteLevel(ByteLevel::default())));
    coder.train(&mut trainer, texts.into_iter()).map_err(|e| anyhow!("the tokenizer: {e}"))?;
    coder.with_pre_tokenizer(Some(cut_at(&[WORD])?));
    Ok(coder)
}

/// Text cut by each pattern in turn, then taken as bytes.
fn cut_at(patterns: &[&str]) -> anyhow::Result<PreTokenizerWrapper> {
    let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
    for &pattern in patterns {
        let pattern = SplitPattern::Regex(pattern.to_owned());
        steps.push(
            Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(|e| anyhow!("{e}"))?.into(),
        );
    }
    steps.push(ByteLevel::new(false, true, false).into());
    Ok(PreTokenizerWrapper::Sequence(Sequence::new(steps)))
}

/// Writes `tokenizer.json`, and for each scene its tokens (16 bits each, `tokens.u16`) and two numbers
/// (32 bits each, `lengths.u32`): how many tokens it has, and how many of them are the question.
pub(crate) fn write(out: &Path, count: u64, vocabulary: usize) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let coder = coder(vocabulary)?;
    coder.save(out.join("tokenizer.json"), true).map_err(|e| anyhow!("{e}"))?;
    let mut tokens = BufWriter::new(File::create(out.join("tokens.u16"))?);
    let mut lengths = BufWriter::new(File::create(out.join("lengths.u32"))?);
    let (mut total, mut longest) = (0, 0);
    for seed in 0..count {
        let scene = Scene::new(seed);
        let encode = |text: &str| coder.encode(text, false).map_err(|e| anyhow!("{e}"));
        let question = encode(&question(&scene.prompt))?;
        let reply = encode(&format!("{}{TURN_END}", scene.svg.trim_end()))?;
        for &id in question.get_ids().iter().chain(reply.get_ids()) {
            tokens.write_all(&u16::try_from(id)?.to_le_bytes())?;
        }
        let asked = question.get_ids().len();
        let all = asked + reply.get_ids().len();
        lengths.write_all(&u32::try_from(all)?.to_le_bytes())?;
        lengths.write_all(&u32::try_from(asked)?.to_le_bytes())?;
        total += all;
        longest = longest.max(all);
    }
    tokens.flush()?;
    lengths.flush()?;
    eprintln!(
        "{count} scenes, {total} tokens, {} a scene, the longest {longest}",
        total as u64 / count.max(1)
    );
    Ok(())
}
