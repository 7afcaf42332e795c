//! Exponentials: in single precision for attention, in double for drawing tokens.

use pelicycle_kernels::{Kernels, portable_exponentials};

#[test]
fn the_exponential_is_right() {
    let xs: Vec<f32> = (0..70_000).map(|i| i as f32 * -0.01).collect();
    let mut found = Vec::new();
    portable_exponentials(&xs, 0.0, 1.0, &mut found);
    for (x, ours) in xs.iter().zip(&found) {
        let theirs = f64::from(*x).exp();
        assert!((ours - theirs).abs() <= 4e-15 * theirs, "exp({x}) = {ours}, not {theirs}");
    }
    portable_exponentials(&[0.0, -1e9, f32::NEG_INFINITY], 0.0, 1.0, &mut found);
    assert_eq!(found, [1.0, 0.0, 0.0]);
}

#[test]
fn exponentials_are_within_a_few_units_in_the_last_place() {
    for kernels in Kernels::available() {
        let x: Vec<f32> = (0..4003).map(|i| -90.0 + i as f32 * 0.0225).collect();
        let mut e = x.clone();
        let sum = (kernels.exponentials)(&mut e, 0.5);
        let mut exact_sum = 0.0;
        for (x, e) in x.iter().zip(&e) {
            let exact = f64::from(x - 0.5).exp();
            exact_sum += exact;
            assert!(
                (f64::from(*e) - exact).abs() <= exact * 4e-7 + 1e-37,
                "{}: e^{} is not {e}",
                kernels.name,
                x - 0.5
            );
        }
        assert!((f64::from(sum) / exact_sum - 1.0).abs() < 1e-5);
    }
}
