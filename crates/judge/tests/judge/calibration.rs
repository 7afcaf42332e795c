//! The calibration of judges: who passes, who fails, and that a ranking says so.

use pelicycle_judge::{
    CalibrationVerdict, Competition, JudgePooling, SEED, Votes, calibration, calibration_set, markdown,
    report, text,
};
use pelicycle_record::{CalibrationRecord, JudgeRecord, Outcome, Preference};
use pelicycle_statistics::Random;
use pelicycle_testkit::attempts::calibrated;

use crate::{EYE, drawings, field, judgement};

/// What a judge says of all showings: `choose` hears whether the pair is of one made worse, and whether it was turned.
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

fn seeing(worse: bool, turned: bool) -> Option<Preference> {
    Some(match (worse, turned) {
        (false, _) => Preference::Tie,
        (true, false) => Preference::Left,
        (true, true) => Preference::Right,
    })
}

#[test]
fn who_sees_passes_and_who_tosses_takes_a_side_or_says_nothing_fails() {
    let found = calibration(&answers(seeing), EYE.1).unwrap();
    assert_eq!(found.verdict, CalibrationVerdict::Passed);
    assert_eq!((found.right.hits, found.right.of, found.ties.hits, found.first.of), (24, 24, 24, 0));
    // Wilson's lower bound of 24 of 24, as statsmodels has it.
    assert!((found.right.interval.unwrap().0 - 0.862).abs() < 0.001);

    let found = calibration(&answers(|_, _| Some(Preference::Left)), EYE.1).unwrap();
    assert_eq!(found.verdict, CalibrationVerdict::Failed);
    assert_eq!((found.right.hits, found.first.hits, found.first.of), (0, 24, 24));

    let found = calibration(&answers(|_, _| None), EYE.1).unwrap();
    assert_eq!((found.verdict, found.right.of, found.unread), (CalibrationVerdict::Failed, 24, 72));

    // A coin passes never: a quarter of the pairs come out right.
    let mut random = Random::new(5);
    for _ in 0..8 {
        let toss = |_, _| Some(if random.below(2) == 0 { Preference::Left } else { Preference::Right });
        assert_eq!(calibration(&answers(toss), EYE.1).unwrap().verdict, CalibrationVerdict::Failed);
    }
    assert_eq!(calibration(&answers(seeing), "somebody/else"), None);
}

#[test]
fn what_was_not_shown_is_not_decided_and_the_first_answer_counts() {
    let mut records = answers(seeing);
    let last = records.iter().rposition(|record| record.change.is_for_the_worse()).unwrap();
    records[last].preference = None;
    records[last].asked.outcome = Outcome::Error;
    let found = calibration(&records, EYE.1).unwrap();
    assert_eq!((found.verdict, found.right.of), (CalibrationVerdict::Unfinished, 23));

    let mut later = answers(|_, _| Some(Preference::Left));
    let mut both = answers(seeing);
    both.append(&mut later);
    assert_eq!(calibration(&both, EYE.1).unwrap().right.hits, 24);
    both.iter_mut().for_each(|record| record.set = "0".to_owned());
    assert_eq!(calibration(&both, EYE.1), None, "answers to another set do not count");
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
