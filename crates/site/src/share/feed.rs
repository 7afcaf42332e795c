//! The feed of new drawings, as Atom (RFC 4287).

use jiff::{SignedDuration, Timestamp};
use pelicycle_record::Attempt;
use pelicycle_text as text;
use serde::Serialize;

use super::BaseUrl;
use crate::view;
use crate::view::Card;

/// Drawings of the feed, the newest.
const MOST: usize = 50;

/// The feed.
#[derive(Debug, Serialize)]
pub(crate) struct Feed {
    /// The feed's own address, which is its identity too.
    address: String,
    site: String,
    updated: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    label: String,
    prompt: String,
    address: String,
    updated: String,
    picture: Linked,
    summary: String,
}

#[derive(Debug, Serialize)]
struct Linked {
    address: String,
    width: u32,
    height: u32,
}

impl Feed {
    /// Path of the feed from the site's root.
    pub(crate) const PATH: &'static str = "feed.xml";

    /// The feed of these attempts, given newest first. Looks and those that drew nothing are left out.
    pub(crate) fn new<'a>(
        base: &BaseUrl,
        newest_first: impl Iterator<Item = view::ShownAttempt<'a>>,
    ) -> Self {
        let drawings = newest_first.filter(|shown| shown.attempt.is_first() && shown.attempt.is_drawn());
        let mut newest = Timestamp::UNIX_EPOCH;
        let mut entries: Vec<Entry> = drawings
            .filter_map(|shown| {
                let picture = shown.pictures.large.as_ref()?;
                let attempt = shown.attempt;
                let updated = ended(attempt);
                newest = newest.max(updated);
                let card = Card::new(shown);
                let demonstration = attempt.contestant.demonstration.then_some("Demonstration");
                let provider = text::label(&attempt.contestant.provider);
                let facts =
                    [card.verdict, &provider].into_iter().chain(card.facts.iter().map(String::as_str));
                Some(Entry {
                    id: identity(attempt),
                    label: text::label(&attempt.contestant.label),
                    prompt: text::label(&attempt.prompt.title),
                    address: base.join(&card.href),
                    updated: second(updated),
                    picture: Linked {
                        address: base.join(&picture.href),
                        width: picture.width,
                        height: picture.height,
                    },
                    summary: demonstration.into_iter().chain(facts).collect::<Vec<_>>().join(" · "),
                })
            })
            .take(MOST)
            .collect();
        entries.sort_by(|a, b| b.updated.cmp(&a.updated));
        Self { address: base.join(Self::PATH), site: base.join(""), updated: second(newest), entries }
    }
}

/// A moment to the second, as RFC 3339 writes it. Such texts sort by time.
fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// When the attempt was over.
fn ended(attempt: &Attempt) -> Timestamp {
    let started = attempt.timing.started;
    let total = attempt.timing.total.and_then(|total| SignedDuration::try_from_secs_f64(total).ok());
    total.and_then(|total| started.checked_add(total).ok()).unwrap_or(started)
}

/// An identity that stays when the site moves: a UUID of version 8 (RFC 9562) from the hash of the attempt's own.
fn identity(attempt: &Attempt) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(attempt.id.as_str().as_bytes()).as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
