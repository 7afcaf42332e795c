use pelicycle_statistics::{Interval, Rate, mean_difference};

fn rate(hits: u64, of: u64) -> Rate {
    Rate { hits, of }
}

/// Rounded to four places, as the papers print them.
fn places(interval: Interval) -> (f64, f64) {
    let round = |x: f64| (x * 1e4).round() / 1e4;
    (round(interval.low), round(interval.high))
}

#[test]
fn wilson_intervals_are_those_of_newcombes_table() {
    // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    for (hits, of, expected) in [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ] {
        assert_eq!(places(rate(hits, of).interval().unwrap()), expected, "{hits}/{of}");
    }
    assert_eq!(rate(20, 20).interval().unwrap().high, 1.0);
    assert_eq!(rate(0, 0).interval(), None);
}

#[test]
fn differences_are_those_of_newcombes_table() {
    // Newcombe, "Interval estimation for the difference between independent proportions" (1998), table II,
    // method 10.
    for ((a, m), (b, n), expected) in [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ] {
        let (_, interval) = rate(a, m).less(rate(b, n)).unwrap();
        assert_eq!(places(interval), expected, "{a}/{m} - {b}/{n}");
    }
    assert!(rate(9, 10).less(rate(3, 10)).unwrap().1.excludes_zero());
    assert!(!rate(4, 5).less(rate(3, 5)).unwrap().1.excludes_zero());
    assert_eq!(rate(1, 2).less(rate(0, 0)), None);
}

#[test]
fn strata_count_alike_and_narrow_the_interval() {
    let one = [(rate(48, 80), rate(56, 70))];
    assert_eq!(mean_difference(&one), rate(56, 70).less(rate(48, 80)));
    let (mean, interval) =
        mean_difference(&[one[0], one[0], one[0], one[0], (rate(0, 0), rate(1, 2))]).unwrap();
    let (single, wide) = mean_difference(&one).unwrap();
    assert!((mean - single).abs() < 1e-12);
    assert!(((mean - interval.low) * 2.0 - (single - wide.low)).abs() < 1e-12);
    assert_eq!(mean_difference(&[(rate(0, 0), rate(1, 2))]), None);
}
