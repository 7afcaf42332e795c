use pelicycle_statistics::{Random, change_points, rank_test};

fn noise(n: usize, level: f64, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..n).map(|_| level + random.below(1000) as f64 / 1000.0).collect()
}

#[test]
fn levels_that_change_are_found_where_they_do_and_noise_has_none() {
    let series = [noise(20, 0.0, 1), noise(25, 1.5, 2), noise(15, 0.2, 3)].concat();
    let found = change_points(&series, 3, 0.01);
    assert_eq!(found.iter().map(|change| change.at).collect::<Vec<_>>(), [20, 45], "{found:?}");
    let alarms = (10..60).filter(|seed| !change_points(&noise(40, 0.0, *seed), 3, 0.01).is_empty()).count();
    assert!(alarms <= 3, "{alarms} of 50");
    assert!(change_points(&[1.0; 30], 3, 0.05).is_empty());
    assert!(change_points(&[1.0, 2.0], 3, 0.05).is_empty());
}

#[test]
fn a_change_is_where_the_rank_test_tells_the_sides_apart_best() {
    // Height and Mann-Whitney's z differ by a factor of the series alone.
    for seed in 9..14 {
        let series = [noise(12, 0.0, seed), noise(12, 0.7, seed + 20)].concat();
        let [change] = change_points(&series, 3, 0.01)[..] else { panic!("one change") };
        let p = |at: usize| rank_test(&series[..at], &series[at..]).unwrap().p;
        assert!((3..=21).all(|other| p(other) >= p(change.at) * 0.8), "{change:?}");
    }
}
