//! Sealing a set of prompts: their hash can be published long before their texts.

use pelicycle_record::RevealedPrompt;

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
/// it.
#[must_use]
pub fn seal_hash(salt: &str, prompts: &[RevealedPrompt]) -> String {
    blake3::hash(sealed_text(salt, prompts).as_bytes()).to_hex().to_string()
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
        let seal = seal_hash("00", &[a.clone(), b.clone()]);
        assert_eq!(seal, seal_hash("00", &[b.clone(), a.clone()]));
        for other in [
            seal_hash("01", &[a.clone(), b.clone()]),
            seal_hash("00", std::slice::from_ref(&a)),
            seal_hash("00", &[a.clone(), prompt("b", "Draw an Owl")]),
            seal_hash("00", &[a, prompt("c", "Draw an owl")]),
        ] {
            assert_ne!(other, seal);
        }
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
