//! Requests that failed: the reason in words, and whether asking again can help.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::retry_delay;
use super::table::bundled;

/// The number of characters of a service's words that are kept.
const MAX_WORDS: usize = 600;

/// The beginnings of what is in a page and not for people.
const CODE: [&str; 2] = ["<style", "<script"];

/// A request, or a try of it, that failed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RequestFailure {
    /// The HTTP status, where one came.
    pub(super) status: Option<u16>,
    /// The reason in words, the service's own where it has some. May hold a key until it is redacted.
    pub(super) message: String,
    /// Whether asking again can help.
    pub(super) again: RetryAdvice,
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RetryAdvice {
    /// No: it would fail the same way.
    No,
    /// It may help, after this wait where the service names one.
    After(Option<Duration>),
    /// The server is still loading its model: it is asked again as long as patience lasts.
    Loading,
}

impl RequestFailure {
    /// A failure on the way: no connection, a reset, silence.
    pub(super) fn connection(message: String) -> RequestFailure {
        RequestFailure { status: None, message, again: RetryAdvice::After(None) }
    }

    /// An answer that makes no sense; it would come again.
    pub(super) fn senseless(message: String) -> RequestFailure {
        RequestFailure { status: None, message, again: RetryAdvice::No }
    }

    /// An answer whose status says that it is none.
    pub(super) fn of_answer(status: u16, headers: &HeaderMap, body: &str) -> RequestFailure {
        let json: Option<Value> = serde_json::from_str(body).ok();
        let said = json.as_ref().map(said).unwrap_or_default();
        let words = match (&said.message, body.trim()) {
            (Some(message), _) => message.clone(),
            (None, "") => String::new(),
            (None, body) => plain(body),
        };
        let words = match (words.is_empty(), said.kind()) {
            (true, _) => "no more was said".to_owned(),
            (false, Some(kind)) if !words.contains(kind) => format!("{words} ({kind})"),
            (false, _) => words,
        };
        let name = reqwest::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
        let name = name.map(|name| format!(" {name}")).unwrap_or_default();
        let message = shortened(&format!("HTTP {status}{name}: {words}"));
        let again = if status == 503 && message.to_ascii_lowercase().contains("loading model") {
            RetryAdvice::Loading
        } else if said.has_word_of(&bundled().errors.never) || !asks_again(status, headers) {
            RetryAdvice::No
        } else {
            RetryAdvice::After(retry_delay::of_headers(headers).or(said.delay))
        };
        RequestFailure { status: Some(status), message, again }
    }

    /// An error that came within a stream which had begun well.
    pub(super) fn of_event(event: &Value) -> RequestFailure {
        let said = said(event);
        let words = said.message.clone().unwrap_or_else(|| event.to_string());
        let words = match said.kind() {
            Some(kind) if !words.contains(kind) => format!("{words} ({kind})"),
            _ => words,
        };
        let status = said.codes.iter().find_map(|code| code.parse::<u16>().ok().filter(|c| *c >= 400));
        let errors = &bundled().errors;
        let may = status.is_some_and(transient) || said.is_word_of(&errors.retry);
        let again = match may && !said.has_word_of(&errors.never) {
            true => RetryAdvice::After(said.delay),
            false => RetryAdvice::No,
        };
        RequestFailure { status: None, message: shortened(&format!("the service broke off: {words}")), again }
    }
}

/// Whether a status is one of a failure that passes.
fn transient(status: u16) -> bool {
    matches!(status, 408 | 409 | 425 | 429 | 500..=599)
}

fn asks_again(status: u16, headers: &HeaderMap) -> bool {
    match headers.get("x-should-retry").and_then(|value| value.to_str().ok()) {
        Some("true") => true,
        Some("false") => false,
        _ => transient(status),
    }
}

/// The parts of an error in JSON.
#[derive(Debug, Default)]
struct Said {
    message: Option<String>,
    /// Words that name the error, the most telling first.
    codes: Vec<String>,
    delay: Option<Duration>,
}

impl Said {
    fn kind(&self) -> Option<&str> {
        self.codes.iter().map(String::as_str).find(|code| code.parse::<f64>().is_err())
    }

    /// Whether one of the codes is one of these words.
    fn is_word_of(&self, words: &[String]) -> bool {
        self.codes.iter().any(|code| words.contains(code))
    }

    /// Whether one of the codes has one of these words in it.
    fn has_word_of(&self, words: &[String]) -> bool {
        self.codes.iter().any(|code| words.iter().any(|word| code.contains(word.as_str())))
    }
}

/// Reads an error in any of the shapes that services have for one.
fn said(json: &Value) -> Said {
    // Without server-sent events Gemini answers with a list.
    let json = json.as_array().and_then(|list| list.first()).unwrap_or(json);
    let error = ["error", "errors", "detail"].iter().find_map(|key| json.get(*key).filter(|v| !v.is_null()));
    let error = error.or(json.pointer("/choices/0/error")).unwrap_or(json);
    let mut said = Said::default();
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    if let Some(words) = text(error) {
        said.message = Some(words);
    } else {
        said.message = ["message", "msg", "detail", "error"]
            .iter()
            .find_map(|key| error.get(*key).and_then(text))
            .or_else(|| json.get("message").and_then(text))
            .or_else(|| error.as_array().map(|list| Value::from(list.clone()).to_string()));
    }
    let details = error.get("details");
    let metadata = error.get("metadata");
    said.codes = [
        details.and_then(|d| d.get("error_code")),
        metadata.and_then(|m| m.get("error_type")),
        error.get("code"),
        error.get("status"),
        error.get("type"),
        json.get("code"),
    ]
    .into_iter()
    .flatten()
    .filter_map(text)
    .collect();
    for detail in details.and_then(Value::as_array).into_iter().flatten() {
        let violations = detail.get("violations").and_then(Value::as_array).into_iter().flatten();
        said.codes.extend(violations.filter_map(|v| v.get("quotaId").and_then(text)));
    }
    said.delay = retry_delay::of_error(json, error, said.message.as_deref());
    said
}

/// A page of HTML, or whatever else is no JSON, as a line of text.
fn plain(body: &str) -> String {
    let mut text = String::new();
    let mut depth = 0_u32;
    for c in without_code(&body[..body.floor_char_boundary(64 << 10)]).chars() {
        match c {
            '<' => depth += 1,
            '>' if depth > 0 => {
                depth -= 1;
                text.push(' ');
            }
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A page without its styles and scripts.
fn without_code(page: &str) -> String {
    let small = page.to_ascii_lowercase();
    let (mut out, mut from) = (String::new(), 0);
    while let Some((begin, name)) =
        CODE.iter().filter_map(|name| Some((from + small[from..].find(name)?, name))).min()
    {
        out.push_str(&page[from..begin]);
        let end = format!("</{}", &name[1..]);
        from = small[begin..].find(&end).map_or(page.len(), |end| begin + end);
    }
    out + &page[from..]
}

/// A text of at most [`MAX_WORDS`] characters.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> RequestFailure {
        let map =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        RequestFailure::of_answer(status, &map, body)
    }

    #[test]
    fn every_shape_of_error_is_told_in_the_services_words() {
        let anthropic =
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: x"},"request_id":"r"}"#;
        assert_eq!(answer(404, &[], anthropic).message, "HTTP 404 Not Found: model: x (not_found_error)");
        let openai =
            r#"{"error":{"message":"Unsupported","type":"invalid_request_error","param":"t","code":null}}"#;
        assert!(answer(400, &[], openai).message.ends_with("Unsupported (invalid_request_error)"));
        let gemini = r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#;
        assert!(answer(400, &[], gemini).message.ends_with("API key not valid. (INVALID_ARGUMENT)"));
        assert!(
            answer(404, &[], r#"{"error":"model 'x' not found"}"#).message.ends_with("model 'x' not found")
        );
        assert!(answer(422, &[], r#"{"detail":[{"msg":"extra"}]}"#).message.contains("extra"));
        assert!(answer(404, &[], r#"{"detail":"Not Found"}"#).message.ends_with("Not Found: Not Found"));
        let html = "<html>\n<head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
        assert_eq!(answer(502, &[], html).message, "HTTP 502 Bad Gateway: 502 Bad Gateway nginx");
        let code = "<STYLE>b{x}</style><script src=a>if(1<2)</script><p>nginx<script>cut";
        assert_eq!(answer(502, &[], code).message, "HTTP 502 Bad Gateway: nginx");
        assert_eq!(answer(500, &[], "").message, "HTTP 500 Internal Server Error: no more was said");
        assert!(answer(400, &[], &"x".repeat(10_000)).message.chars().count() <= MAX_WORDS + 1);
    }

    #[test]
    fn only_what_passes_is_asked_again() {
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 529] {
            assert_eq!(answer(status, &[], "{}").again, RetryAdvice::After(None), "{status}");
        }
        for status in [301, 400, 401, 402, 403, 404, 413, 422] {
            assert_eq!(answer(status, &[], "{}").again, RetryAdvice::No, "{status}");
        }
        assert_eq!(answer(500, &[("x-should-retry", "false")], "{}").again, RetryAdvice::No);
        assert_eq!(answer(400, &[("x-should-retry", "true")], "{}").again, RetryAdvice::After(None));
        for body in [
            r#"{"error":{"code":"insufficient_quota","message":"m"}}"#,
            r#"{"error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
            r#"{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]}]}}"#,
        ] {
            assert_eq!(answer(429, &[("x-should-retry", "true")], body).again, RetryAdvice::No, "{body}");
        }
        let loading = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
        assert_eq!(answer(503, &[], loading).again, RetryAdvice::Loading);
    }

    #[test]
    fn a_wait_is_read_from_every_place_that_services_put_it() {
        let wait = |headers: &[(&'static str, &str)], body: &str| match answer(429, headers, body).again {
            RetryAdvice::After(Some(wait)) => wait.as_secs_f64(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&[("retry-after", "2.5")], "{}"), 2.5);
        assert_eq!(wait(&[("retry-after", "9"), ("retry-after-ms", "1500")], "{}"), 1.5);
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], "{}"), 0.0);
        assert!(wait(&[("retry-after", "Fri, 06 Nov 2099 08:49:37 GMT")], "{}") > 1e9);
        assert_eq!(wait(&[("retry-after", "1e300")], "{}"), 1e9);
        let body =
            r#"{"error":{"code":429,"details":[{"@type":"t/google.rpc.RetryInfo","retryDelay":"31s"}]}}"#;
        assert_eq!(wait(&[], body), 31.0);
        assert_eq!(answer(429, &[("retry-after", "-1")], "{}").again, RetryAdvice::After(None));
    }

    #[test]
    fn an_error_within_a_stream_tells_by_its_words_whether_it_passes() {
        let event = |text: &str| RequestFailure::of_event(&serde_json::from_str(text).unwrap());
        let overloaded =
            event(r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#);
        assert_eq!(overloaded.again, RetryAdvice::After(None));
        assert_eq!(overloaded.message, "the service broke off: Overloaded (overloaded_error)");
        let numeric =
            event(r#"{"error":{"code":502,"message":"m","metadata":{"error_type":"provider_unavailable"}}}"#);
        assert_eq!(numeric.again, RetryAdvice::After(None));
        assert_eq!(event(r#"{"error":{"code":400,"message":"m"}}"#).again, RetryAdvice::No);
        assert_eq!(event(r#"{"error":"out of memory"}"#).again, RetryAdvice::No);
        let chosen = event(r#"{"choices":[{"index":0,"error":{"message":"m","code":502}}]}"#);
        assert_eq!(
            (chosen.message.as_str(), chosen.again),
            ("the service broke off: m", RetryAdvice::After(None))
        );
        let told = event(r#"{"error":{"code":429,"message":"m","metadata":{"retry_after_seconds":1}}}"#);
        assert_eq!(told.again, RetryAdvice::After(Some(Duration::from_secs(1))));
    }
}
