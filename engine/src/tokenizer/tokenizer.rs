//! The tokenizer of a model file.

use super::bpe::ByteBpe;
use super::error::TokenizerError;
use super::sentencepiece::SentencePiece;
use super::special::SpecialIndex;
use super::split::Splitter;
use super::vocabulary::{Spelling, TokenKind, Vocabulary, damaged};
use crate::gguf::Gguf;

/// Control tokens that end a reply, whatever else a file says.
const END_MARKS: &[&str] = &[
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<｜end▁of▁sentence｜>",
    "<EOT>",
    "</s>",
];

/// Turns text into token ids and ids into bytes, by the tables of a model file.
pub struct Tokenizer {
    vocabulary: Vocabulary,
    coder: Coder,
    /// Tokens that are recognised in every text.
    user_defined: SpecialIndex,
    /// Those and the control tokens.
    all_special: SpecialIndex,
    bos: Option<u32>,
    eos: Option<u32>,
    eot: Option<u32>,
    eom: Option<u32>,
    ends: Vec<u32>,
    add_bos: bool,
}

enum Coder {
    Bytes(Box<ByteBpe>),
    Pieces(Box<SentencePiece>),
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenizer").field("vocab_size", &self.vocab_size()).finish_non_exhaustive()
    }
}

impl Tokenizer {
    /// Makes the tokenizer of a model file.
    ///
    /// # Errors
    /// When the file's kind of tokenizer is not known, or its tables contradict themselves.
    pub fn from_gguf(gguf: &Gguf) -> Result<Tokenizer, TokenizerError> {
        let texts = gguf.require_strings("tokenizer.ggml.tokens")?;
        let model = gguf.require_str("tokenizer.ggml.model")?;
        let (coder, vocabulary, begins) = match model {
            "gpt2" => {
                let Some(pre) = gguf.str("tokenizer.ggml.pre")? else {
                    return Err(TokenizerError::NoSplit { path: gguf.path().to_owned() });
                };
                let splitter = Splitter::named(pre)?.ok_or_else(|| TokenizerError::Split {
                    path: gguf.path().to_owned(),
                    name: pre.to_owned(),
                })?;
                let begins = splitter.begins;
                let vocabulary = Vocabulary::from_gguf(gguf, texts, Spelling::StandIns)?;
                let bpe = ByteBpe::from_gguf(gguf, texts, &vocabulary, splitter)?;
                (Coder::Bytes(Box::new(bpe)), vocabulary, begins)
            }
            "llama" => {
                let vocabulary = Vocabulary::from_gguf(gguf, texts, Spelling::Blanks)?;
                (
                    Coder::Pieces(Box::new(SentencePiece::from_gguf(gguf, texts, &vocabulary)?)),
                    vocabulary,
                    true,
                )
            }
            _ => {
                return Err(TokenizerError::Model { path: gguf.path().to_owned(), model: model.to_owned() });
            }
        };

        let special = |name: &str| -> Result<Option<u32>, TokenizerError> {
            let key = format!("tokenizer.ggml.{name}_token_id");
            match gguf.u32(&key)? {
                Some(id) if id as usize >= texts.len() => {
                    Err(damaged(gguf, format!("{key} is {id}, the last token is {}", texts.len() - 1)))
                }
                id => Ok(id),
            }
        };
        let (bos, eos, eot, eom) = (special("bos")?, special("eos")?, special("eot")?, special("eom")?);
        let mut ends: Vec<u32> = [eos, eot, eom].into_iter().flatten().collect();
        ends.extend(
            vocabulary
                .of_kind(TokenKind::Control)
                .filter(|&id| END_MARKS.iter().any(|mark| mark.as_bytes() == vocabulary.bytes(id))),
        );
        // gpt-oss ends every message with this mark, and its turn with another.
        let marked = |id: u32, mark: &str| vocabulary.bytes(id) == mark.as_bytes();
        if ends.iter().any(|&id| marked(id, "<|return|>")) && ends.iter().any(|&id| marked(id, "<|call|>")) {
            ends.retain(|&id| !marked(id, "<|end|>"));
        }
        ends.sort_unstable();
        ends.dedup();

        let of_kind = |kind| vocabulary.of_kind(kind).map(|id| (vocabulary.bytes(id), id));
        let user_defined = SpecialIndex::new(of_kind(TokenKind::UserDefined));
        let all_special =
            SpecialIndex::new(of_kind(TokenKind::UserDefined).chain(of_kind(TokenKind::Control)));
        let add_bos = gguf.bool("tokenizer.ggml.add_bos_token")?.unwrap_or(begins) && bos.is_some();
        Ok(Tokenizer { coder, user_defined, all_special, bos, eos, eot, eom, ends, add_bos, vocabulary })
    }

    /// The ids of a text. No begin token is added. Control tokens such as `<|im_start|>` are recognised only
    /// with `special`; tokens that the model's authors added as text, such as `<think>`, always.
    ///
    /// # Errors
    /// When the vocabulary has no token for a byte of the text, or the text defeats the splitting pattern.
    pub fn encode(&self, text: &str, special: bool) -> Result<Vec<u32>, TokenizerError> {
        let index = if special { &self.all_special } else { &self.user_defined };
        let mut ids = Vec::with_capacity(text.len() / 3 + 1);
        let mut done = 0;
        while let Some((start, end, id)) = index.find(text, done) {
            self.encode_plain(&text[done..start], &mut ids)?;
            ids.push(id);
            done = end;
        }
        self.encode_plain(&text[done..], &mut ids)?;
        Ok(ids)
    }

    fn encode_plain(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), TokenizerError> {
        match &self.coder {
            Coder::Bytes(bpe) => bpe.encode(text, ids),
            Coder::Pieces(pieces) => pieces.encode(text, ids),
        }
    }

    /// The bytes of a token, which may be part of a character; none for an id past the vocabulary, such as
    /// the rows that pad an embedding matrix.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        self.vocabulary.bytes(id)
    }

    /// The bytes of a run of tokens. A model can write anything: they need not be UTF-8.
    pub fn decode(&self, ids: &[u32]) -> Vec<u8> {
        ids.iter().flat_map(|&id| self.token_bytes(id)).copied().collect()
    }

    /// The id of a control token, or of one that is always recognised, by its whole text.
    pub fn special(&self, text: &str) -> Option<u32> {
        self.all_special
            .find(text, 0)
            .filter(|&(start, end, _)| (start, end) == (0, text.len()))
            .map(|(.., id)| id)
    }

    /// What a token is for; `None` past the end of the vocabulary.
    pub fn kind(&self, id: u32) -> Option<TokenKind> {
        self.vocabulary.kind(id)
    }

    /// How many tokens there are. An embedding matrix may have more rows.
    pub fn vocab_size(&self) -> usize {
        self.vocabulary.len()
    }

    /// The token that begins a text.
    pub fn bos(&self) -> Option<u32> {
        self.bos
    }

    /// The token that ends a text.
    pub fn eos(&self) -> Option<u32> {
        self.eos
    }

    /// The token that ends a turn, where it is another one than the end of a text.
    pub fn eot(&self) -> Option<u32> {
        self.eot
    }

    /// The token that ends a message, where the model has such a thing.
    pub fn eom(&self) -> Option<u32> {
        self.eom
    }

    /// Whether the model was trained on texts that begin with the begin token. Chat templates usually write
    /// it themselves.
    pub fn add_bos(&self) -> bool {
        self.add_bos
    }

    /// Whether a reply ends with this token.
    pub fn is_end_of_turn(&self, id: u32) -> bool {
        self.ends.binary_search(&id).is_ok()
    }
}
