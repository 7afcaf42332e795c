use pelicycle_statistics::Random;

#[test]
fn a_seeds_stream_never_changes() {
    // The figures of the algorithm's reference implementation for this seed.
    let mut random = Random::new(1_234_567);
    let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
    assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}

#[test]
fn normal_numbers_have_the_distributions_moments_and_tails() {
    let mut random = Random::new(2);
    let all: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
    let mean = |of: fn(f64) -> f64| all.iter().map(|x| of(*x)).sum::<f64>() / all.len() as f64;
    assert!(mean(|x| x).abs() < 0.02 && (mean(|x| x * x) - 1.0).abs() < 0.02);
    let beyond = all.iter().filter(|x| x.abs() > 1.959_964).count();
    assert!((4_700..5_300).contains(&beyond), "{beyond} of 5000");
}

#[test]
fn all_numbers_below_a_bound_come_about_alike() {
    let mut random = Random::new(1);
    let mut counts = [0u32; 7];
    (0..70_000).for_each(|_| counts[random.below(7)] += 1);
    assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
}
