//! Tests of what a comparison calls worse or better, where nothing changed and where something did.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

use pelicycle_compare::{
    ComparisonReport, ComparisonVerdict, ConditionDifferences, MEASURES, MeasuredDrawings, PairedSides,
    compare, text,
};
use pelicycle_record::{Attempt, JudgementRecord, Outcome, Preference, Verdict as Drawn};
use pelicycle_statistics::Random;
use pelicycle_testkit::attempts::{attempt, check, vote};

mod looks;

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

/// Ten attempts of a contestant, changed one by one.
fn ten(slug: &str, change: impl Fn(usize, &mut Attempt)) -> Vec<Attempt> {
    let made = |n: usize| {
        let mut made = one(slug, "pelican", &format!("2026-03-01T10:0{n}:00Z"), true, 500);
        change(n, &mut made);
        made
    };
    (0..10).map(made).collect()
}

fn pair<'a>(base: &'a [Attempt], head: &'a [Attempt]) -> PairedSides<'a> {
    PairedSides::pair(&base.iter().collect::<Vec<_>>(), &head.iter().collect::<Vec<_>>())
}

#[test]
fn what_differs_besides_the_model_is_told_and_what_does_not_is_not() {
    let alike = (ten("a", |_, _| {}), ten("b", |_, _| {}));
    assert_eq!(ConditionDifferences::of(&pair(&alike.0, &alike.1)), ConditionDifferences::default());

    let base = ten("a", |n, attempt| {
        attempt.request.sampling.temperature = Some(0.2);
        attempt.request.seed = Some(n as u64);
    });
    let head = ten("b", |n, attempt| {
        // Three of ten were asked at another temperature.
        attempt.request.sampling.temperature = if n < 3 { None } else { Some(0.2) };
        attempt.request.sampling.effort = Some("high".to_owned());
        attempt.request.body.insert("verbosity".to_owned(), "low".into());
        attempt.request.seed = Some(99 + n as u64);
        attempt.contestant.served = Some("b-2026".to_owned());
        attempt.tool.version = "9.9.9".to_owned();
        attempt.tool.renderer = "another".to_owned();
        attempt.host.cores = 64;
        attempt.prompt.raster = 512;
    });
    let told = ConditionDifferences::of(&pair(&base, &head)).words("a", "b");
    for words in [
        "temperature: 0.2 → 0.2 (7), not set (3)",
        "effort: not set → high",
        "verbosity: not set → low",
        "raster: 1024 px → 512 px",
        "served model: not told → b-2026",
    ] {
        assert!(told.iter().any(|line| line == words), "{words} in {told:?}");
    }
    for what in ["tool: ", "renderer: ", "host: "] {
        assert!(told.iter().any(|line| line.starts_with(what)), "{what} in {told:?}");
    }
    assert!(told[0].starts_with("temperature") && !told.iter().any(|line| line.contains("seed")), "{told:?}");
}

#[test]
fn a_prompt_in_other_words_on_each_side_is_told_and_settings_that_nobody_knows_are_called_so() {
    let base = [ten("a", |_, _| {}), vec![one("a", "otter-boat", "2026-03-01T11:00:00Z", true, 9)]].concat();
    let mut edited = one("b", "otter-boat", "2026-03-01T11:00:00Z", true, 9);
    edited.prompt.hash = "another".to_owned();
    let imported = ten("b", |_, attempt| {
        attempt.request = pelicycle_record::RequestRecord::default();
        attempt.origin = pelicycle_record::ReplyOrigin::Imported;
    });
    let head = [imported, vec![edited]].concat();
    let told = ConditionDifferences::of(&pair(&base, &head)).words("a", "b");
    assert!(told.contains(&"prompt otter-boat: in other words on each side, and not compared".to_owned()));
    assert!(
        told.contains(&"settings: not known of 0 attempts of a and 10 of b, which were imported".to_owned())
    );
    assert!(
        !told.iter().any(|line| line.starts_with("temperature")),
        "what is not known does not differ: {told:?}"
    );
}

#[test]
fn sides_of_several_contestants_are_held_together_whole_where_none_is_on_both() {
    let of = |slugs: &[&str]| slugs.iter().flat_map(|slug| ten(slug, |_, _| {})).collect::<Vec<_>>();
    let (base, head) = (of(&["a", "b"]), of(&["c", "d", "e"]));
    let whole = pair(&base, &head);
    assert_eq!((whole.of_all, whole.by_contestant, whole.sizes()), (true, false, (20, 30)));
    let (base, head) = (of(&["a", "b"]), of(&["b", "c"]));
    let each = pair(&base, &head[..]);
    assert!(each.by_contestant && !each.of_all);
}

/// The report on two sides by one person's votes, each on another pair: the second side's drawing is on the right in
/// every other one.
fn voted(votes: usize, says: impl Fn(usize) -> Preference) -> ComparisonReport {
    let side = |slug: &str| -> Vec<Attempt> {
        let made = |n: usize| one(slug, "pelican", &format!("2026-03-01T10:{n:02}:00Z"), true, 500);
        (0..22).map(made).collect()
    };
    let (base, head) = (side("a"), side("b"));
    let judgement = |n: usize| -> JudgementRecord {
        let pair = [base[n].clone(), head[n].clone()];
        let [left, right] = &pair;
        let pair = if n.is_multiple_of(2) { pair } else { [right.clone(), left.clone()] };
        JudgementRecord { preference: Some(says(n)), ..vote(&pair) }
    };
    let judgements: Vec<JudgementRecord> = (0..votes).map(judgement).collect();
    let sides = pair(&base, &head);
    compare("a", "b", &sides, &[], &MeasuredDrawings::new()).unwrap().judged(&sides, &judgements, &[], None)
}

#[test]
fn few_votes_that_go_both_ways_do_not_say_that_the_sides_are_near_to_each_other() {
    // Of 22 drawings a side, the last two have left too few: 10 where 18 would be needed, and none.
    let cases = [
        (2, Preference::Left, Some(11)),
        (4, Preference::Tie, Some(13)),
        (12, Preference::Tie, None),
        (22, Preference::Tie, None),
    ];
    for (votes, says, fewest) in cases {
        let report = voted(votes, |_| says);
        assert_eq!(report.verdict, ComparisonVerdict::CantTell);
        assert_eq!(report.preferred.views[0].fewest_judgements, fewest, "{votes}");
        let words = match fewest {
            Some(fewest) => format!("{fewest} more that all go one way could settle it, no fewer."),
            None => "too few drawings are left to judge: more of each side are needed.".to_owned(),
        };
        assert!(report.sentence.contains("Neither is ahead so far"), "{votes}: {}", report.sentence);
        assert!(report.sentence.ends_with(&words), "{votes}: {}", report.sentence);
        let lines = text(&report, 80).join(" ");
        assert!(!lines.contains("questions") && !lines.contains("took the drawing"), "{lines}");
    }
    let settled = voted(9, |n| if n.is_multiple_of(2) { Preference::Right } else { Preference::Left });
    assert_eq!(
        (settled.verdict, settled.preferred.views[0].fewest_judgements),
        (ComparisonVerdict::Better, None)
    );
}

#[test]
fn one_who_takes_the_same_side_of_the_screen_each_time_is_named_and_settles_nothing() {
    let report = voted(22, |_| Preference::Left);
    assert_eq!(report.verdict, ComparisonVerdict::CantTell);
    let lines = text(&report, 200);
    let words = "Ada took the drawing on the left 22 times of 22, whichever stood there: that says little of the drawings.";
    assert!(lines.iter().any(|line| line == words), "{lines:#?}");
}

#[test]
fn sides_whose_medians_are_the_same_and_that_differ_are_told_with_their_means() {
    let side = |slug: &str, many: usize| {
        ten(slug, |n, attempt| attempt.usage.output = Some(if n < many { 900 } else { 500 }))
    };
    // Half the attempts of the one side are larger, none of the other: the medians do not show it.
    let (base, head) = ([side("a", 4), side("a", 4)].concat(), [side("b", 0), side("b", 0)].concat());
    let tokens: Vec<_> = MEASURES.iter().filter(|measure| measure.name == "output-tokens").collect();
    let sides = pair(&base, &head);
    let report = compare("a", "b", &sides, &tokens, &MeasuredDrawings::new()).unwrap();
    assert_eq!(report.answers[0].verdict, ComparisonVerdict::Better);
    let lines = text(&report, 80).join("\n");
    assert!(lines.contains("500 (mean 660)  500 (mean 500)"), "{lines}");
}

#[test]
fn a_side_without_a_drawing_is_named_with_the_reason() {
    let failed = |n: usize, attempt: &mut Attempt| {
        if n < 10 {
            attempt.outcome = Outcome::Error;
            (attempt.check, attempt.reply) = (None, None);
        }
    };
    let undrawn = |_: usize, attempt: &mut Attempt| {
        attempt.check.iter_mut().for_each(|check| check.verdict = Drawn::Malformed);
    };
    let broken = |_: usize, attempt: &mut Attempt| {
        attempt.outcome = Outcome::Cancelled;
        (attempt.check, attempt.reply) = (None, None);
    };
    let unchecked = |_: usize, attempt: &mut Attempt| attempt.check = None;
    let mixed = |n: usize, attempt: &mut Attempt| match n {
        0..3 => broken(n, attempt),
        3 | 4 => failed(n, attempt),
        5 => unchecked(n, attempt),
        _ => undrawn(n, attempt),
    };
    let one = |side: &[Attempt]| side[..1].to_vec();
    let cases: [(Vec<Attempt>, Vec<Attempt>, &str); 9] = [
        (ten("a", |_, _| {}), ten("b", broken), "all 10 requests to b were broken off."),
        (ten("a", |_, _| {}), one(&ten("b", broken)), "the one request to b was broken off."),
        (ten("a", |_, _| {}), ten("b", unchecked), "none of the 10 replies of b could be checked."),
        (ten("a", |_, _| {}), one(&ten("b", unchecked)), "the one reply of b could not be checked."),
        (
            ten("a", |_, _| {}),
            ten("b", mixed),
            "b drew nothing in 10 attempts (2 failed, 3 broken off, 1 could not be checked).",
        ),
        (ten("a", |_, _| {}), ten("b", failed), "all 10 requests to b failed."),
        (
            ten("a", failed),
            ten("b", undrawn),
            "all 10 requests to a failed, and b drew nothing in 10 attempts.",
        ),
        (ten("a", undrawn)[..1].to_vec(), ten("b", |_, _| {}), "a drew nothing in 1 attempt."),
        (ten("a", |_, _| {}), ten("b", failed)[..1].to_vec(), "the one request to b failed."),
    ];
    for (base, head, why) in cases {
        let report = compare("a", "b", &pair(&base, &head), &[], &MeasuredDrawings::new()).unwrap();
        let sentence = format!("Can't tell whether b draws better than a: {why}");
        assert_eq!(report.sentence, sentence);
    }
}

#[test]
fn figures_are_no_wider_than_a_narrow_terminal() {
    let side =
        |slug: &str, tokens: u64| ten(slug, |n, attempt| attempt.usage.output = Some(tokens + n as u64));
    let (base, head) = (side("a", 1_000_000), side("b", 3_000_000));
    let all: Vec<_> =
        MEASURES.iter().filter(|measure| ["drawn", "output-tokens"].contains(&measure.name)).collect();
    let report = compare("a", "b", &pair(&base, &head), &all, &MeasuredDrawings::new()).unwrap();
    let wide = text(&report, 100).join("\n");
    assert!(wide.contains("10 of 10 (100 %)  10 of 10 (100 %)"), "{wide}");
    // The sentence and the commands are for whoever prints them to break.
    let lines = text(&report, 60);
    let begin = lines.iter().position(|line| line.contains("verdict")).unwrap();
    let figures = &lines[begin..begin + 6];
    assert!(figures.iter().all(|line| line.chars().count() <= 60), "{figures:#?}");
    assert_eq!(figures[1], "  base → head");
    assert_eq!(figures[3], "  10 of 10 (100 %) → 10 of 10 (100 %)");
}
