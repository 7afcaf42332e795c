//! Exponentials for drawing tokens.

use pelicycle_kernels::portable_exponentials;

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
