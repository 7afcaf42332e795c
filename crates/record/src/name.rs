//! Names that are safe as a folder's name on every system, and slugs made from names that are not.
//!
//! Results are shared by copying folders and through git, so a name must survive file systems that fold
//! case, refuse device names or drop trailing dots. Safe names are lower-case ASCII, which rules all of it out.

/// Longest safe name, in bytes: short enough that a whole path stays under Windows' 260 characters.
pub const MAX_BYTES: usize = 64;

/// Folders that `results/` keeps for itself beside the prompts' own.
pub const RESERVED: [&str; 5] = ["baselines", "batches", "judgements", "runs", "seals"];

/// Hexadecimal digits of the hash that marks a changed name.
const MARK: usize = 8;

/// The reason why `name` is not safe as a folder's name, as the end of a sentence; `None` when it is safe.
#[must_use]
pub fn fault(name: &str) -> Option<&'static str> {
    let alphanumeric = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > MAX_BYTES {
        Some("is longer than 64 bytes")
    } else if !name.chars().all(|c| alphanumeric(Some(c)) || matches!(c, '-' | '_' | '.')) {
        Some("has characters other than a-z, 0-9, '-', '_' and '.'")
    } else if !alphanumeric(name.chars().next()) || !alphanumeric(name.chars().next_back()) {
        Some("does not begin and end with a letter or a digit")
    } else if is_device(name) {
        Some("is the name of a device on Windows")
    } else if RESERVED.contains(&name) {
        Some("is kept for a folder of results that is no prompt's")
    } else {
        None
    }
}

/// A safe name for `text`: itself where it is safe, else its safe characters and a mark from its hash.
///
/// Two texts never share a slug, short of a collision of the hash: a safe text that merely looks marked is
/// marked too.
#[must_use]
pub fn slug(text: &str) -> String {
    if fault(text).is_none() && !looks_marked(text) {
        return text.to_owned();
    }
    let mut base = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if base.len() >= MAX_BYTES - MARK - 1 {
            break;
        }
        if c.is_ascii_lowercase() || c.is_ascii_digit() || (matches!(c, '_' | '.') && !base.is_empty()) {
            base.push(c);
        } else if !base.is_empty() && !base.ends_with('-') {
            base.push('-');
        }
    }
    let base = base.trim_end_matches(['-', '_', '.']);
    let base = if base.is_empty() || is_device(base) { "unnamed" } else { base };
    format!("{base}-{}", &blake3::hash(text.as_bytes()).to_hex()[..MARK])
}

/// Windows takes these, with any extension, for devices.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    matches!(stem, "con" | "prn" | "aux" | "nul")
        || stem
            .strip_prefix("com")
            .or_else(|| stem.strip_prefix("lpt"))
            .is_some_and(|port| port.len() == 1 && port.bytes().all(|b| b.is_ascii_digit()))
}

fn looks_marked(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(_, mark)| {
        mark.len() == MARK && mark.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}
