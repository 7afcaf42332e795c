//! Rankings by judgements of drawings: against other implementations, and against what is known of made-up contestants.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod calibration;
mod damaged;
mod question;
mod rubric;
mod settling;
mod sides;
mod simulation;

use jiff::{Span, Timestamp};
use pelicycle_judge::{Competition, JudgePooling, PairChooser, RankingReport, Votes, markdown, report, text};
use pelicycle_record::{
    AskedPrompt, Attempt, Id, JudgeKind, JudgeRecord, JudgementRecord, Preference, SCHEMA_VERSION, Verdict,
};
use pelicycle_statistics::Random;
use pelicycle_testkit::attempts::{attempt, calibrated, check, look_at};

const SVG: &str = "<svg/>";

/// Contestants `a`, `b`, … with so many drawings each on one prompt, a contestant's drawings one after the other.
fn drawings(contestants: usize, each: usize) -> Vec<Attempt> {
    let begin: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    (0..contestants * each)
        .map(|n| {
            let started = begin + Span::new().seconds(n as i64);
            let slug = char::from(b'a' + u8::try_from(n / each).unwrap()).to_string();
            attempt("pelican", &slug, &started.to_string(), Some((SVG, check(SVG, SVG, Verdict::Drawn))))
        })
        .collect()
}

fn field(attempts: &[Attempt]) -> Competition {
    Competition::new(&attempts.iter().collect::<Vec<_>>(), false)
}

fn judgement(
    attempts: &[Attempt],
    (kind, name): (JudgeKind, &str),
    (left, right): (usize, usize),
    preference: Preference,
) -> JudgementRecord {
    let asked = &attempts[left].prompt;
    JudgementRecord {
        schema: SCHEMA_VERSION,
        id: Id::new().unwrap(),
        judged: Timestamp::now(),
        tool: attempts[left].tool.clone(),
        judge: JudgeRecord { kind, name: name.to_owned() },
        prompt: AskedPrompt { id: asked.id.clone(), hash: asked.hash.clone() },
        left: attempts[left].id.clone(),
        right: attempts[right].id.clone(),
        preference: Some(preference),
        seconds: None,
        asked: (kind == JudgeKind::Model).then(|| calibrated("", false, None, b"{}").asked),
    }
}

const ANN: (JudgeKind, &str) = (JudgeKind::Person, "Ann");
const BEN: (JudgeKind, &str) = (JudgeKind::Person, "Ben");
const EYE: (JudgeKind, &str) = (JudgeKind::Model, "openai/eye");

fn of(attempts: &[Attempt], records: &[JudgementRecord], pool: JudgePooling) -> RankingReport {
    let field = field(attempts);
    report(&field, &Votes::new(&field, records), pool, 1)
}

/// Votes of one person on drawings whose quality varies about that of their contestant.
fn simulated(random: &mut Random, strengths: &[f64], each: usize, votes: usize) -> RankingReport {
    let attempts = drawings(strengths.len(), each);
    let quality: Vec<f64> =
        (0..attempts.len()).map(|n| strengths[n / each] + 0.8 * random.normal()).collect();
    let mut records = Vec::new();
    while records.len() < votes {
        let (left, right) = (random.below(quality.len()), random.below(quality.len()));
        if left / each == right / each {
            continue;
        }
        let chance = 1.0 / (1.0 + (quality[right] - quality[left]).exp());
        let uniform = random.below(1 << 30) as f64 / f64::from(1 << 30);
        let preference = if uniform < chance { Preference::Left } else { Preference::Right };
        records.push(judgement(&attempts, ANN, (left, right), preference));
    }
    of(&attempts, &records, JudgePooling::Apart)
}

/// Pairs that are told apart: those that no set of inseparable ones holds.
fn apart(report: &RankingReport) -> usize {
    let board = &report.rankings[0].groups[0];
    let labels: Vec<&String> = board.standings.iter().map(|placed| &placed.label).collect();
    let told = |a: usize, b: usize| {
        !board.inseparable.iter().any(|set| set.contains(labels[a]) && set.contains(labels[b]))
    };
    (0..labels.len()).map(|b| (0..b).filter(|a| told(*a, b)).count()).sum()
}

/// Of 400 pairs of contestants that are alike, the number that are told apart: 20 at most are promised, and 33 would come
/// by chance once in 300 times.
fn wrongly_apart(seed: u64, each: usize, votes: usize) -> usize {
    let mut random = Random::new(seed);
    (0..40).map(|_| apart(&simulated(&mut random, &[0.0; 5], each, votes))).sum()
}

#[test]
fn contestants_that_are_alike_are_seldom_told_apart_by_few_judgements_of_many_drawings() {
    let wrong = wrongly_apart(11, 6, 120);
    assert!(wrong < 33, "{wrong} of 400");
}

/// Many judgements of few drawings say more and more of those drawings alone.
#[test]
fn contestants_that_are_alike_are_seldom_told_apart_by_many_judgements_of_few_drawings() {
    let wrong = wrongly_apart(13, 3, 300);
    assert!(wrong < 33, "{wrong} of 400");
}

#[test]
fn contestants_far_from_each_other_are_told_apart() {
    let mut random = Random::new(12);
    let report = simulated(&mut random, &[3.0, 1.5, 0.0, -1.5, -3.0], 10, 600);
    let group = &report.rankings[0].groups[0];
    let slugs: String = group.standings.iter().map(|placed| placed.slug.as_str()).collect();
    assert_eq!(slugs, "abcde");
    let (first, last) = (&group.standings[0], &group.standings[4]);
    assert!(first.worst < last.best && first.low > 0.5 && last.high < 0.5, "{report:?}");
    let told = apart(&report);
    assert!(told >= 7, "{told} of 10 pairs are told apart");
}

#[test]
fn one_board_holds_everybody_whether_judgements_join_them_or_not() {
    let attempts = drawings(6, 1);
    let records = [
        judgement(&attempts, ANN, (0, 1), Preference::Left),
        judgement(&attempts, ANN, (1, 2), Preference::Tie),
        judgement(&attempts, ANN, (3, 4), Preference::Right),
    ];
    let report = of(&attempts, &records, JudgePooling::Apart);
    let standings = report.rankings[0].standings();
    let slugs: Vec<&str> = standings.iter().map(|placed| placed.slug.as_str()).collect();
    assert_eq!(slugs, ["a", "e", "f", "c", "b", "d"]);
    // So few votes say nothing that is sure.
    assert!(
        standings.iter().all(|placed| (placed.best, placed.worst) == (1, 6) && placed.few),
        "{standings:?}"
    );
    let (first, unseen) = (&standings[0], &standings[2]);
    assert!(first.chance < 0.85 && first.low < 0.5, "{first:?}");
    assert_eq!((unseen.votes, unseen.share_won, unseen.drawings), (0, None, 0));
    assert!((unseen.chance - 0.5).abs() < 1e-9 && unseen.low < 0.15 && unseen.high > 0.85, "{unseen:?}");
}

#[test]
fn of_contestants_that_were_never_judged_the_same_is_said() {
    let attempts = drawings(44, 1);
    let report = of(&attempts, &[judgement(&attempts, ANN, (0, 1), Preference::Left)], JudgePooling::Apart);
    let unseen: Vec<_> = report.rankings[0].standings().iter().filter(|placed| placed.votes == 0).collect();
    let same = |placed: &&&pelicycle_judge::ContestantStanding| {
        (placed.best, placed.worst) == (unseen[0].best, unseen[0].worst)
    };
    assert_eq!((unseen.len(), unseen.iter().filter(same).count()), (42, 42), "{unseen:?}");
    let slugs: Vec<&String> = unseen.iter().map(|placed| &placed.slug).collect();
    assert!(slugs.is_sorted(), "{slugs:?}");
}

#[test]
fn one_who_always_takes_the_same_side_is_named_beside_the_ranking() {
    let attempts = drawings(2, 12);
    let votes = |preference: fn(usize) -> Preference| -> String {
        let vote = |n: usize| {
            let pair = if n.is_multiple_of(2) { (n, 12 + n) } else { (12 + n, n) };
            judgement(&attempts, ANN, pair, preference(n))
        };
        let report = of(&attempts, &(0..12).map(vote).collect::<Vec<_>>(), JudgePooling::Apart);
        assert!(
            markdown(&report).contains("Ann took the")
                == text(&report, 300).join("\n").contains("Ann took the")
        );
        text(&report, 300).join("\n")
    };
    let left = votes(|_| Preference::Left);
    assert!(
        left.contains("Ann took the drawing on the left 12 times of 12, whichever stood there"),
        "{left}"
    );
    assert!(votes(|_| Preference::Right).contains("Ann took the drawing on the right 12 times of 12"));
    // One who always takes the same contestant took either side half the time.
    let either = votes(|n| if n.is_multiple_of(2) { Preference::Left } else { Preference::Right });
    assert!(!either.contains("Ann took the drawing"), "{either}");
    assert!(!votes(|_| Preference::Tie).contains("Ann took the drawing"));
}

#[test]
fn where_no_judgement_is_between_two_contestants_it_is_said_why_nobody_is_ranked() {
    let attempts = drawings(1, 3);
    let report = of(&attempts, &[judgement(&attempts, ANN, (0, 1), Preference::Left)], JudgePooling::Apart);
    assert!(report.rankings.is_empty());
    assert!(text(&report, 300).join("\n").contains("Nobody is ranked: no judgement here is between"));
}

/// Nine of ten over three drawings is more than one of one.
#[test]
fn more_evidence_never_looks_worse() {
    let attempts = drawings(14, 3);
    let place = |contestant: usize, drawing: usize| 3 * contestant + drawing;
    // `a` wins its only vote; `b` wins nine of ten; what they are against wins and loses as often.
    let mut records = vec![judgement(&attempts, ANN, (place(0, 0), place(2, 0)), Preference::Left)];
    for n in 0..10 {
        let preference = if n == 9 { Preference::Right } else { Preference::Left };
        records.push(judgement(&attempts, ANN, (place(1, n % 3), place(3 + n, 0)), preference));
    }
    let board = |records: &[JudgementRecord]| {
        let report = of(&attempts, records, JudgePooling::Apart);
        let of = |slug: &str| {
            let placed = report.rankings[0].standings().iter().find(|placed| placed.slug == slug).unwrap();
            (placed.strength, placed.strength_high - placed.strength_low)
        };
        (of("a"), of("b"))
    };
    let (a, b) = board(&records);
    assert!(b.0 > a.0 && b.1 < a.1, "{a:?} {b:?}");
    // One more won pair lifts it and narrows what is known of it.
    for drawing in 0..3 {
        let (before, _) = board(&records);
        records.push(judgement(&attempts, BEN, (place(0, drawing), place(2, drawing)), Preference::Left));
        let (after, _) = board(&records);
        assert!(after.0 > before.0, "{before:?} {after:?}");
    }
}

#[test]
fn a_board_fits_the_terminal_and_marks_those_with_few_votes() {
    let mut attempts = drawings(3, 1);
    attempts[2].contestant.label = "anthropic/claude-opus-5-5-20261101".to_owned();
    let mut records: Vec<JudgementRecord> =
        (0..12).map(|_| judgement(&attempts, ANN, (0, 1), Preference::Left)).collect();
    for (n, record) in records.iter_mut().enumerate() {
        record.judge.name = format!("Ann {n}");
    }
    records.push(judgement(&attempts, ANN, (1, 2), Preference::Left));
    let report = of(&attempts, &records, JudgePooling::Apart);
    for columns in [60, 80, 120] {
        let lines = text(&report, columns);
        let board = &lines[..lines.iter().position(|line| line == "Those who judged").unwrap()];
        assert!(board.iter().all(|line| line.chars().count() <= columns), "{columns}: {board:#?}");
        let words = board.join("\n");
        assert!(
            words.contains("─●") && words.contains("1*") && words.contains("fewer than 10 votes"),
            "{words}"
        );
    }
    let report = markdown(&report);
    assert!(report.contains("| 12 |") && report.contains("| 1\\* |"), "{report}");
}

#[test]
fn a_judge_counts_once_for_a_pair_and_people_are_apart_from_models() {
    let attempts = drawings(2, 1);
    let mut records = vec![
        judgement(&attempts, ANN, (0, 1), Preference::Left),
        judgement(&attempts, BEN, (1, 0), Preference::BothBad),
    ];
    for _ in 0..10 {
        records.push(judgement(&attempts, EYE, (1, 0), Preference::Left));
    }
    let apart = of(&attempts, &records, JudgePooling::Apart);
    let by: Vec<(&str, usize)> =
        apart.rankings.iter().map(|ranked| (ranked.by.as_str(), ranked.pairs)).collect();
    assert_eq!(by, [("2 people", 2), ("openai/eye", 1)]);
    let words = text(&apart, 200).join("\n");
    assert!(words.contains("By 2 people (2 votes on pairs of drawings)"), "two votes on one pair: {words}");
    let record = |report: &RankingReport, ranking: usize, slug: &str| {
        let standings = &report.rankings[ranking].groups[0].standings;
        let placed = standings.iter().find(|placed| placed.slug == slug).unwrap();
        (placed.won, placed.lost, placed.tied)
    };
    assert_eq!((record(&apart, 0, "a"), record(&apart, 1, "a")), ((1.0, 0.0, 1.0), (0.0, 1.0, 0.0)));

    let strength = |model| {
        let report = of(&attempts, &records, JudgePooling::Together { model });
        assert_eq!(report.rankings.len(), 1);
        let standings = &report.rankings[0].groups[0].standings;
        standings.iter().find(|placed| placed.slug == "a").unwrap().strength
    };
    assert!(strength(0.1) > 0.0 && strength(1.0).abs() < 1e-9 && strength(3.0) < 0.0);
}

#[test]
fn a_judge_is_weighed_by_its_sides_its_steadiness_and_its_agreement_with_people() {
    let attempts = drawings(2, 20);
    let mut records = Vec::new();
    for pair in 0..20 {
        let (a, b) = (pair, 20 + pair);
        // People see that the first contestant is better; the model takes whatever is on the left, but for four pairs.
        records.push(judgement(&attempts, ANN, (a, b), Preference::Left));
        let steady = pair < 4;
        records.push(judgement(&attempts, EYE, (a, b), Preference::Left));
        let other = if steady { Preference::Right } else { Preference::Left };
        records.push(judgement(&attempts, EYE, (b, a), other));
    }
    records.push(judgement(&attempts, EYE, (0, 20), Preference::Left));
    records.push(judgement(&attempts, EYE, (1, 21), Preference::Tie));
    let report = of(&attempts, &records, JudgePooling::Apart);
    let eye = report.judges.iter().find(|judge| judge.name == "openai/eye").unwrap();
    assert_eq!((eye.left.hits, eye.left.of), (37, 41));
    assert_eq!((eye.turned.hits, eye.turned.of), (4, 20));
    assert_eq!((eye.again.hits, eye.again.of), (1, 2));
    let people = eye.people.unwrap();
    // Of two minds on 16 pairs, which is no agreement; the pair that it once tied still leans as people do.
    assert_eq!((people.hits, people.of), (4, 20));
    assert_eq!(eye.decided.map(|decided| (decided.hits, decided.of)), Some((4, 4)));
    let words = text(&report, 100).join("\n");
    assert!(words.contains("prefers the left"), "{words}");
    let ann = report.judges.iter().find(|judge| judge.name == "Ann").unwrap();
    assert_eq!((ann.people, ann.turned.of, ann.again.of), (None, 0, 0));
    assert!(markdown(&report).contains("| Ann | 20 |"));
}

#[test]
fn what_fits_no_two_drawings_here_is_counted_and_left_aside() {
    let attempts = drawings(2, 2);
    let mut other = judgement(&attempts, ANN, (0, 2), Preference::Left);
    other.left = Id::new().unwrap();
    let mut unread = judgement(&attempts, EYE, (0, 2), Preference::Left);
    unread.preference = None;
    let itself = judgement(&attempts, ANN, (1, 1), Preference::Left);
    let records = [other, unread, itself, judgement(&attempts, ANN, (0, 3), Preference::Right)];
    let report = of(&attempts, &records, JudgePooling::Apart);
    assert_eq!((report.absent, report.unread, report.rankings[0].pairs), (2, 1, 1));
}

#[test]
fn votes_about_looks_rank_nobody_and_are_told_apart_from_those_of_drawings_that_are_gone() {
    let firsts = drawings(2, 2);
    let mut look = drawings(1, 1).remove(0);
    look_at(&mut look, &firsts[0], &firsts[0].id, 1);
    let mut gone = judgement(&firsts, ANN, (0, 2), Preference::Left);
    gone.right = Id::new().unwrap();
    let mut of_look = judgement(&firsts, ANN, (0, 2), Preference::Left);
    of_look.right = look.id.clone();
    let kept = judgement(&firsts, ANN, (0, 2), Preference::Left);
    let field = field(&firsts);
    let votes =
        |records: &[JudgementRecord]| Votes::new(&field, records).telling_looks(firsts.iter().chain([&look]));
    let report = report(&field, &votes(&[gone, of_look.clone(), kept]), JudgePooling::Apart, 1);
    assert_eq!((report.absent, report.of_looks, report.rankings[0].pairs), (1, 1, 1));
    let words = text(&report, 200);
    let says = |line: &str| words.iter().any(|said| said == line);
    assert!(says("Left aside: 1 judgement of drawings that are not among these."), "{words:#?}");
    assert!(
        says("Left aside: 1 judgement of looks (`pelicycle compare --looks` counts it), which ranks nobody."),
        "{words:#?}"
    );
    assert_eq!((votes(&[of_look]).votes.len(), Votes::new(&field, &[]).of_looks), (0, 0));
}

#[test]
fn a_model_that_judged_drawings_of_its_own_is_named() {
    let attempts = drawings(3, 1);
    let itself = (JudgeKind::Model, "local/a.gguf");
    let other = of(&attempts, &[judgement(&attempts, itself, (1, 2), Preference::Left)], JudgePooling::Apart);
    assert!(other.own.is_empty());
    let own = of(&attempts, &[judgement(&attempts, itself, (0, 2), Preference::Left)], JudgePooling::Apart);
    assert!(text(&own, 100).join("\n").contains("local/a.gguf also judged drawings of its own."));
}

#[test]
fn demonstrations_and_attempts_without_a_drawing_are_not_judged() {
    let mut attempts = drawings(3, 1);
    attempts[1].contestant.demonstration = true;
    attempts[2] =
        attempt("pelican", "c", "2026-11-02T00:00:00Z", Some((SVG, check(SVG, SVG, Verdict::Blank))));
    let all: Vec<&Attempt> = attempts.iter().collect();
    assert!(!Competition::new(&all, false).has_pairs());
    let with = Competition::new(&all, true);
    assert!(with.has_pairs() && with.drawings.len() == 2);
}

#[test]
fn the_pair_that_tells_most_is_shown_next() {
    let attempts = drawings(4, 8);
    let field = field(&attempts);
    let mut next = PairChooser::new(&field, 5);
    let mut records: Vec<JudgementRecord> = Vec::new();
    let (mut counts, mut lefts) = ([[0; 4]; 4], 0);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..120 {
        let votes = Votes::new(&field, &records);
        let pair = next.choose(&votes.ballots(), &seen).unwrap();
        assert!(seen.insert((pair.left.min(pair.right), pair.left.max(pair.right))), "shown before");
        let (a, b) = (pair.left / 8, pair.right / 8);
        assert_ne!(a, b);
        // `a` beats all, always; the other three are alike.
        let preference = match (a, b) {
            (0, _) => Preference::Left,
            (_, 0) => Preference::Right,
            _ => Preference::Tie,
        };
        counts[a.min(b)][a.max(b)] += 1;
        lefts += usize::from(pair.left < pair.right);
        records.push(judgement(&attempts, ANN, (pair.left, pair.right), preference));
    }
    let of_the_sure: usize = counts[0].iter().sum();
    assert!(of_the_sure < 50, "{of_the_sure} of 120 asked what is known: {counts:?}");
    assert!((35..=85).contains(&lefts), "{lefts} of 120 had the older drawing on the left");
    let mut judged = vec![0; attempts.len()];
    for record in &records {
        judged[field.place(&record.left).unwrap()] += 1;
        judged[field.place(&record.right).unwrap()] += 1;
    }
    for own in judged.chunks(8) {
        assert!(own.iter().max().unwrap() - own.iter().min().unwrap() <= 3, "{judged:?}");
    }
}

#[test]
fn when_all_pairs_were_seen_there_is_no_next() {
    let attempts = drawings(2, 2);
    let field = field(&attempts);
    let mut next = PairChooser::new(&field, 5);
    let mut seen = std::collections::BTreeSet::new();
    while let Some(pair) = next.choose(&[], &seen) {
        assert!(seen.insert((pair.left.min(pair.right), pair.left.max(pair.right))));
    }
    assert_eq!(seen.len(), 4);
}
