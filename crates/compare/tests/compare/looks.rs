//! Whether looks help, and at what price.

use pelicycle_compare::ComparisonVerdict;
use pelicycle_compare::looks::{JudgingRecords, LookedAtAttempts, LooksReport, markdown, text};
use pelicycle_record::{Attempt, CostRecord, CostSource, JudgementRecord, Outcome, Preference, Verdict};
use pelicycle_testkit::attempts::{attempt, check, look_at, vote};

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

/// The result of a look.
#[derive(Clone, Copy, PartialEq)]
enum Came {
    Drew,
    Nothing,
    Done,
    Failed,
}

/// A first attempt that drew or did not, and its looks.
fn series(slug: &str, minute: usize, drew: bool, looks: &[Came]) -> Vec<Attempt> {
    let made = |second: usize, verdict: Verdict| {
        let started = format!("2026-11-01T10:{minute:02}:{second:02}Z");
        let mut made = attempt("pelican", slug, &started, Some((SVG, check(SVG, SVG, verdict))));
        (made.usage.input, made.usage.output, made.timing.total) = (Some(100), Some(900), Some(10.0));
        made
    };
    let mut all = vec![made(0, if drew { Verdict::Drawn } else { Verdict::Blank })];
    for (index, came) in looks.iter().enumerate() {
        let verdict = if *came == Came::Drew { Verdict::Drawn } else { Verdict::NoSvg };
        let mut look = made(index + 1, verdict);
        let parent = all.last().unwrap().id.clone();
        look_at(&mut look, &all[0], &parent, u32::try_from(index).unwrap() + 1);
        look.look.as_mut().unwrap().done = *came == Came::Done;
        if *came == Came::Failed {
            (look.outcome, look.check, look.reply) = (Outcome::Error, None, None);
            look.usage = pelicycle_record::Usage::default();
        }
        all.push(look);
    }
    all
}

fn report(all: &[Attempt], judgements: &[JudgementRecord]) -> Option<LooksReport> {
    let attempts: Vec<&Attempt> = all.iter().collect();
    let judged = JudgingRecords { judgements, calibrations: &[], model_weight: None };
    LooksReport::new(&LookedAtAttempts::new(&attempts), judged)
}

/// A person's vote for the last of two drawings, or for the first.
fn prefers_last(series: &[Attempt], last: bool) -> JudgementRecord {
    let pair = [series[0].clone(), series.last().unwrap().clone()];
    JudgementRecord {
        preference: Some(if last { Preference::Right } else { Preference::Left }),
        ..vote(&pair)
    }
}

#[test]
fn what_stands_in_the_end_is_the_last_look_that_tells_something() {
    use Came::{Done, Drew, Failed, Nothing};
    for (looks, expected) in [
        (&[Drew, Drew][..], Some(2)),
        (&[Drew, Done], Some(1)),
        (&[Done], Some(0)),
        (&[Drew, Failed], Some(1)),
        (&[Drew, Nothing], Some(2)),
        (&[Failed, Failed], None),
    ] {
        let all = series("a", 0, true, looks);
        let found = LookedAtAttempts::new(&all.iter().collect::<Vec<_>>());
        assert_eq!(found.pairs[0].last().map(|last| &last.id), expected.map(|index: usize| &all[index].id));
    }
    // A look that drew nothing; the next was shown the first drawing again, and left it at that.
    let mut all = series("a", 0, true, &[Nothing, Done]);
    all[2].look.as_mut().unwrap().parent = all[0].id.clone();
    let found = LookedAtAttempts::new(&all.iter().collect::<Vec<_>>());
    assert!(found.pairs[0].is_unchanged());
    // One whose parent is lost: nobody knows what stands in the end, and it is said.
    all[2].look.as_mut().unwrap().parent = series("a", 9, true, &[])[0].id.clone();
    let found = LookedAtAttempts::new(&all.iter().collect::<Vec<_>>());
    assert!(found.pairs[0].last().is_none() && !found.pairs[0].is_unchanged());
    let told = report(&all, &[]).unwrap();
    assert_eq!((told.all.unchanged, told.all.failed, told.all.cut_off, told.all.drawn.of), (0, 0, 1, 0));
    assert!(markdown(&told).contains("was done with an attempt that is not here"));
}

#[test]
fn a_look_belongs_to_nobody_but_the_first_attempt_of_its_own_contestant_and_prompt() {
    let mut forged = series("a", 0, true, &[Came::Drew]);
    forged[1].contestant.slug = "b".to_owned();
    let found = LookedAtAttempts::new(&forged.iter().collect::<Vec<_>>());
    assert_eq!((found.pairs.len(), found.orphans), (0, 1));
    assert!(report(&forged, &[]).is_none());
    // Looks without their first attempt, and a first attempt without looks.
    let mut all = series("a", 0, true, &[Came::Drew]);
    all.extend(series("a", 1, true, &[Came::Drew]).split_off(1));
    all.extend(series("a", 2, true, &[]));
    all.extend(series("never looks", 3, true, &[]));
    let report = report(&all, &[]).unwrap();
    assert_eq!((report.all.attempts, report.orphans, report.without), (1, 1, 1));
}

#[test]
fn judgements_alone_say_that_looks_help_and_the_price_stands_in_the_first_sentence() {
    let mut all = Vec::new();
    let mut judgements = Vec::new();
    for n in 0..12 {
        let better = series("a", n, true, &[Came::Drew, Came::Drew]);
        judgements.push(prefers_last(&better, true));
        let worse = series("b", 20 + n, true, &[Came::Drew]);
        judgements.push(prefers_last(&worse, false));
        all.extend(better);
        all.extend(worse);
    }
    let told = report(&all, &judgements).unwrap();
    assert_eq!(told.all.preferred.verdict, ComparisonVerdict::CantTell, "{}", told.sentence);
    assert!(
        told.sentence.starts_with("Can't tell yet whether looks help: Ada preferred"),
        "{}",
        told.sentence
    );
    assert!(
        told.sentence.ends_with("With looks a drawing takes 2.5 times the tokens and 2.5 times the time.")
    );
    let verdicts: Vec<_> = told.contestants.iter().map(|one| one.preferred.verdict).collect();
    assert_eq!(verdicts, [ComparisonVerdict::Better, ComparisonVerdict::Worse]);
    assert!(!told.is_worse() && !told.is_worse_in_judgements(), "of all together nothing is known");
    let only_b: Vec<Attempt> = all.iter().filter(|one| one.contestant.slug == "b").cloned().collect();
    let worse = report(&only_b, &judgements).unwrap();
    assert!(worse.is_worse() && worse.is_worse_in_judgements(), "{}", worse.sentence);
    let lines = text(&told, 80);
    assert!(
        lines.iter().any(|line| line.starts_with("a ") && line.contains("yes") && line.contains("×3.0")),
        "{lines:#?}"
    );
    assert!(lines.iter().any(|line| line.starts_with("b ") && line.contains("no, worse")), "{lines:#?}");
    assert!(lines.iter().skip(3).all(|line| line.chars().count() <= 120), "{lines:#?}");
    let narrow = text(&told, 60);
    let table = narrow.iter().position(|line| line.contains("looks help?  last")).unwrap();
    let paragraphs = narrow[5..table].iter().chain(&narrow[table + 5..]);
    assert!(paragraphs.clone().all(|line| line.chars().count() <= 60), "{narrow:#?}");
    let only_a: Vec<Attempt> = all.iter().filter(|one| one.contestant.slug == "a").cloned().collect();
    let told = report(&only_a, &judgements).unwrap();
    assert!(
        told.sentence.starts_with(
            "Looks help: Ada preferred the last drawing to the first in 100 % of 12 judgements (true"
        ),
        "{}",
        told.sentence
    );
    let page = markdown(&told);
    assert!(page.starts_with("### Looks help&#58; Ada"), "{page}");
    assert!(!text(&told, 80).iter().any(|line| line.contains("vote --looks")), "it is settled");
}

#[test]
fn nobody_is_said_to_be_helped_where_nobody_judged() {
    let mut all: Vec<Attempt> = (0..12).flat_map(|n| series("a", n, true, &[Came::Drew])).collect();
    let told = report(&all, &[]).unwrap();
    assert!(told.sentence.starts_with(
        "Can't tell whether looks help: nobody has judged drawings before and after; 9 judgements"
    ));
    assert!(text(&told, 80).iter().any(|line| line == "  pelicycle vote --looks"));
    let one = report(&all[..2], &[]).unwrap();
    assert!(one.sentence.contains("and 1 pair is too few to settle it"), "{}", one.sentence);
    // Nor where a model left every drawing as it was; requests that failed are no answer.
    all = series("a", 0, true, &[Came::Done]);
    all.extend(series("a", 1, true, &[Came::Failed]));
    let told = report(&all, &[]).unwrap();
    assert!(told.sentence.contains("there is no drawing after a look"), "{}", told.sentence);
    assert_eq!((told.all.unchanged, told.all.failed, told.all.drawn.of), (1, 1, 1));
}

#[test]
fn drawings_that_came_or_went_by_looks_are_counted_in_pairs() {
    let mut all: Vec<Attempt> = (0..8).flat_map(|n| series("a", n, false, &[Came::Drew])).collect();
    all.extend(series("a", 8, true, &[Came::Nothing]));
    all.extend(series("a", 9, true, &[Came::Drew]));
    let told = report(&all, &[]).unwrap();
    let drawn = &told.contestants[0].drawn;
    assert_eq!((drawn.of, drawn.before, drawn.after, drawn.gained, drawn.lost), (10, 2, 9, 8, 1));
    // Of nine that changed eight or more one way, by a fair coin on either side: 2 · (9 + 1) / 512.
    assert!((drawn.p - 20.0 / 512.0).abs() < 1e-12, "{}", drawn.p);
    assert_eq!(drawn.verdict, ComparisonVerdict::Better);
    assert!(text(&told, 80).iter().any(|line| line.contains("2 → 9 of 10, more")));
    assert_eq!(told.contestants[0].preferred.verdict, ComparisonVerdict::CantTell, "that is no judgement");
    assert!(!told.is_worse());
    let lost: Vec<Attempt> = (0..8).flat_map(|n| series("a", n, true, &[Came::Nothing])).collect();
    let told = report(&lost, &[]).unwrap();
    assert!(told.is_worse() && !told.is_worse_in_judgements(), "drawings that are gone are worse, unjudged");
}

#[test]
fn a_price_is_of_attempts_of_which_all_is_known() {
    let mut all = series("a", 0, true, &[Came::Drew]);
    all.extend(series("a", 1, true, &[Came::Drew]));
    let cost = |usd| CostRecord {
        usd,
        source: CostSource::Service,
        listed: None,
        rates: None,
        list: None,
        usd_per_kwh: None,
    };
    (all[0].cost, all[1].cost) = (Some(cost(0.01)), Some(cost(0.03)));
    all[2].cost = Some(cost(5.0));
    let told = report(&all, &[]).unwrap();
    let price = told.all.cost.unwrap();
    assert_eq!(price.of, 1);
    assert!((price.times().unwrap() - 4.0).abs() < 1e-9);
    assert!(told.sentence.contains("4.0 times the cost"), "{}", told.sentence);
    // A record that somebody forged.
    (all[0].usage.input, all[0].usage.output) = (Some(u64::MAX), Some(u64::MAX));
    assert!(report(&all, &[]).unwrap().all.tokens.is_some());
}
