//! Attempts to test with.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a helper of tests is a test")]

pub mod browser;
pub mod exhibits;
pub mod server;

use pelicycle_prompt::Library;
use pelicycle_record::Id;
use pelicycle_record::*;
use pelicycle_record::{Candidate, Check, Draws, SvgFacts, Verdict};

/// A 1 × 1 white PNG, whole and valid.
pub fn tiny_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[255; 3]).unwrap();
    bytes
}

/// A check that finds `svg` in `reply` and calls it `verdict`.
pub fn check(reply: &str, svg: &str, verdict: Verdict) -> Check {
    let start = reply.find(svg).expect("the drawing stands in the reply");
    let draws = verdict == Verdict::Drawn || verdict == Verdict::Blank;
    Check {
        verdict,
        draws: Draws { resvg: draws, browser: draws },
        repaired: false,
        repair: None,
        candidates: vec![Candidate {
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
pub fn attempt(prompt: &str, slug: &str, started: &str, reply: Option<(&str, Check)>) -> Attempt {
    let started: jiff::Timestamp = started.parse().unwrap();
    let (text, check) = reply.unzip();
    Attempt {
        schema: SCHEMA_VERSION,
        id: Id::at(started).unwrap(),
        run: "20261122-025336-412-k3f9q2m8x7ab".parse().unwrap(),
        tool: Tool {
            name: "pelicycle".to_owned(),
            version: "0.1.0".to_owned(),
            renderer: "resvg 0.49.0".to_owned(),
        },
        host: Host {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            cpu: Some("A processor".to_owned()),
            cores: 8,
        },
        prompt: Library::bundled().get(prompt).unwrap().record(),
        contestant: ContestantRecord {
            slug: slug.to_owned(),
            label: slug.to_owned(),
            provider: "local".to_owned(),
            model: format!("{slug}.gguf"),
            served: None,
            released: None,
            demonstration: false,
        },
        sample: 1,
        request: RequestRecord {
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
        },
        outcome: Outcome::Complete,
        error: None,
        origin: pelicycle_record::Origin::Asked,
        import: None,
        cost: None,
        joules: None,
        usage: Usage { input: Some(42), output: Some(1311), ..Usage::default() },
        timing: Timing {
            started,
            head: None,
            first_token: Some(0.21),
            first_text: Some(0.21),
            last_token: Some(12.5),
            total: Some(12.5),
            tokens_per_second: Some(106.7),
            batch: Some(4),
        },
        engine: Some(EngineRecord {
            file: format!("{slug}.gguf"),
            bytes: 98_000_000,
            hash: blake3::hash(slug.as_bytes()).to_hex().to_string(),
            architecture: "llama".to_owned(),
            quantization: "Q4_1".to_owned(),
            threads: 8,
            kernels: "avx2".to_owned(),
            arithmetic: "run".to_owned(),
        }),
        experts: None,
        service: None,
        timeline: None,
        reply: text.map(|text| TextRecord::of(text.as_bytes())),
        thinking: None,
        check,
    }
}

/// A person's vote on two attempts.
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
pub fn verdict(pair: &[Attempt; 2], reply: &[u8]) -> JudgementRecord {
    JudgementRecord {
        judge: JudgeRecord { kind: JudgeKind::Model, name: "somewhere/some-model".to_owned() },
        asked: Some(AskedRecord {
            question: TextRecord::of(b"Which is better?"),
            pictures: [TextRecord::of(&tiny_png()), TextRecord::of(&tiny_png())],
            request: pair[0].request.clone(),
            outcome: Outcome::Complete,
            error: None,
            defects: Some([vec!["one wheel".to_owned()], Vec::new()]),
            usage: pair[0].usage.clone(),
            cost: None,
            served: None,
            service: None,
            reply: Some(TextRecord::of(reply)),
        }),
        ..vote(pair)
    }
}
