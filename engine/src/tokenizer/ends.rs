//! The tokens at which a reply ends.

use super::vocabulary::{TokenKind, Vocabulary};

/// Marks that no text is written with: a token spelled like one ends a reply, whatever type the file gives it.
const UNMISTAKABLE: &[&str] = &[
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|eot|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|end_of_turn|>",
    "<|endofturn|>",
    "<|endofprompt|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|role_end|>",
    "<|end_of_role|>",
    "<|eos|>",
    "<|EOT|>",
    "<|user_end|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<turn|>",
    "<seed:eos>",
    "<[EOS]>",
    "[e~[",
    "<｜end▁of▁sentence｜>",
    "<｜hy_EOT｜>",
    "<｜hy_Assistant_End｜>",
];

/// Marks that may also be text: they end a reply where the file says that the token steers, or its authors added it.
const AMBIGUOUS: &[&str] = &["</s>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<eos>"];

/// In these families the model goes on as somebody else after its turn, and has no end of its own.
const NEXT_SPEAKER: &[&str] = &["<|user|>", "<|observation|>"];

/// The ends of a vocabulary, in order: those that its file names, and those that are spelled like one.
pub(super) fn of(vocabulary: &Vocabulary, texts: &[String], named: Vec<u32>) -> Vec<u32> {
    let mut ends = named;
    let glm = texts.iter().any(|text| text == "[gMASK]");
    for (id, text) in (0_u32..).zip(texts) {
        let text = text.as_str();
        let steers = || matches!(vocabulary.kind(id), Some(TokenKind::Control | TokenKind::UserDefined));
        if UNMISTAKABLE.contains(&text)
            || AMBIGUOUS.contains(&text) && steers()
            || glm && NEXT_SPEAKER.contains(&text) && steers()
        {
            ends.push(id);
        }
    }
    // gpt-oss ends every message with this mark, and its turn with another.
    let marked = |id: u32, mark: &str| vocabulary.bytes(id) == mark.as_bytes();
    if ends.iter().any(|&id| marked(id, "<|return|>")) && ends.iter().any(|&id| marked(id, "<|call|>")) {
        ends.retain(|&id| !marked(id, "<|end|>"));
    }
    ends.sort_unstable();
    ends.dedup();
    ends
}
