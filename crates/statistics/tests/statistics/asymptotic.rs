use pelicycle_statistics::asymptotic_interval;

#[test]
fn bounds_are_wider_than_those_of_one_look_and_narrow_with_what_is_known() {
    let wide = |variance: f64, freedom| {
        let found = asymptotic_interval(0.5, variance, freedom, 0.05).unwrap();
        assert!((found.low + found.high - 1.0).abs() < 1e-12);
        (found.high - 0.5) / variance.sqrt()
    };
    assert!((2.5..3.5).contains(&wide(0.01, 10_000)), "{}", wide(0.01, 10_000));
    assert!(wide(0.01, 10) > wide(0.01, 10_000) && wide(0.01, 3) > wide(0.01, 10));
    assert!(wide(0.0001, 10_000) > wide(0.01, 10_000), "more looks were had");
    assert_eq!(asymptotic_interval(0.5, 0.0, 9, 0.05), None);
    assert_eq!(asymptotic_interval(0.5, 0.1, 0, 0.05), None);
}
