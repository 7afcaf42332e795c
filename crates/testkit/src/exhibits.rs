//! Results made of real drawings, and of hostile ones, to build galleries from.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::{
    AskedPrompt, Attempt, Finding, Id, Inspection, JudgeKind, JudgeRecord, JudgementRecord, Outcome,
    Preference, SCHEMA_VERSION, TextRecord, name,
};
use pelicycle_store::{AttemptFiles, Store};

use crate::attempts::{MODELS, THINKING, attempt, look_at, taken, with_experts, with_thinking};

/// A finding with a place.
#[must_use]
pub fn finding(code: &str, message: &str, line: u32, column: u32) -> Finding {
    Finding {
        code: code.to_owned().into(),
        message: message.to_owned(),
        line: Some(line),
        column: Some(column),
    }
}

/// Longest side of a raster as a run makes it.
const LARGE: u32 = 1_024;

/// Writes one attempt whose reply holds `svg` in a code fence.
pub fn hang(
    store: &Store,
    prompt: &str,
    label: &str,
    started: &str,
    svg: &str,
    change: impl FnOnce(&mut Attempt),
) {
    hang_at(store, prompt, label, started, svg, LARGE, change);
}

/// As [`hang`], with a raster of this longest side, which is made small in less time where it is small.
pub fn hang_at(
    store: &Store,
    prompt: &str,
    label: &str,
    started: &str,
    svg: &str,
    raster: u32,
    change: impl FnOnce(&mut Attempt),
) {
    let reply = format!("Here is the drawing you asked for:\n\n```svg\n{svg}\n```\n\nThe bicycle is red.\n");
    keep_reply(store, prompt, label, started, &reply, raster, change);
}

/// Writes one attempt with this reply, checked and rasterized as a run would.
pub fn hang_reply(
    store: &Store,
    prompt: &str,
    label: &str,
    started: &str,
    reply: &str,
    change: impl FnOnce(&mut Attempt),
) {
    keep_reply(store, prompt, label, started, reply, LARGE, change);
}

fn keep_reply(
    store: &Store,
    prompt: &str,
    label: &str,
    started: &str,
    reply: &str,
    raster: u32,
    change: impl FnOnce(&mut Attempt),
) {
    let Inspection { check, svg, png, repaired, active, .. } = inspected(reply, raster);
    let mut attempt = attempt(prompt, &name::slug(label), started, Some((reply, check)));
    attempt.contestant.label = label.to_owned();
    change(&mut attempt);
    let findings = &attempt.check.as_ref().unwrap().findings;
    let experts = attempt.experts.as_ref().map(|experts| {
        let mut pictures =
            MODELS.iter().map(|shape| taken(*shape).counts.to_png()).chain([NO_PICTURE.into()]);
        pictures.find(|picture| TextRecord::of(picture) == experts.counts).unwrap()
    });
    let files = AttemptFiles {
        request: None,
        timeline: None,
        reply: Some(reply.as_bytes()),
        thinking: attempt.thinking.is_some().then_some(THINKING.as_bytes()),
        svg: svg.as_deref(),
        // A test that takes the findings away acts as if the check had seen nothing.
        active: active && !findings.is_empty(),
        png: png.as_deref(),
        repaired_svg: repaired.as_ref().map(|repaired| repaired.svg.as_slice()),
        repaired_png: repaired.as_ref().map(|repaired| repaired.png.as_slice()),
        experts: experts.as_deref(),
    };
    store.write(&attempt, &files).unwrap();
}

/// A reply as a run checks it, with a raster of this longest side. What tests hang many times is looked at once.
fn inspected(reply: &str, raster: u32) -> Inspection {
    static SEEN: LazyLock<Mutex<HashMap<(String, u32), Inspection>>> = LazyLock::new(Mutex::default);
    let seen = || SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (reply.to_owned(), raster);
    if let Some(found) = seen().get(&key) {
        return found.clone();
    }
    let options = InspectionOptions { raster, ..InspectionOptions::default() };
    let found = inspect(reply.as_bytes(), &options);
    seen().insert(key, found.clone());
    found
}

/// Writes a look at a first attempt, with this reply; one that draws nothing says that it is done.
pub fn hang_look(store: &Store, first: &Attempt, number: u32, started: &str, reply: &str) {
    let listing = store.list().unwrap();
    let before = listing.attempts.iter().map(|stored| &stored.attempt).find(|attempt| {
        attempt.look.as_ref().is_some_and(|look| look.first == first.id && look.number + 1 == number)
    });
    let parent = before.map_or(&first.id, |before| &before.id);
    hang_reply(store, &first.prompt.id, &first.contestant.label, started, reply, |attempt| {
        look_at(attempt, first, parent, number);
        if let Some(look) = &mut attempt.look {
            look.done = !reply.contains("<svg");
        }
    });
}

/// Bytes that an attempt may have instead of a picture of its experts.
pub const NO_PICTURE: &[u8] = b"<svg onload='alert(1)'/>";

/// Keeps a request that failed without a reply.
pub fn hang_failure(store: &Store, prompt: &str, label: &str, started: &str, outcome: Outcome, error: &str) {
    let mut failed = attempt(prompt, &name::slug(label), started, None);
    failed.contestant.label = label.to_owned();
    failed.outcome = outcome;
    failed.error = (!error.is_empty()).then(|| error.to_owned());
    failed.usage.output = None;
    failed.timing.tokens_per_second = None;
    store.write(&failed, &AttemptFiles::default()).unwrap();
}

/// Keeps the corpus of real drawings and replies, as results of several prompts.
pub fn hang_corpus(store: &Store, shared: &Path) {
    let mut drawings: Vec<_> = std::fs::read_dir(shared.join("corpus/pelican-bicycle"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    drawings.sort();
    for (index, path) in drawings.iter().enumerate() {
        let svg = std::fs::read_to_string(path).unwrap();
        let label = path.file_stem().unwrap().to_string_lossy();
        hang(
            store,
            "pelican",
            &label,
            &format!("2026-11-{:02}T10:00:00Z", 1 + index % 20),
            svg.trim_end(),
            |attempt| {
                if index < MODELS.len() {
                    with_experts(attempt, index);
                }
                attempt.contestant.provider = label.split('-').next().unwrap().to_owned();
                attempt.engine = None;
                if index % 5 == 0 {
                    with_thinking(attempt);
                }
            },
        );
    }
    let mut replies: Vec<_> =
        std::fs::read_dir(shared.join("corpus/granite")).unwrap().map(|e| e.unwrap().path()).collect();
    replies.sort();
    for (index, path) in replies.iter().enumerate() {
        let reply = std::fs::read_to_string(path).unwrap();
        let (label, sample) = ("granite-4.1-3b", u32::try_from(index).unwrap() % 6 + 1);
        let label = format!("{label}-{}", if index < 6 { "Q4" } else { "Q8" });
        let started = format!("2026-11-21T10:{index:02}:00Z");
        hang_reply(store, "pelican", &label, &started, &reply, |attempt| attempt.sample = sample);
    }
    hang_failure(
        store,
        "pelican",
        "mistral-large-3",
        "2026-11-21T12:00:00Z",
        Outcome::Error,
        "the service answered 503: overloaded, try again later",
    );
    hang_failure(store, "pelican", "granite-4.1-3b-Q8", "2026-11-21T12:00:00Z", Outcome::Cancelled, "");
    let svg = std::fs::read_to_string(&drawings[6]).unwrap();
    for (index, prompt) in
        ["flamingo-unicycle", "otter-boat", "cat-skateboard", "pelican-2"].iter().enumerate()
    {
        for sample in 1..=index as u32 + 1 {
            let started = format!("2026-10-0{}T0{sample}:00:00Z", index + 1);
            hang(store, prompt, "claude-3-5-sonnet", &started, svg.trim_end(), |attempt| {
                attempt.sample = sample;
                attempt.contestant.demonstration = index == 2;
            });
        }
    }
}

/// A word that only a script or a load of the attempts below would bring about.
pub const ALARM: &str = "hostile.example";

/// Attempts that try all that a model's text can try on a page.
pub fn hang_hostile(store: &Store) {
    let ns = r#"xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60""#;
    let script = format!(
        r#"<svg {ns} onload="document.title='{ALARM}'"><script>document.title='{ALARM}';fetch('https://{ALARM}/a')</script><image href="https://{ALARM}/b.png"/><a href="javascript:document.title='{ALARM}'"><circle cx="30" cy="30" r="20" fill="orange"/></a></svg>"#
    );
    hang(store, "pelican", "active", "2026-11-01T00:00:00Z", &script, |attempt| {
        let codes: Vec<_> =
            attempt.check.as_ref().unwrap().findings.iter().map(|f| f.code.as_str()).collect();
        assert!(codes.contains(&"active-content") && codes.contains(&"external-ref-blocked"), "{codes:?}");
    });
    // Not told to be active, as if the check had missed it.
    hang(
        store,
        "pelican",
        "undetected",
        "2026-11-02T00:00:00Z",
        &script.replace("</svg>", " </svg>"),
        |attempt| attempt.check.as_mut().unwrap().findings.clear(),
    );

    let plain = format!(r#"<svg {ns}><circle cx="30" cy="30" r="20" fill="teal"/></svg>"#);
    let breakout = format!(
        "</title></code></pre></script>\"'><script>document.title='{ALARM}'</script><img src=x onerror=\"document.title='{ALARM}'\">{{{{ 7*7 }}}}{{% raw %}}"
    );
    hang(store, "pelican", &breakout, "2026-11-03T00:00:00Z", &plain, |attempt| {
        attempt.contestant.provider = breakout.clone();
        attempt.contestant.model = breakout.clone();
        attempt.contestant.served = Some(breakout.clone());
        attempt.prompt.title = breakout.clone();
        attempt.prompt.family = breakout.clone();
        attempt.host.cpu = Some(breakout.clone());
        attempt.check.as_mut().unwrap().findings.push(finding(&breakout, &breakout, 1, 1));
    });
    hang(store, "pelican", "\u{202e}gnp.live\u{202c} \u{1b}[31mred", "2026-11-04T00:00:00Z", &plain, |_| {});
    hang(store, "pelican", "نموذج اللغة العربية الكبير", "2026-11-05T00:00:00Z", &plain, |_| {});
    hang(store, "pelican", &"unbreakable".repeat(900), "2026-11-06T00:00:00Z", &plain, |attempt| {
        attempt.contestant.model = "W".repeat(100_000);
        attempt.contestant.provider = "x".repeat(5_000);
    });
    hang(store, "pelican", "🚲🪿 emoji 鹈鹕骑自行车", "2026-11-07T00:00:00Z", &plain, |attempt| {
        attempt.sample = u32::MAX;
    });
    let broken =
        format!("<svg {ns}>\n<text>Fish & chips</text>\n<script>document.title='{ALARM}'</script><\n</svg>");
    hang(store, "pelican", "broken", "2026-11-08T00:00:00Z", &broken, |_| {});
    hang_failure(
        store,
        "pelican",
        "failing",
        "2026-11-09T00:00:00Z",
        Outcome::Error,
        &format!("<b>500</b> {breakout}{}", "e".repeat(50_000)),
    );
    let ampersand = format!("<svg {ns}>\n<title>Fish & chips</title><path d=\"M5 50L30 9l25 41z\"/></svg>");
    hang(store, "pelican", "mended", "2026-11-11T00:00:00Z", &ampersand, |_| {});
    hang(store, "pelican", "unpictured", "2026-11-11T01:00:00Z", &plain, |attempt| {
        with_experts(attempt, 0);
        let experts = attempt.experts.as_mut().unwrap();
        experts.counts = TextRecord::of(NO_PICTURE);
        (experts.tokens, experts.experts, experts.used) = (0, u32::MAX, u32::MAX);
        experts.evenness = f64::MAX;
    });
    hang(store, "pelican", "misrecorded", "2026-11-11T02:00:00Z", &plain, |attempt| {
        with_experts(attempt, 2);
        attempt.experts.as_mut().unwrap().layers = 61;
    });
    hang(store, "pelican", "never ran", "2026-11-11T03:00:00Z", &plain, |attempt| {
        with_experts(attempt, 2);
        attempt.experts.as_mut().unwrap().tokens = 0;
    });
    hang_long_reply(store);
    for sample in 1..=11 {
        let started = format!("2026-11-10T00:00:{sample:02}Z");
        hang(store, "otter-boat", "prolific", &started, &plain, |attempt| attempt.sample = sample);
    }
}

/// Keeps a reply of ten megabytes without a drawing.
fn hang_long_reply(store: &Store) {
    let reply = "a pelican on a bicycle ".repeat(10_000_000 / 23) + "<script>";
    hang_reply(store, "pelican", "talkative", "2026-11-12T00:00:00Z", &reply, |attempt| {
        attempt.outcome = Outcome::Length;
    });
}

/// Judgements of the drawings of the famous prompt, by a person whose name is hostile and by a model: of two drawings they
/// prefer the one whose maker's name is shorter, but for some.
pub fn hang_judgements(store: &Store) {
    let listing = store.list().unwrap();
    let drawn: Vec<&Attempt> = listing
        .attempts
        .iter()
        .map(|stored| &stored.attempt)
        .filter(|attempt| attempt.is_drawn() && attempt.prompt.id == "pelican")
        .collect();
    let person = format!("Ann </td><script>document.title='{ALARM}'</script>");
    let judges = [(JudgeKind::Person, person.as_str()), (JudgeKind::Model, "openai/eye")];
    for (n, (left, right)) in
        drawn.iter().zip(drawn.iter().skip(3)).chain(drawn.iter().zip(drawn.iter().skip(7))).enumerate()
    {
        let (a, b) = (left.contestant.label.len(), right.contestant.label.len());
        for (kind, name) in judges {
            let preference = match (n % 5, a.cmp(&b)) {
                (0, _) if kind == JudgeKind::Model => Preference::Left,
                (1, _) => Preference::BothBad,
                (_, std::cmp::Ordering::Less) => Preference::Left,
                (_, std::cmp::Ordering::Greater) => Preference::Right,
                _ => Preference::Tie,
            };
            let judged: jiff::Timestamp =
                format!("2026-11-21T13:{:02}:{:02}Z", n / 60, n % 60).parse().unwrap();
            let record = JudgementRecord {
                schema: SCHEMA_VERSION,
                id: Id::at(judged).unwrap(),
                judged,
                tool: left.tool.clone(),
                judge: JudgeRecord { kind, name: name.to_owned() },
                prompt: AskedPrompt { id: left.prompt.id.clone(), hash: left.prompt.hash.clone() },
                left: left.id.clone(),
                right: right.id.clone(),
                preference: Some(preference),
                seconds: None,
                asked: None,
            };
            store.write_judgement(&record, None).unwrap();
        }
    }
}
