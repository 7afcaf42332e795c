//! Identifiers of attempts and runs: they sort by time and do not collide between machines.
//!
//! Written as `20261122-025336-412-k3f9q2m8x7ab`: UTC time to the millisecond, then 60 random bits.
//! Lower-case and of one length, so that order by name, by bytes and by time are the same everywhere.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Digits of the random part: no letter that is easily misread.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TIME: usize = "20261122-025336-412".len();
const RANDOM: usize = 12;

/// The identifier of an attempt or a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", schemars(extend("pattern" = r"^[0-9]{8}-[0-9]{6}-[0-9]{3}-[0-9a-hjkmnp-tv-z]{12}$")))]
pub struct Id(String);

/// A text that is not an identifier.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an identifier such as 20261122-025336-412-k3f9q2m8x7ab")]
pub struct IdError(String);

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system's source of random bytes failed: {0}")]
pub struct RandomError(getrandom::Error);

impl Id {
    /// A new identifier for something that begins now.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub fn new() -> Result<Self, RandomError> {
        Self::at(Timestamp::now())
    }

    /// A new identifier for something that began at `time`.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub fn at(time: Timestamp) -> Result<Self, RandomError> {
        let mut bytes = [0; RANDOM];
        getrandom::fill(&mut bytes).map_err(RandomError)?;
        Ok(Self::with(time, &bytes))
    }

    /// The identifier of something that began at `time` and is told from all others by `name`: always the same.
    #[must_use]
    pub fn derived(time: Timestamp, name: &[u8]) -> Self {
        let hash = blake3::hash(name);
        Self::with(time, hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }

    fn with(time: Timestamp, bytes: &[u8; RANDOM]) -> Self {
        let random = bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let time = TimeZone::UTC.to_datetime(time);
        Self(format!("{}-{}", time.strftime("%Y%m%d-%H%M%S-%3f"), String::from_iter(random)))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_valid(text: &str) -> bool {
        let Some((time, random)) = text.split_at_checked(TIME) else { return false };
        let Some(random) = random.strip_prefix('-') else { return false };
        random.len() == RANDOM
            && random.bytes().all(|byte| ALPHABET.contains(&byte))
            && time.get(15..16) == Some("-")
            && time[16..].bytes().all(|byte| byte.is_ascii_digit())
            && DateTime::strptime("%Y%m%d-%H%M%S", &time[..15]).is_ok()
    }
}

impl TryFrom<String> for Id {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        if Self::is_valid(&text) { Ok(Self(text)) } else { Err(IdError(text.chars().take(80).collect())) }
    }
}

impl std::str::FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
