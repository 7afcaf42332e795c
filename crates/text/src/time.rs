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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        let time: Timestamp = "2026-11-02T02:53:36.4Z".parse().unwrap();
        assert_eq!((day(time).as_str(), moment(time).as_str()), ("2 Nov 2026", "2026-11-02 02:53:36 UTC"));
    }
}
