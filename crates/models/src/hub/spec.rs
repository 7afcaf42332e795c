//! The model that a person asks for: `OWNER/REPO`, `OWNER/REPO:QUANTIZATION`, `OWNER/REPO/FILE.gguf`.

use super::error::HubError;

/// The revision when none is named.
const MAIN: &str = "main";

/// Longest name of an owner or a repository that the hub allows.
const LONGEST: usize = 96;

/// A model to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpec {
    /// `OWNER/REPO`.
    pub repo: String,
    /// The choice among its files.
    pub what: FileChoice,
    /// A branch, a tag or a commit.
    pub revision: String,
}

/// The choice of a model file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChoice {
    /// The usual one.
    Usual,
    /// The one with this quantization.
    Quantization(String),
    /// This one; of a split model any part.
    File(String),
}

impl ModelSpec {
    /// Reads what was typed; the address of a page of the hub will do as well.
    ///
    /// # Errors
    /// When it is none of the forms.
    pub fn parse(text: &str, revision: Option<&str>) -> Result<ModelSpec, HubError> {
        let form = || HubError::Form { text: text.to_owned() };
        let rest =
            ["https://huggingface.co/", "http://huggingface.co/", "huggingface.co/", "hf.co/", "hf://"]
                .iter()
                .find_map(|prefix| text.strip_prefix(prefix))
                .unwrap_or(text);
        let rest = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let mut words = rest.splitn(3, '/');
        let (Some(owner), Some(second), third) = (words.next(), words.next(), words.next()) else {
            return Err(form());
        };
        let (repo, quantization) = match second.split_once(':') {
            Some((repo, quantization)) => (repo, Some(quantization)),
            None => (second, None),
        };
        if !is_name(owner) || !is_name(repo) {
            return Err(form());
        }
        let mut named = revision.map(str::to_owned);
        let what = match (quantization, third) {
            (None, None) => FileChoice::Usual,
            (Some(tag), None) if !tag.is_empty() && tag.chars().all(is_plain) => {
                FileChoice::Quantization(tag.to_owned())
            }
            (None, Some(path)) => {
                // A page's address names the revision before the file.
                let mut words = path.splitn(3, '/');
                match (words.next(), words.next(), words.next()) {
                    (Some("blob" | "resolve" | "tree"), Some(of), file) => {
                        named = named.or_else(|| Some(of.to_owned()));
                        file.map_or(FileChoice::Usual, |file| FileChoice::File(file.to_owned()))
                    }
                    _ => FileChoice::File(path.to_owned()),
                }
            }
            _ => return Err(form()),
        };
        if let FileChoice::File(file) = &what
            && !file.to_ascii_lowercase().ends_with(".gguf")
        {
            return Err(form());
        }
        let revision = named.unwrap_or_else(|| MAIN.to_owned());
        if !is_revision(&revision) {
            return Err(HubError::RevisionForm { revision });
        }
        Ok(ModelSpec { repo: format!("{owner}/{repo}"), what, revision })
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Whether a name is one that the hub allows for owners and repositories; the cache's folders are made from it.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST
        && name.chars().all(is_plain)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
        && !name.contains("--")
        && !name.contains("..")
}

/// Whether a revision may be a path below `refs/`.
fn is_revision(revision: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('.');
    revision.len() <= 255 && revision.split('/').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let quantization = |tag: &str| FileChoice::Quantization(tag.to_owned());
        let file = |path: &str| FileChoice::File(path.to_owned());
        for (text, repo, what, revision) in [
            ("Qwen/Qwen3-0.6B-GGUF", "Qwen/Qwen3-0.6B-GGUF", FileChoice::Usual, "main"),
            ("a/b:UD-Q4_K_XL", "a/b", quantization("UD-Q4_K_XL"), "main"),
            ("a/b/c-Q8_0.gguf", "a/b", file("c-Q8_0.gguf"), "main"),
            ("a/b/Q8_0/c-00001-of-00002.gguf", "a/b", file("Q8_0/c-00001-of-00002.gguf"), "main"),
            ("hf.co/a/b:Q8_0", "a/b", quantization("Q8_0"), "main"),
            ("https://huggingface.co/a/b/", "a/b", FileChoice::Usual, "main"),
            ("https://huggingface.co/a/b/tree/v2", "a/b", FileChoice::Usual, "v2"),
            ("https://huggingface.co/a/b/blob/main/x/c.gguf?download=true", "a/b", file("x/c.gguf"), "main"),
        ] {
            let wanted = ModelSpec::parse(text, None).unwrap();
            assert_eq!(
                (wanted.repo.as_str(), wanted.what, wanted.revision.as_str()),
                (repo, what, revision),
                "{text}"
            );
        }
        assert_eq!(ModelSpec::parse("a/b", Some("refs/pr/3")).unwrap().revision, "refs/pr/3");
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for text in [
            "",
            "a",
            "a/",
            "/b",
            "../b",
            "a/..",
            "a/b:",
            "a/b:x/y",
            "a/b/c.bin",
            "a--b/c",
            "a/b c",
            "a/b:é",
            ".a/b",
        ] {
            assert!(matches!(ModelSpec::parse(text, None), Err(HubError::Form { .. })), "{text:?}");
        }
        for revision in ["", "../x", "a//b", "a/../b", "/a", "a b", ".git"] {
            assert!(ModelSpec::parse("a/b", Some(revision)).is_err(), "{revision:?}");
        }
    }
}
