//! The calibration of judges: who passes, who fails, and that a ranking says so.

use std::collections::BTreeSet;

use pelicycle_judge::{
    CalibrationVerdict, Competition, JudgePooling, JudgeSetup, SEED, Votes, calibration, calibration_set,
    markdown, question_form, report, text,
};
use pelicycle_record::{
    AskedRecord, CalibrationRecord, EngineRecord, JudgeRecord, Outcome, Preference, ProjectorRecord,
};
use pelicycle_statistics::Random;
use pelicycle_testkit::attempts::{attempt, calibrated};

use crate::{EYE, drawings, field, judgement};

/// A judge's answers to all showings: `choose` hears whether the pair is of one made worse, and whether it was
/// turned.
fn answers(mut choose: impl FnMut(bool, bool) -> Option<Preference>) -> Vec<CalibrationRecord> {
    let mut all = Vec::new();
    let kept = calibrated("", false, None, b"{}");
    for pair in calibration_set() {
        for turned in [false, true] {
            let said = choose(pair.change.is_for_the_worse(), turned);
            let judge = JudgeRecord { name: EYE.1.to_owned(), ..kept.judge.clone() };
            let (pair, change) = (pair.name.clone(), pair.change);
            all.push(CalibrationRecord { judge, pair, change, turned, preference: said, ..kept.clone() });
        }
    }
    all
}

/// The setup of the judge of these answers.
fn setup() -> JudgeSetup {
    JudgeSetup::of(&calibrated("", false, None, b"{}").asked)
}

fn seeing(worse: bool, turned: bool) -> Option<Preference> {
    Some(match (worse, turned) {
        (false, _) => Preference::Tie,
        (true, false) => Preference::Left,
        (true, true) => Preference::Right,
    })
}

#[test]
fn who_sees_passes_and_who_tosses_takes_a_side_or_says_nothing_fails() {
    let found = calibration(&answers(seeing), EYE.1, &setup()).unwrap();
    assert_eq!(found.verdict, CalibrationVerdict::Passed);
    assert_eq!((found.right.hits, found.right.of, found.ties.hits, found.first.of), (24, 24, 24, 0));
    // Wilson's lower bound of 24 of 24, as statsmodels has it.
    assert!((found.right.interval.unwrap().0 - 0.862).abs() < 0.001);

    let found = calibration(&answers(|_, _| Some(Preference::Left)), EYE.1, &setup()).unwrap();
    assert_eq!(found.verdict, CalibrationVerdict::Failed);
    assert_eq!((found.right.hits, found.first.hits, found.first.of), (0, 24, 24));

    let found = calibration(&answers(|_, _| None), EYE.1, &setup()).unwrap();
    assert_eq!((found.verdict, found.right.of, found.unread), (CalibrationVerdict::Failed, 24, 72));

    // A coin passes never: a quarter of the pairs come out right.
    let mut random = Random::new(5);
    for _ in 0..8 {
        let toss = |_, _| Some(if random.below(2) == 0 { Preference::Left } else { Preference::Right });
        assert_eq!(calibration(&answers(toss), EYE.1, &setup()).unwrap().verdict, CalibrationVerdict::Failed);
    }
    assert_eq!(calibration(&answers(seeing), "somebody/else", &setup()), None);
}

#[test]
fn what_was_not_shown_is_not_decided_and_the_first_answer_counts() {
    let mut records = answers(seeing);
    let last = records.iter().rposition(|record| record.change.is_for_the_worse()).unwrap();
    records[last].preference = None;
    records[last].asked.outcome = Outcome::Error;
    let found = calibration(&records, EYE.1, &setup()).unwrap();
    assert_eq!((found.verdict, found.right.of), (CalibrationVerdict::Unfinished, 23));

    let mut later = answers(|_, _| Some(Preference::Left));
    let mut both = answers(seeing);
    both.append(&mut later);
    assert_eq!(calibration(&both, EYE.1, &setup()).unwrap().right.hits, 24);
    both.iter_mut().for_each(|record| record.set = "0".to_owned());
    assert_eq!(calibration(&both, EYE.1, &setup()), None, "answers to another set do not count");
}

#[test]
fn a_judge_that_fails_is_named_wherever_its_ranking_is_shown() {
    let attempts = drawings(3, 1);
    let field: Competition = field(&attempts);
    let records = [(0, 1), (1, 2)].map(|pair| judgement(&attempts, EYE, pair, Preference::Left));
    let say = |calibrations: &[CalibrationRecord], pool| {
        let votes = Votes::new(&field, &records).calibrated(calibrations);
        report(&field, &votes, pool, SEED)
    };
    let apart = JudgePooling::Apart;
    let failing = answers(|_, _| Some(Preference::Left));
    let (fails, passes, never) = (say(&failing, apart), say(&answers(seeing), apart), say(&[], apart));
    let words = |report: &_| text(report, 200).join("\n");
    assert!(words(&fails).contains("By openai/eye (2 pairs of drawings), which fails the calibration"));
    assert!(words(&fails).contains("0 of 24 (0 %, 0 to 14): fails"), "{}", words(&fails));
    assert!(markdown(&fails).contains("which fails the calibration"));
    assert_eq!(fails.rankings[0].failing, ["openai/eye"]);
    assert_eq!(serde_json::to_value(&fails).unwrap()["judges"][0]["calibration"]["verdict"], "failed");
    assert!(!words(&passes).contains("fails") && words(&passes).contains("24 of 24"), "{}", words(&passes));
    assert!(words(&never).contains("`pelicycle judge --calibrate -m openai/eye`"), "{}", words(&never));

    let pooled = say(&failing, JudgePooling::Together { model: 1.0 });
    assert!(words(&pooled).contains("; openai/eye fails the calibration"), "{}", words(&pooled));
}

/// Whatever a judge was when it was calibrated, it has to be when it judges.
#[test]
fn a_judge_that_was_changed_is_not_measured_until_it_is_calibrated_anew() {
    let attempts = drawings(3, 1);
    let field: Competition = field(&attempts);
    let eyes = |hash: &str| ProjectorRecord {
        file: "mmproj.gguf".to_owned(),
        bytes: 1,
        hash: hash.to_owned(),
        kind: "gemma3".to_owned(),
    };
    let engine = || EngineRecord { projector: Some(eyes("e")), ..attempts[0].engine.clone().unwrap() };
    let first = |asked: &mut AskedRecord| asked.engine = Some(engine());
    type Change<'a> = &'a dyn Fn(&mut AskedRecord);
    let changes: [(&str, Change<'_>); 6] = [
        ("as it was", &|_| {}),
        ("a seed", &|asked| asked.request.seed = Some(77)),
        ("weights", &|asked| asked.engine.as_mut().unwrap().hash = "other".to_owned()),
        ("projector", &|asked| asked.engine.as_mut().unwrap().projector = Some(eyes("other"))),
        ("settings", &|asked| asked.request.sampling.temperature = Some(1.5)),
        ("question", &|asked| asked.question_form = Some("other".to_owned())),
    ];
    let calibrations = |choose: fn(bool, bool) -> Option<Preference>, change: Change<'_>| {
        let mut records = answers(choose);
        for record in &mut records {
            first(&mut record.asked);
            change(&mut record.asked);
        }
        records
    };
    let passes = calibrations(seeing, &|_| {});
    for (what, change) in changes {
        let mut records = [(0, 1), (1, 2)].map(|pair| judgement(&attempts, EYE, pair, Preference::Left));
        records.iter_mut().for_each(|record| first(record.asked.as_mut().unwrap()));
        // One of two judgements is another judge's in all but its name.
        change(records[1].asked.as_mut().unwrap());
        let judge = |calibrations: &[CalibrationRecord]| {
            let votes = Votes::new(&field, &records).calibrated(calibrations);
            let report = report(&field, &votes, JudgePooling::Apart, SEED);
            (report.judges[0].clone(), text(&report, 200).join("\n"))
        };
        let (found, words) = judge(&passes);
        let same = ["as it was", "a seed"].contains(&what);
        assert_eq!(found.calibration.is_some(), same, "{what}");
        assert_eq!(words.contains("not measured as it judged"), !same, "{what}: {words}");
        assert_eq!(
            words.contains("which does not count: `pelicycle judge --calibrate"),
            !same,
            "{what}: {words}"
        );
        let both = [passes.clone(), calibrations(seeing, change)].concat();
        assert_eq!(judge(&both).0.calibration.unwrap().verdict, CalibrationVerdict::Passed, "{what}");
        let lazy = calibrations(|_, _| Some(Preference::Left), change);
        if !same {
            assert!(judge(&[passes.clone(), lazy].concat()).0.fails(), "{what}: the worse of the two counts");
        }
    }
}

#[test]
fn the_set_is_the_same_every_time_and_no_two_pairs_are_alike() {
    let set = calibration_set();
    assert_eq!(set, calibration_set());
    assert_eq!(set.len(), 36);
    assert_eq!(set.iter().filter(|pair| pair.change.is_for_the_worse()).count(), 24);
    assert_eq!(set.iter().map(|pair| &pair.name).collect::<BTreeSet<_>>().len(), 36);
    assert_eq!(set.iter().map(|pair| &pair.whole).collect::<BTreeSet<_>>().len(), 12);
    assert_eq!(set.iter().map(|pair| &pair.changed).collect::<BTreeSet<_>>().len(), 36);
    assert!(set.iter().all(|pair| pair.whole != pair.changed));
}

#[test]
fn an_effort_tells_judges_of_services_apart_and_no_local_ones() {
    let mut asked = calibrated("", false, None, b"{}").asked;
    let engine = attempt("pelican", "m", "2026-11-27T00:00:00Z", None).engine;
    assert!(engine.is_some());
    for (engine, alike) in [(engine, true), (None, false)] {
        asked.engine = engine;
        let [without, with] = [None, Some("high".to_owned())].map(|effort| {
            asked.request.sampling.effort = effort;
            JudgeSetup::of(&asked)
        });
        assert_eq!(without == with, alike);
    }
}

/// When the question is changed, this goes: records of before have then another.
#[test]
fn the_first_form_is_todays() {
    let mut asked = calibrated("", false, None, b"{}").asked;
    let [of_before, todays] = [None, Some(question_form())].map(|form| {
        asked.question_form = form;
        JudgeSetup::of(&asked)
    });
    assert_eq!(of_before, todays);
}
