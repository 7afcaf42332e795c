//! The wait that a service asks for before it is asked again, wherever it says so.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Beyond any patience a wait need not be exact.
const FOREVER: f64 = 1e9;

/// The formats of a moment that HTTP knows besides the usual one (RFC 9110, section 5.6.7).
const OLD_DATES: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// The words after which an error says how long to wait.
const BEFORE: [&str; 6] =
    ["try again in ", "try again after ", "retry in ", "retry after ", "retrying in ", "available in "];

/// The keys under which an error has the wait as a number, and the seconds of its unit.
const KEYS: [(&str, f64); 4] =
    [("retry_after_ms", 0.001), ("retry_after", 1.0), ("retry_after_seconds", 1.0), ("retryAfter", 1.0)];

/// The wait that an answer's headers ask for.
pub(super) fn of_headers(headers: &HeaderMap) -> Option<Duration> {
    let texts = |name: &str| {
        let values = headers.get_all(name).into_iter();
        values.filter_map(|value| value.to_str().ok()).map(|text| text.trim().to_owned()).collect::<Vec<_>>()
    };
    let number = |text: &String| text.parse().ok();
    if let Some(ms) = texts("retry-after-ms").iter().find_map(number) {
        return seconds(ms * 0.001);
    }
    let read = |text: &String| match number(text) {
        Some(number) => seconds(number),
        None => span(text).or_else(|| moment(text)),
    };
    // A gateway may add its own: whoever heeds the longest heeds all.
    texts("retry-after").iter().filter_map(read).max()
}

/// The wait that an error names in its fields or its words.
pub(super) fn of_error(json: &Value, error: &Value, words: Option<&str>) -> Option<Duration> {
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let google = details.filter_map(|detail| detail.get("retryDelay")).find_map(|delay| match delay {
        Value::String(text) => span(text),
        other => seconds(other.get("seconds")?.as_f64()?),
    });
    let fields = [error.get("metadata"), Some(error), Some(json)];
    let field = || fields.into_iter().flatten().find_map(of_fields);
    google.or_else(field).or_else(|| of_words(words?))
}

fn of_fields(object: &Value) -> Option<Duration> {
    KEYS.iter().find_map(|(key, unit)| match object.get(*key)? {
        Value::Number(number) => seconds(number.as_f64()? * unit),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => seconds(number * unit),
            Err(_) => span(text),
        },
        _ => None,
    })
}

/// The wait in words as "Please try again in 1m12.5s."
fn of_words(words: &str) -> Option<Duration> {
    let words = words.to_ascii_lowercase();
    BEFORE.iter().find_map(|before| {
        let (_, after) = words.split_once(before)?;
        span(after)
    })
}

/// The length of time that a text begins with: numbers, each with its unit.
fn span(text: &str) -> Option<Duration> {
    let (mut rest, mut all) = (text.trim_start(), None);
    while rest.starts_with(|c: char| c.is_ascii_digit()) {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].trim_end_matches('.').parse().ok()?;
        let unit = rest[end..].trim_start();
        let end = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        let Some(length) = unit_seconds(&unit[..end]) else { break };
        *all.get_or_insert(0.0) += number * length;
        rest = unit[end..].trim_start();
    }
    seconds(all?)
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ms" | "msec" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

/// The time from now to a moment of a calendar; none at all where it is past.
fn moment(text: &str) -> Option<Duration> {
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok().or_else(|| {
        let civil = OLD_DATES.iter().find_map(|format| jiff::civil::DateTime::strptime(format, text).ok())?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|at| at.timestamp())
    })?;
    Some(Duration::try_from(at.duration_since(jiff::Timestamp::now())).unwrap_or_default())
}

fn seconds(number: f64) -> Option<Duration> {
    (number >= 0.0).then(|| Duration::from_secs_f64(number.min(FOREVER)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn header(value: &str) -> Option<f64> {
        let map = HeaderMap::from_iter([("retry-after".parse().unwrap(), value.parse().unwrap())]);
        of_headers(&map).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn a_header_is_read_in_every_form() {
        for (value, expected) in [
            ("2.5", Some(2.5)),
            ("1s", Some(1.0)),
            ("250ms", Some(0.25)),
            ("inf", Some(FOREVER)),
            ("99999999999999999999999", Some(FOREVER)),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0.0)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(0.0)),
            ("Sun Nov  6 08:49:37 1994", Some(0.0)),
        ] {
            assert_eq!(header(value), expected, "{value}");
        }
        let name = || "retry-after".parse().unwrap();
        let two = HeaderMap::from_iter([(name(), "0".parse().unwrap()), (name(), "3".parse().unwrap())]);
        assert_eq!(of_headers(&two), Some(Duration::from_secs(3)));
    }

    #[test]
    fn an_error_is_read_in_every_form() {
        for (error, expected) in [
            (json!({"message": "Rate limit reached. Please try again in 250ms."}), Some(0.25)),
            (json!({"message": "Please try again in 1m12.5s. Visit x"}), Some(72.5)),
            (json!({"message": "Please retry in 41.077s."}), Some(41.077)),
            (json!({"message": "Try again after 20 seconds"}), Some(20.0)),
            (json!({"message": "Retry after 2 minutes."}), Some(120.0)),
            (json!({"message": "try again in a while"}), None),
            (json!({"message": "try again in 3 parsecs"}), None),
            (json!({"metadata": {"retry_after_seconds": 1}}), Some(1.0)),
            (json!({"retry_after": "1.5"}), Some(1.5)),
            (json!({"retry_after_ms": 1500}), Some(1.5)),
            (json!({"details": [{"retryDelay": "31s"}]}), Some(31.0)),
            (json!({"details": [{"retryDelay": {"seconds": 7, "nanos": 1}}]}), Some(7.0)),
        ] {
            let words = error.get("message").and_then(Value::as_str);
            let wait = of_error(&json!({ "error": error }), &error, words);
            assert_eq!(wait.map(|wait| wait.as_secs_f64()), expected, "{error}");
        }
    }
}
