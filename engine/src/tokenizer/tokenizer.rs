//! The tokenizer of a model file.

use super::bpe::ByteBpe;
use super::character_bpe::CharacterBpe;
use super::ends;
use super::error::TokenizerError;
use super::sentencepiece::SentencePiece;
use super::special::SpecialIndex;
use super::unnamed::{likely_split, named_family, named_split};
use super::vocabulary::{TokenKind, TokenSpelling, Vocabulary};
use crate::gguf::Gguf;

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
    remark: Option<String>,
}

/// Names in `tokenizer.ggml.pre` of vocabularies whose pairs are of characters, as Gemma 4's are.
const CHARACTERS: &[&str] = &["gemma4", "sarvam-moe", "granite-embed-multi-311m"];

enum Coder {
    Bytes(Box<ByteBpe>),
    Characters(Box<CharacterBpe>),
    Pieces(Box<SentencePiece>),
}

/// The kinds of [`Coder`].
enum CoderKind {
    Bytes,
    /// `begins`: text begins with the begin token where the file does not say.
    Characters {
        begins: bool,
    },
    Pieces,
}

impl CoderKind {
    fn of(gguf: &Gguf) -> Result<CoderKind, TokenizerError> {
        let pre = gguf.str("tokenizer.ggml.pre")?;
        match gguf.require_str("tokenizer.ggml.model")? {
            // Written as byte-level, and is none.
            "gpt2" if pre.is_some_and(|pre| CHARACTERS.contains(&pre)) => {
                Ok(CoderKind::Characters { begins: false })
            }
            "gpt2" => Ok(CoderKind::Bytes),
            "gemma4" => Ok(CoderKind::Characters { begins: true }),
            // As Ollama writes it.
            "llama" if pre == Some("gemma4") => Ok(CoderKind::Characters { begins: true }),
            "llama" => Ok(CoderKind::Pieces),
            model => Err(TokenizerError::Model { path: gguf.path().to_owned(), model: model.to_owned() }),
        }
    }
}

/// Looks whether the kind of tokenizer and of pre-tokenizer that a file names are known; its tables are not read.
///
/// # Errors
/// When one is not.
pub fn check_names(gguf: &Gguf) -> Result<(), TokenizerError> {
    match CoderKind::of(gguf)? {
        CoderKind::Bytes => named_family(gguf).map(drop),
        CoderKind::Characters { .. } | CoderKind::Pieces => Ok(()),
    }
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
        let mut remark = None;
        let characters = |begins| -> Result<_, TokenizerError> {
            let vocabulary = Vocabulary::from_gguf(gguf, texts, TokenSpelling::Blanks)?;
            let bpe = CharacterBpe::from_gguf(gguf, texts, &vocabulary)?;
            Ok((Coder::Characters(Box::new(bpe)), vocabulary, begins))
        };
        let (coder, vocabulary, begins) = match CoderKind::of(gguf)? {
            CoderKind::Characters { begins } => characters(begins)?,
            CoderKind::Bytes => {
                let splitter = match named_split(gguf)? {
                    Some(splitter) => splitter,
                    None => {
                        let (splitter, why) = likely_split(gguf, texts)?;
                        remark = Some(why);
                        splitter
                    }
                };
                let begins = splitter.begins;
                let vocabulary = Vocabulary::from_gguf(gguf, texts, TokenSpelling::StandIns)?;
                let bpe = ByteBpe::from_gguf(gguf, texts, &vocabulary, splitter)?;
                (Coder::Bytes(Box::new(bpe)), vocabulary, begins)
            }
            CoderKind::Pieces => {
                let vocabulary = Vocabulary::from_gguf(gguf, texts, TokenSpelling::Blanks)?;
                (
                    Coder::Pieces(Box::new(SentencePiece::from_gguf(gguf, texts, &vocabulary)?)),
                    vocabulary,
                    true,
                )
            }
        };

        // An id past the end is one that a converter made up for a model that has no such token.
        let special = |name: &str| -> Result<Option<u32>, TokenizerError> {
            let id = gguf.u32(&format!("tokenizer.ggml.{name}_token_id"))?;
            Ok(id.filter(|&id| (id as usize) < texts.len()))
        };
        let (bos, eos, eot, eom) = (special("bos")?, special("eos")?, special("eot")?, special("eom")?);
        let mut named: Vec<u32> = [eos, eot, eom].into_iter().flatten().collect();
        let more = gguf.i32s("tokenizer.ggml.eos_token_ids")?.unwrap_or_default();
        named.extend(
            more.iter().filter_map(|&id| u32::try_from(id).ok()).filter(|&id| (id as usize) < texts.len()),
        );
        let ends = ends::of(&vocabulary, texts, named);

        let of_kind = |kind| vocabulary.of_kind(kind).map(|id| (vocabulary.bytes(id), id));
        let user_defined = SpecialIndex::new(of_kind(TokenKind::UserDefined));
        // An end is whole in prompts, too, whatever type the file gives it.
        let of_ends = ends.iter().map(|&id| (vocabulary.bytes(id), id));
        let all_special = SpecialIndex::new(
            of_ends.chain(of_kind(TokenKind::UserDefined)).chain(of_kind(TokenKind::Control)),
        );
        let add_bos = gguf.bool("tokenizer.ggml.add_bos_token")?.unwrap_or(begins) && bos.is_some();
        Ok(Tokenizer {
            coder,
            user_defined,
            all_special,
            bos,
            eos,
            eot,
            eom,
            ends,
            add_bos,
            vocabulary,
            remark,
        })
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
            Coder::Characters(bpe) => bpe.encode(text, ids),
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

    /// The kind of a token; `None` past the end of the vocabulary.
    pub fn kind(&self, id: u32) -> Option<TokenKind> {
        self.vocabulary.kind(id)
    }

    /// The number of tokens. An embedding matrix may have more rows.
    pub fn vocab_size(&self) -> usize {
        self.vocabulary.len()
    }

    /// The guess that was made because the file does not say it, in a sentence.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
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
