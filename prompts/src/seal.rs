//! Sealing a set of prompts: their hash can be published long before their texts.

use std::collections::BTreeSet;

use pelicycle_record::{RevealedPrompt, RevealedRecord, SealRecord, name};

use super::Prompt;

/// The text that a seal is the hash of: a line that names the scheme and the salt, then a line a prompt, by id, with the
/// BLAKE3 of its text. Only lines of ASCII, so that any tool that hashes can check a seal.
#[must_use]
pub fn sealed_text(salt: &str, prompts: &[RevealedPrompt]) -> String {
    let mut prompts: Vec<&RevealedPrompt> = prompts.iter().collect();
    prompts.sort_by(|a, b| a.id.cmp(&b.id));
    let mut text = format!("pelicycle seal 1 {salt}\n");
    for prompt in prompts {
        text += &format!("{} {}\n", prompt.id, blake3::hash(prompt.text.as_bytes()).to_hex());
    }
    text
}

/// Hex BLAKE3 of [`sealed_text`]. With a salt of 32 random bytes it tells nothing of the prompts, and no other prompts have
/// it. Nothing where the salt is not 64 hex digits, or ids are no names or stand twice: such lines could be read in two ways.
#[must_use]
pub fn seal_hash(salt: &str, prompts: &[RevealedPrompt]) -> Option<String> {
    let hex = salt.len() == 64 && salt.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let ids: BTreeSet<&str> = prompts.iter().map(|prompt| prompt.id.as_str()).collect();
    let named = ids.len() == prompts.len() && ids.iter().all(|id| name::fault(id).is_none());
    (hex && named).then(|| blake3::hash(sealed_text(salt, prompts).as_bytes()).to_hex().to_string())
}

/// Whether what is revealed is what was sealed.
#[must_use]
pub fn opens(seal: &SealRecord, revealed: &RevealedRecord) -> bool {
    usize::try_from(seal.prompts).is_ok_and(|number| number == revealed.prompts.len())
        && seal_hash(&revealed.salt, &revealed.prompts).is_some_and(|hash| hash == seal.hash)
}

impl Prompt {
    /// The prompt as a seal reveals it.
    #[must_use]
    pub fn revealed(&self) -> RevealedPrompt {
        RevealedPrompt { id: self.id.clone(), text: self.text.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(id: &str, text: &str) -> RevealedPrompt {
        RevealedPrompt { id: id.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_seal_is_that_of_its_prompts_in_any_order_and_of_no_others() {
        let (a, b) = (prompt("a", "Draw a newt"), prompt("b", "Draw an owl"));
        let (salt, another) = ("00".repeat(32), "01".repeat(32));
        let seal = seal_hash(&salt, &[a.clone(), b.clone()]).unwrap();
        assert_eq!(seal_hash(&salt, &[b.clone(), a.clone()]).unwrap(), seal);
        for other in [
            seal_hash(&another, &[a.clone(), b.clone()]),
            seal_hash(&salt, std::slice::from_ref(&a)),
            seal_hash(&salt, &[a.clone(), prompt("b", "Draw an Owl")]),
            seal_hash(&salt, &[a.clone(), prompt("c", "Draw an owl")]),
        ] {
            assert_ne!(other.unwrap(), seal);
        }
        // Lines that could be read in two ways are no seal's.
        let line = format!("{salt}\na {}", blake3::hash(a.text.as_bytes()));
        assert_eq!(seal_hash(&line, std::slice::from_ref(&b)), None);
        assert_eq!(seal_hash(&salt, &[prompt("a 1\nb", "Draw an owl")]), None);
        assert_eq!(seal_hash(&salt, &[a.clone(), a]), None);
    }

    #[test]
    fn the_sealed_text_is_lines_that_any_tool_can_hash() {
        let text = sealed_text("5a", &[prompt("owl", "Draw an owl")]);
        let (first, second) = text.trim_end().split_once('\n').unwrap();
        assert_eq!(first, "pelicycle seal 1 5a");
        // b3sum of `Draw an owl`.
        assert_eq!(second, format!("owl {}", blake3::hash(b"Draw an owl")));
    }
}
