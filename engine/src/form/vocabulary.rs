//! A model's tokens, in the order in which a form asks for them: by their bytes, and by what they are inside a string.

use super::string_bytes::{StringByte, StringPlace};
use super::token_set::TokenSet;

/// Longer tokens are never chosen in a form; there are few, of blanks and lines.
const LONGEST: usize = 64;

/// A node of the trie; what is below it follows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrieNode {
    pub(super) byte: u8,
    /// The number of bytes that lead here, less one.
    pub(super) depth: u8,
    /// The first node that is not below it.
    pub(super) end: u32,
    /// The tokens that end here: from this place in the list, up to the next node's.
    tokens: u32,
}

/// A token all of whose bytes may stand inside a string, from between two characters on.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContentToken {
    pub(super) id: u32,
    /// Bytes that it takes of the string's bound, those included that end its last character.
    pub(super) takes: u16,
    pub(super) ends_in: StringPlace,
}

/// A token that ends a string and goes on behind it.
#[derive(Debug, Clone)]
pub(super) struct ClosingToken {
    pub(super) id: u32,
    /// Bytes that it takes of the string's bound.
    pub(super) takes: u16,
    /// Its bytes behind the quote.
    pub(super) behind: Box<[u8]>,
}

/// The tokens of a model that may stand in a form.
#[derive(Debug)]
pub(crate) struct FormVocabulary {
    pub(super) trie: Vec<TrieNode>,
    /// By the nodes of the trie.
    tokens: Vec<u32>,
    pub(super) content: Vec<ContentToken>,
    pub(super) closing: Vec<ClosingToken>,
    /// The most bytes that one of these takes.
    pub(super) longest_content: u16,
    /// All of `content`.
    pub(super) contents: TokenSet,
    /// All of the trie.
    pub(super) all: TokenSet,
    single: [bool; 256],
    pub(super) ids: usize,
}

impl FormVocabulary {
    /// Tokens by id, bytes, and whether they are text.
    pub(super) fn of(mut tokens: Vec<(u32, &[u8], bool)>, ids: usize) -> FormVocabulary {
        tokens.retain(|(_, bytes, _)| (1..=LONGEST).contains(&bytes.len()));
        tokens.sort_unstable_by_key(|&(id, bytes, _)| (bytes, id));
        let mut single = [false; 256];
        for (_, bytes, text) in &tokens {
            if let (&[byte], true) = (*bytes, text) {
                single[usize::from(byte)] = true;
            }
        }
        let whole_characters_only = !(0x80..=0xbf).all(|byte: usize| single[byte]);
        let (mut contents, mut all) = (TokenSet::new(ids), TokenSet::new(ids));
        let (mut content, mut closing) = (Vec::new(), Vec::new());
        for &(id, bytes, text) in &tokens {
            all.insert(id);
            match inside_a_string(bytes).filter(|_| text) {
                Some((takes, InsideEnd::Quote(at))) => {
                    closing.push(ClosingToken { id, takes, behind: bytes[at + 1..].into() });
                }
                Some((_, InsideEnd::Place(StringPlace::Inside { .. }))) if whole_characters_only => {}
                Some((takes, InsideEnd::Place(ends_in))) => {
                    contents.insert(id);
                    content.push(ContentToken { id, takes, ends_in });
                }
                None => {}
            }
        }
        let longest_content = content.iter().map(|token| token.takes).max().unwrap_or(0);
        let trie = trie(&tokens);
        let tokens = tokens.iter().map(|(id, ..)| *id).collect();
        FormVocabulary { trie, tokens, content, closing, longest_content, contents, all, single, ids }
    }

    /// The tokens that end at a node of the trie.
    pub(super) fn tokens_at(&self, node: usize) -> &[u32] {
        let end = self.trie.get(node + 1).map_or(self.tokens.len(), |next| next.tokens as usize);
        &self.tokens[self.trie[node].tokens as usize..end]
    }

    /// Whether it has a token of this byte alone.
    pub(super) fn has_byte(&self, byte: u8) -> bool {
        self.single[usize::from(byte)]
    }

    /// Whether a character may be left unfinished: each byte that can end it is a token.
    pub(super) fn finishes_characters(&self) -> bool {
        (0x80..=0xbf).all(|byte| self.has_byte(byte))
    }
}

/// The place that bytes that began inside a string have come to.
enum InsideEnd {
    /// Still inside.
    Place(StringPlace),
    /// Behind the string: the byte at this place is the quote that ends it.
    Quote(usize),
}

/// The bytes of a string's bound that some bytes inside it take, and where they end. None if they can't stand there.
fn inside_a_string(bytes: &[u8]) -> Option<(u16, InsideEnd)> {
    let (mut takes, mut place) = (0, StringPlace::Between);
    for (at, &byte) in bytes.iter().enumerate() {
        match place.step(byte)? {
            StringByte::Quote => return Some((takes, InsideEnd::Quote(at))),
            StringByte::Content(next, more) => {
                takes += u16::from(more);
                place = next;
            }
        }
    }
    Some((takes, InsideEnd::Place(place)))
}

/// The trie of tokens in the order of their bytes.
fn trie(tokens: &[(u32, &[u8], bool)]) -> Vec<TrieNode> {
    let mut nodes: Vec<TrieNode> = Vec::new();
    // The nodes that lead to the token before.
    let mut path: Vec<usize> = Vec::new();
    let mut before: &[u8] = &[];
    for (number, (_, bytes, _)) in (0_u32..).zip(tokens) {
        let same = before.iter().zip(*bytes).take_while(|(a, b)| a == b).count();
        let end = nodes.len() as u32;
        path.drain(same..).for_each(|node| nodes[node].end = end);
        for (depth, &byte) in bytes.iter().enumerate().skip(same) {
            path.push(nodes.len());
            // Tokens are counted at the node where they end: those above it have none of theirs left.
            let tokens = number;
            nodes.push(TrieNode { byte, depth: depth as u8, end: 0, tokens });
        }
        before = bytes;
    }
    let end = nodes.len() as u32;
    path.into_iter().for_each(|node| nodes[node].end = end);
    nodes
}
