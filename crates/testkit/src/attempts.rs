//! Attempts as plain data, to test with.

use std::sync::LazyLock;

use pelicycle_prompt::PromptLibrary;
use pelicycle_record::{
    AskedPrompt, AskedRecord, Attempt, CalibrationRecord, Check, ContestantRecord, DrawingCandidate,
    DrawingChange, DrawnBy, EngineRecord, ExpertCounts, ExpertsTaken, Host, Id, JudgeKind, JudgeRecord,
    JudgementRecord, LookRecord, Outcome, Preference, ReplyOrigin, RequestRecord, SCHEMA_VERSION,
    SamplingSettings, SvgFacts, TextRecord, Timing, ToolVersion, Usage, Verdict,
};

/// Read once: simulations make attempts by the thousand, and reading all prompts takes longer than all else of one.
static LIBRARY: LazyLock<PromptLibrary> = LazyLock::new(PromptLibrary::bundled);

/// A 1 × 1 white PNG, whole and valid.
#[must_use]
pub fn tiny_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[255; 3]).unwrap();
    bytes
}

/// A check that finds `svg` in `reply` and calls it `verdict`.
#[must_use]
pub fn check(reply: &str, svg: &str, verdict: Verdict) -> Check {
    let start = reply.find(svg).expect("the drawing stands in the reply");
    let draws = verdict == Verdict::Drawn || verdict == Verdict::Blank;
    Check {
        verdict,
        draws: DrawnBy { resvg: draws, browser: draws },
        repaired: false,
        repair: None,
        moment: None,
        candidates: vec![DrawingCandidate {
            start,
            end: start + svg.len(),
            chosen: true,
            why: "the only one, in a code fence".to_owned(),
        }],
        findings: Vec::new(),
        svg: Some(SvgFacts {
            bytes: svg.len(),
            width: Some(200.0),
            height: Some(200.0),
            elements: Some(svg.matches('<').count() - svg.matches("</").count()),
        }),
    }
}

/// An attempt by a local model at `started` with a reply that was checked, or without one.
#[must_use]
pub fn attempt(prompt: &str, slug: &str, started: &str, reply: Option<(&str, Check)>) -> Attempt {
    let started: jiff::Timestamp = started.parse().unwrap();
    let (text, check) = reply.unzip();
    Attempt {
        schema: SCHEMA_VERSION,
        id: Id::at(started).unwrap(),
        run: "20261122-025336-412-k3f9q2m8x7ab".parse().unwrap(),
        tool: tool(),
        host: host(),
        prompt: LIBRARY.get(prompt).unwrap().record(),
        contestant: contestant(slug),
        sample: 1,
        look: None,
        request: request(),
        outcome: Outcome::Complete,
        error: None,
        origin: ReplyOrigin::Asked,
        import: None,
        cost: None,
        joules: None,
        usage: Usage { input: Some(42), output: Some(1311), ..Usage::default() },
        timing: timing(started),
        engine: Some(engine(slug)),
        experts: None,
        service: None,
        timeline: None,
        reply: text.map(|text| TextRecord::of(text.as_bytes())),
        thinking: None,
        check,
        unchecked: None,
        rechecked: None,
    }
}

/// The program that made the attempts.
fn tool() -> ToolVersion {
    ToolVersion {
        name: "pelicycle".to_owned(),
        version: "0.1.0".to_owned(),
        renderer: "resvg 0.49.0".to_owned(),
    }
}

/// The machine that they ran on.
fn host() -> Host {
    Host { os: "linux".to_owned(), arch: "x86_64".to_owned(), cpu: Some("A processor".to_owned()), cores: 8 }
}

/// A local model.
fn contestant(slug: &str) -> ContestantRecord {
    ContestantRecord {
        slug: slug.to_owned(),
        label: slug.to_owned(),
        provider: "local".to_owned(),
        model: format!("{slug}.gguf"),
        served: None,
        released: None,
        demonstration: false,
    }
}

/// A request with a seed and settings.
fn request() -> RequestRecord {
    RequestRecord {
        seed: Some(17_446_744_073_709_551_615),
        run_seed: Some(7),
        sampling: SamplingSettings {
            temperature: Some(0.8),
            top_p: Some(0.95),
            max_tokens: Some(4096),
            thinking: Some(false),
            ..SamplingSettings::default()
        },
        ..RequestRecord::default()
    }
}

/// The times of a reply that took 12.5 seconds.
fn timing(started: jiff::Timestamp) -> Timing {
    Timing {
        started,
        head: None,
        first_token: Some(0.21),
        first_text: Some(0.21),
        last_token: Some(12.5),
        total: Some(12.5),
        tokens_per_second: Some(106.7),
        batch: Some(4),
        host_load: None,
    }
}

/// The engine that a local model ran in.
fn engine(slug: &str) -> EngineRecord {
    EngineRecord {
        file: format!("{slug}.gguf"),
        bytes: 98_000_000,
        hash: blake3::hash(slug.as_bytes()).to_hex().to_string(),
        architecture: "llama".to_owned(),
        quantization: "Q4_1".to_owned(),
        threads: 8,
        kernels: "avx2".to_owned(),
        arithmetic: "run".to_owned(),
        remarks: Vec::new(),
        projector: None,
    }
}

/// Makes an attempt a look at `first`, after `parent` of the same series.
pub fn look_at(attempt: &mut Attempt, first: &Attempt, parent: &Id, number: u32) {
    attempt.prompt = first.prompt.clone();
    attempt.contestant = first.contestant.clone();
    attempt.sample = first.sample;
    attempt.run = first.run.clone();
    attempt.look = Some(LookRecord {
        parent: parent.clone(),
        first: first.id.clone(),
        number,
        bound: 3,
        text: "1".to_owned(),
        picture: TextRecord::of(parent.as_str().as_bytes()).hash,
        done: false,
    });
}

/// A person's vote on two attempts.
#[must_use]
pub fn vote([left, right]: &[Attempt; 2]) -> JudgementRecord {
    let judged: jiff::Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    JudgementRecord {
        schema: SCHEMA_VERSION,
        id: Id::at(judged).unwrap(),
        judged,
        tool: left.tool.clone(),
        judge: JudgeRecord { kind: JudgeKind::Person, name: "Ada".to_owned() },
        prompt: AskedPrompt { id: left.prompt.id.clone(), hash: left.prompt.hash.clone() },
        left: left.id.clone(),
        right: right.id.clone(),
        preference: Some(Preference::Left),
        seconds: Some(2.75),
        asked: None,
    }
}

/// A model's judgement of two attempts, by a reply.
#[must_use]
pub fn verdict(pair: &[Attempt; 2], reply: &[u8]) -> JudgementRecord {
    JudgementRecord {
        judge: JudgeRecord { kind: JudgeKind::Model, name: "somewhere/some-model".to_owned() },
        asked: Some(AskedRecord {
            question: TextRecord::of(b"Which is better?"),
            question_form: None,
            pictures: [TextRecord::of(&tiny_png()), TextRecord::of(&tiny_png())],
            request: pair[0].request.clone(),
            outcome: Outcome::Complete,
            error: None,
            defects: Some([vec!["one wheel".to_owned()], Vec::new()]),
            usage: pair[0].usage.clone(),
            cost: None,
            served: None,
            service: None,
            engine: None,
            reply: Some(TextRecord::of(reply)),
        }),
        ..vote(pair)
    }
}

/// A model's answer to one showing of a pair of the calibration set, by a reply.
#[must_use]
pub fn calibrated(
    pair: &str,
    turned: bool,
    preference: Option<Preference>,
    reply: &[u8],
) -> CalibrationRecord {
    let drawn = |slug| attempt("pelican", slug, "2026-11-22T02:53:36Z", None);
    let judgement = verdict(&[drawn("a"), drawn("b")], reply);
    CalibrationRecord {
        schema: SCHEMA_VERSION,
        id: judgement.id,
        judged: judgement.judged,
        tool: judgement.tool,
        judge: judgement.judge,
        set: "1".to_owned(),
        pair: pair.to_owned(),
        change: DrawingChange::Shuffled,
        turned,
        preference,
        seconds: judgement.seconds,
        asked: judgement.asked.unwrap(),
    }
}

/// A reasoning text that an attempt may carry.
pub const THINKING: &str =
    "The user wants a pelican. Wheels first: two circles.\nThen the frame, then the bird.";

/// Marks an attempt as one that carries [`THINKING`].
pub fn with_thinking(attempt: &mut Attempt) {
    attempt.thinking = Some(TextRecord::of(THINKING.as_bytes()));
    attempt.usage.reasoning = Some(212);
}

/// Layers, experts and experts used of models that an attempt may be by: Qwen3-30B-A3B, Qwen3.6-35B-A3B, and one whose
/// first layer is dense.
pub const MODELS: [(usize, usize, usize); 3] = [(48, 128, 8), (40, 256, 8), (5, 6, 2)];

/// Made-up counts of the experts that 1,312 tokens took of a model of so many layers and experts, `used` of them a token:
/// uneven, as of a model that prefers some experts. Of five layers the first is dense.
#[must_use]
pub fn taken((layers, experts, used): (usize, usize, usize)) -> ExpertsTaken {
    let tokens = 1312;
    let count = |layer: usize, expert: usize| {
        let hash = blake3::hash(format!("{layer} {expert}").as_bytes());
        let preferred = f64::from(hash.as_bytes()[0]) / 255.0;
        let equal = tokens as f64 * used as f64 / experts as f64;
        // A tenth is never taken; 3.4 times the equal share is the most.
        ((preferred - 0.1).max(0.0).powi(2) * 4.2 * equal).min(tokens as f64) as u32
    };
    let dense = |layer: usize| layer == 0 && layers == 5;
    let row = |layer| if dense(layer) { vec![] } else { (0..experts).map(|e| count(layer, e)).collect() };
    let counts = ExpertCounts::new(&(0..layers).map(row).collect::<Vec<_>>()).unwrap();
    let (token_bytes, touched_bytes, total_bytes) = (1_903_000_000, 18_120_000_000, 18_560_000_000);
    ExpertsTaken { tokens, counts, used, token_bytes, touched_bytes, total_bytes }
}

/// Marks an attempt as one by a model of [`MODELS`].
pub fn with_experts(attempt: &mut Attempt, model: usize) {
    let taken = taken(MODELS[model]);
    attempt.experts = Some(taken.record(&taken.counts.to_png()));
}
