//! A text without the secrets in it, as it comes in piece by piece.

use super::secrets::{REDACTED, SHORTEST_BEGINNING, Secrets, replaced};

/// A text on its way through the search: what may be a secret's beginning waits for what follows.
#[derive(Debug, Default)]
pub(super) struct SecretFilter {
    held: String,
}

impl SecretFilter {
    /// Takes more of the text in, and gives as much as is sure to be no secret.
    pub(super) fn push(&mut self, secrets: &Secrets, more: String) -> String {
        if secrets.is_empty() {
            return more;
        }
        let text = match self.held.is_empty() {
            true => more,
            false => std::mem::take(&mut self.held) + &more,
        };
        let (whole, sure) = secrets.find_all(&text);
        self.held = text[sure..].to_owned();
        replaced(&text, sure, &whole)
    }

    /// The text is over: gives what was held back, without the beginning of a secret.
    pub(super) fn finish(&mut self, secrets: &Secrets) -> String {
        let mut rest = std::mem::take(&mut self.held);
        let begun = secrets.find(&rest).begun;
        if let Some((begin, _)) = begun.filter(|(_, letters)| *letters >= SHORTEST_BEGINNING) {
            rest.truncate(begin);
            rest.push_str(REDACTED);
        }
        rest
    }
}

impl Secrets {
    /// A text without the secrets in it, and without the beginning of one at its end.
    pub(super) fn redact(&self, text: String) -> String {
        if self.is_empty() {
            return text;
        }
        let mut filter = SecretFilter::default();
        let mut out = filter.push(self, text);
        out.push_str(&filter.finish(self));
        out
    }
}
