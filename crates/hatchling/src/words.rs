//! Words of the prompts.

/// A word with its article, by its first letter, of the words used here ("a unicycle").
pub(crate) fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {word}")
}
