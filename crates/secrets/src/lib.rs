//! Finding secrets in texts of others: a key that a service says again, whatever clothes it puts on it.
//!
//! [`Secrets`] are added once, and each text is searched for all of them at once: as it stands, with escapes read, without
//! markup, without marks of reasoning, and for what base64 and the like make of a secret. A text that goes on is searched
//! piece by piece: [`SecretSpans::begun`] is where a secret may have begun at the end of what is there.
//!
//! It does not know services, streams or the order in which a reply's parts are read.
//!
//! Start reading at [`Secrets::redact`]; a text becomes letters in `readings`, and these are searched in `pattern`.

mod encodings;
mod markup;
mod pattern;
mod readings;
mod secrets;

pub use readings::{has_letters, unfinished_escape};
pub use secrets::{MAX_HELD, REDACTED, SHORTEST_BEGINNING, SecretSpans, Secrets, boundary, merged, replaced};
