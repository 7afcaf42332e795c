//! Days and moments in words.

use jiff::Timestamp;
use jiff::civil::Date;

/// A day: `22 Nov 2026`.
pub fn day(time: Timestamp) -> String {
    time.strftime("%-d %b %Y").to_string()
}

/// A day: `22 Nov 2026`.
pub fn date(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// A moment: `2026-11-22 02:53:36 UTC`.
pub fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
