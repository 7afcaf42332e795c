//! Sizes in words.

/// A length in bytes, by thousands: `812 bytes`, `2.4 KB`, `98.0 MB`, `18.6 GB`.
#[must_use]
pub fn words(bytes: u64) -> String {
    let scaled = bytes as f64;
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} KB", scaled / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", scaled / 1e6),
        _ => format!("{:.1} GB", scaled / 1e9),
    }
}
