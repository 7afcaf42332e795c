//! Secrets in texts of others.

use pelicycle_secrets::{REDACTED, Secrets};
use pelicycle_testkit::clothes::{KEY, clothes};

/// The bytes that are searched at a time.
const WINDOW: usize = 64 << 10;

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add(KEY);
    secrets
}

/// As much of the key as a reader could still find.
fn shows(text: &str) -> bool {
    let text = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    text.contains("planted") || text.contains("5f0c2a91")
}

#[test]
fn a_key_is_found_in_all_its_clothes() {
    let secrets = secrets();
    for form in clothes() {
        let redacted = secrets.redact(format!("the key {form} is bad"));
        assert!(redacted.contains(REDACTED) && redacted.ends_with(" is bad"), "{form}: {redacted}");
        assert!(redacted.starts_with("the key "), "{form}: {redacted}");
        assert!(!shows(&redacted), "{form}: {redacted}");
    }
}

#[test]
fn bytes_that_are_a_character_in_utf8_are_read_as_letters_of_latin1_too() {
    let secrets = secrets();
    for form in ["sk-planted-5f0%C7%B2a91", "sk-planted-5f0\\xc7\\xb2a91", "sk-planted-5f0%25C7%25B2a91"] {
        assert_eq!(secrets.redact(format!("a {form} b")), "a [key] b", "{form}");
    }
}

#[test]
fn a_stream_that_ends_within_a_key_ends_before_it() {
    let secrets = secrets();
    for end in 7..KEY.len() {
        let cut = secrets.redact(format!("hi {}", &KEY[..end]));
        assert_eq!(cut, "hi [key]", "{end}");
    }
    assert_eq!(secrets.redact("keys begin with sk-p".to_owned()), "keys begin with sk-p");
}

#[test]
fn a_short_key_is_found_as_it_is() {
    let mut secrets = Secrets::default();
    secrets.add("ollama");
    secrets.add("none");
    assert_eq!(secrets.redact("an ollama, an Ollama, none".to_owned()), "an [key], an Ollama, none");
}

#[test]
fn json_keeps_its_shape() {
    let mut value = serde_json::json!({"a": [KEY, 1, {"b": "sk-plan"}], KEY: true});
    secrets().redact_json(&mut value);
    assert_eq!(value, serde_json::json!({"a": ["[key]", 1, {"b": "sk-plan"}], "[key]": true}));
}

#[test]
fn a_long_text_is_searched_whole() {
    let secrets = secrets();
    let text = format!("{}{KEY}{}", "x".repeat(WINDOW - 5), "é".repeat(WINDOW));
    assert_eq!(secrets.redact(text.clone()), text.replace(KEY, REDACTED));
}

#[cfg(unix)]
#[test]
fn no_text_takes_many_times_as_long_as_another_of_its_length() {
    use rustix::time::{ClockId, clock_gettime};
    let secrets = secrets();
    let took = |unit: &str| {
        let text = unit.repeat(WINDOW / 2 / unit.len());
        let time = || {
            let time = clock_gettime(ClockId::ThreadCPUTime);
            time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
        };
        let begin = time();
        secrets.redact(text);
        time() - begin
    };
    let usual = took("<path d='M 0 9' n=\\\"1\\\"/>\\n");
    for unit in [
        "<a ",
        "<!-- ",
        "<!--<a ",
        "<?",
        "<![CDATA[",
        "&a",
        "&amp",
        "\\\\",
        "\\u005c",
        "%25",
        "sk-pla",
        "[a=",
        "[a ",
        "[b]",
        "[b][pl][/b]",
        "[THINK]",
        "<|a",
        "<|channel",
        "<|a|>",
        "<1>",
        "[zz][",
        "[",
        "\u{1b}[",
        "\u{1b}]a",
        "\u{1b}]\\",
        "\u{9b}1",
        "\u{1b}&a[b=<a ",
    ] {
        let took = took(unit);
        assert!(took < 12.0 * usual, "{unit}: {took} s, and {usual} s for what is usual");
    }
}
