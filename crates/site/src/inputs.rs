//! The inputs of pages, told before anything of them is made: where they are what they were, so are the pages, and no view
//! is made to find that out.
//!
//! Beside the attempts that it shows, a page follows from the program, which is known as the files of attempts are
//! (`cache.rs`), from settings, judgements and seals. Where a part can't be told there is no key, and the view tells
//! (`source.rs`). A key can only keep what the last build left in the folder, never say what is printed.

use std::sync::LazyLock;

use pelicycle_store::StoredSeal;
use serde::Serialize;

use super::build::GalleryOptions;
use super::cache::{self, CachedFiles};
use super::source::SourceKey;
use super::view::ShownAttempt;
use super::{BaseUrl, GalleryContext, GalleryError};

/// The key of the inputs that all pages share; none where it can't be told.
#[derive(Debug)]
pub(super) struct SharedInputs(Option<blake3::Hash>);

/// A key as it is put together from its parts.
#[derive(Debug)]
pub(super) struct InputsKey(Option<blake3::Hasher>);

/// The file that the program is, as it was when this process began to build: another may have taken its place since. However
/// new it is, its times tell it, since no system lets a program be written while it runs.
static PROGRAM: LazyLock<Option<Vec<u8>>> = LazyLock::new(|| {
    cache::marks(&std::fs::metadata(std::env::current_exe().ok()?.canonicalize().ok()?).ok()?)
});

impl SharedInputs {
    /// `made_by` names templates and settings.
    ///
    /// # Errors
    /// As [`SourceKey::with`].
    pub(super) fn new(
        made_by: &str,
        options: &GalleryOptions,
        GalleryContext { judged, judgements, calibrations, seals }: GalleryContext<'_>,
    ) -> Result<Self, GalleryError> {
        let Some(program) = &*PROGRAM else { return Ok(Self(None)) };
        let seals: Vec<_> = seals.iter().map(|StoredSeal { seal, revealed }| (seal, revealed)).collect();
        let key = SourceKey::new("inputs-1")
            .with(program)?
            .with(made_by)?
            .with(&options.site.makers)?
            .with(&options.base.as_ref().map(BaseUrl::to_string))?
            .with(&judged)?
            .with(judgements)?
            .with(calibrations)?
            .with(&seals)?;
        Ok(Self(Some(key.hash())))
    }

    /// Begins the key of some pages of this kind.
    pub(super) fn key(&self, kind: &str) -> InputsKey {
        let begun = self.0.map(|shared| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(shared.as_bytes()).update(kind.as_bytes()).update(&[0]);
            hasher
        });
        InputsKey(begun)
    }
}

impl InputsKey {
    /// Adds a part.
    ///
    /// # Errors
    /// As [`SourceKey::with`].
    pub(super) fn with(mut self, part: &(impl Serialize + ?Sized)) -> Result<Self, GalleryError> {
        if let Some(hasher) = &mut self.0 {
            hasher.update(SourceKey::new("").with(part)?.hash().as_bytes());
        }
        Ok(self)
    }

    /// Adds a list of attempts with all that pages show of them.
    pub(super) fn with_attempts<'a>(self, shown: impl Iterator<Item = ShownAttempt<'a>>) -> Self {
        let Some(mut hasher) = self.0 else { return self };
        let mut count = 0_u64;
        for shown in shown {
            let Some(inputs) = shown.inputs else { return Self(None) };
            hasher.update(inputs.as_bytes()).update(&(shown.looks as u64).to_le_bytes());
            count += 1;
        }
        // Behind the list, its length, so that no two rows of lists are the same bytes.
        hasher.update(&count.to_le_bytes());
        Self(Some(hasher))
    }

    /// The key in hexadecimal digits; none where a part could not be told.
    pub(super) fn finish(self) -> Option<String> {
        Some(self.0?.finalize().to_hex()[..32].to_owned())
    }
}

/// The key of everything that pages show of an attempt: its record and files, and what they became in the site.
pub(super) fn of_attempt(CachedFiles { stamp, drawing, repaired, moves }: &CachedFiles) -> blake3::Hash {
    blake3::hash(format!("{stamp} {drawing:?} {repaired:?} {moves}").as_bytes())
}

#[cfg(test)]
mod tests {
    use pelicycle_testkit::attempts::attempt;

    use super::*;
    use crate::view::AttemptPictures;

    #[test]
    fn a_key_is_that_of_its_lists_and_there_is_none_of_what_cannot_be_told() {
        let record = attempt("pelican", "a", "2026-11-22T00:00:00Z", None);
        let (pictures, one, two) = (AttemptPictures::default(), blake3::hash(b"1"), blake3::hash(b"2"));
        let shown = |inputs| ShownAttempt { attempt: &record, pictures: &pictures, looks: 0, inputs };
        let (a, b) = (shown(Some(&one)), shown(Some(&two)));
        let looked_at = ShownAttempt { looks: 1, ..a };
        let shared = SharedInputs(Some(blake3::hash(b"shared")));
        let key = |kind: &str, lists: &[&[ShownAttempt<'_>]]| {
            let key = shared.key(kind);
            lists.iter().fold(key, |key, list| key.with_attempts(list.iter().copied())).finish()
        };
        let whole = key("wall", &[&[a, b]]).unwrap();
        assert_eq!(key("wall", &[&[a, b]]).unwrap(), whole);
        let others: [(&str, &[&[ShownAttempt<'_>]]); 6] = [
            ("chart", &[&[a, b]]),
            ("wall", &[&[b, a]]),
            ("wall", &[&[a], &[b]]),
            ("wall", &[&[], &[a, b]]),
            ("wall", &[&[looked_at, b]]),
            ("wall", &[&[a]]),
        ];
        for (kind, lists) in others {
            assert_ne!(key(kind, lists).unwrap(), whole, "{kind} {}", lists.len());
        }
        assert_eq!(key("wall", &[&[a, shown(None)]]), None);
        assert_eq!(SharedInputs(None).key("wall").finish(), None);
    }
}
