//! What a comparison calls worse or better, where nothing changed and where something did.

use pelicycle_compare::{ComparisonVerdict, MEASURES, MeasuredDrawings, PairedSides, compare};
use pelicycle_record::{Attempt, Verdict as Drawn};
use pelicycle_statistics::Random;
use pelicycle_testkit::attempts::{attempt, check};

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

/// An attempt that drew or did not, with so many tokens.
fn one(slug: &str, prompt: &str, started: &str, drawn: bool, tokens: u64) -> Attempt {
    let verdict = if drawn { Drawn::Drawn } else { Drawn::Malformed };
    let mut made = attempt(prompt, slug, started, Some((SVG, check(SVG, SVG, verdict))));
    made.usage.output = Some(tokens);
    // What is the same everywhere is no question.
    made.timing.total = None;
    made
}

/// Comparisons of sides that are drawn alike.
const ROUNDS: usize = 40;

/// Alarms in comparisons of two sides that differ by chance alone, whose ten samples are of these prompts. No more than one
/// in twenty is promised.
fn false_alarms(seed: u64, prompts: &[&str]) -> usize {
    let mut random = Random::new(seed);
    let all: Vec<_> = MEASURES.iter().collect();
    let alarm = |_: &usize| {
        let mut side = |slug: &str| -> Vec<Attempt> {
            let of_prompt = |(index, prompt): (usize, &&str)| -> Vec<Attempt> {
                (0..8 / prompts.len() + 2)
                    .map(|n| {
                        let started = format!("2026-03-01T10:0{n}:00Z");
                        let drawn = random.below(10) < 7;
                        let tokens = 500 + 700 * index + random.below(400);
                        one(slug, prompt, &started, drawn, tokens as u64)
                    })
                    .collect()
            };
            prompts.iter().enumerate().flat_map(of_prompt).collect()
        };
        let (base, head) = (side("a"), side("b"));
        let sides = PairedSides::pair(&base.iter().collect::<Vec<_>>(), &head.iter().collect::<Vec<_>>());
        let report =
            compare("a", "b", &sides, &all, &MeasuredDrawings::new()).expect("the sides can be compared");
        report.answers.iter().any(|answer| answer.verdict != ComparisonVerdict::CantTell)
    };
    (0..ROUNDS).filter(alarm).count()
}

#[test]
fn alarms_where_nothing_changed_on_one_prompt_are_as_rare_as_promised() {
    let alarms = false_alarms(7, &["pelican"]);
    assert!(alarms <= 6, "{alarms} of {ROUNDS}");
}

#[test]
fn alarms_where_nothing_changed_on_several_prompts_are_as_rare_as_promised() {
    let alarms = false_alarms(8, &["pelican", "otter-boat", "cat-bicycle"]);
    assert!(alarms <= 6, "{alarms} of {ROUNDS}");
}

#[test]
fn a_shift_within_prompts_is_seen_through_the_difference_between_them() {
    let prompts = ["pelican", "otter-boat", "cat-bicycle", "heron-scooter"];
    let side = |slug: &str, factor: f64| -> Vec<Attempt> {
        let of = |(index, prompt): (usize, &&str)| {
            let tokens = move |n: usize| {
                (f64::from(400 * 3u32.pow(index as u32)) * factor * (1.0 + n as f64 / 50.0)) as u64
            };
            (0..4)
                .map(|n| one(slug, prompt, &format!("2026-03-01T10:0{n}:00Z"), true, tokens(n)))
                .collect::<Vec<_>>()
        };
        prompts.iter().enumerate().flat_map(of).collect()
    };
    let (base, head) = (side("a", 1.0), side("b", 0.8));
    let sides = PairedSides::pair(&base.iter().collect::<Vec<_>>(), &head.iter().collect::<Vec<_>>());
    let report =
        compare("a", "b", &sides, &MEASURES.iter().collect::<Vec<_>>(), &MeasuredDrawings::new()).unwrap();
    let tokens = report.answers.iter().find(|answer| answer.measure == "output-tokens").unwrap();
    assert_eq!(tokens.verdict, ComparisonVerdict::Better, "{tokens:?}");
    assert!((tokens.effect.estimate - 0.8).abs() < 0.01, "{:?}", tokens.effect);
    assert_eq!(report.strata, ["cat-bicycle", "heron-scooter", "otter-boat", "pelican"]);
}
