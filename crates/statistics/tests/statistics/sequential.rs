use pelicycle_statistics::{Interval, Random, SequentialTrials};

fn after(successes: f64, trials: f64) -> SequentialTrials {
    SequentialTrials { successes, trials }
}

#[test]
fn evidence_of_whole_trials_is_that_of_counting() {
    // 2^n / ((n + 1) (n over s)).
    for (s, n, ways) in [(0u32, 0i32, 1.0), (8, 8, 1.0), (2, 4, 6.0), (7, 10, 120.0), (15, 30, 155_117_520.0)]
    {
        let counted = (2f64.powi(n) / (f64::from(n + 1) * ways)).ln();
        let found = after(f64::from(s), f64::from(n)).log_evidence(0.5);
        assert!((found - counted).abs() < 1e-11, "{s} of {n}: {found}, {counted}");
    }
    assert!(after(8.0, 8.0).is_settled(0.05) && !after(7.0, 7.0).is_settled(0.05));
    assert!(after(0.0, 8.0).is_settled(0.05) && !after(0.0, 0.0).is_settled(0.05));
}

#[test]
fn bounds_lie_where_the_evidence_reaches_its_mark() {
    for (s, n) in [(0.0, 0.0), (5.0, 5.0), (0.0, 22.0), (13.25, 20.5), (180.0, 300.0)] {
        let Interval { low, high } = after(s, n).interval(0.05);
        let share = after(s, n).share().unwrap_or(0.5);
        assert!(0.0 <= low && low <= share && share <= high && high <= 1.0, "{s} of {n}: {low} to {high}");
        for bound in [low, high].into_iter().filter(|bound| *bound > 0.0 && *bound < 1.0) {
            assert!((after(s, n).log_evidence(bound) - 20f64.ln()).abs() < 1e-9, "{s} of {n}");
        }
    }
    assert_eq!(after(5.0, 5.0).interval(0.05).high, 1.0);
}

#[test]
fn looks_after_every_trial_give_no_more_false_alarms_than_promised() {
    let mut random = Random::new(11);
    // Trials that are 0, ½ or 1, of mean one half.
    let mut alarms = 0;
    for _ in 0..4_000 {
        let mut so_far = SequentialTrials::default();
        let ties = random.below(3);
        alarms += usize::from((0..300).any(|_| {
            let tied = ties > 0 && random.below(4) < ties;
            so_far.successes += if tied { 0.5 } else { random.below(2) as f64 };
            so_far.trials += 1.0;
            so_far.is_settled(0.05)
        }));
    }
    assert!(alarms <= 200, "{alarms} of 4,000");
    assert!(alarms > 40, "{alarms} of 4,000: a test that never alarms would pass too");
}

#[test]
fn what_is_said_to_settle_it_does_so_as_often_as_said() {
    let mut random = Random::new(5);
    for (start, share) in [(after(0.0, 0.0), 0.75), (after(7.5, 12.5), 0.7), (after(3.0, 10.0), 0.3)] {
        let more = start.trials_to_settle(share, 0.05, 0.8).unwrap();
        let settled = (0..2_000).filter(|_| {
            let mut now = start;
            (0..more).any(|_| {
                now.successes += f64::from(u8::from((random.below(1_000_000) as f64) < share * 1e6));
                now.trials += 1.0;
                now.is_settled(0.05)
            })
        });
        let settled = settled.count() as f64 / 2_000.0;
        assert!((0.77..0.87).contains(&settled), "{more} more: {settled}");
    }
    assert_eq!(after(8.0, 8.0).trials_to_settle(0.9, 0.05, 0.8), Some(0));
    assert_eq!(after(0.0, 0.0).trials_to_settle(1.0, 0.05, 0.8), Some(8));
    assert_eq!(after(0.0, 0.0).trials_to_settle(0.5, 0.05, 0.8), None);
}
