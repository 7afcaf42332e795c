//! Activations of towers.

#[path = "../../src/vision/activation.rs"]
mod activation;

use activation::gelu;

#[test]
fn gelu_is_as_the_tables_say() {
    for (x, expected) in
        [(0.0, 0.0), (1.0, 0.841_344_7), (-1.0, -0.158_655_3), (3.0, 2.995_950_3), (-9.0, 0.0)]
    {
        assert!((gelu(x) - expected).abs() < 1e-6, "gelu({x}) = {}", gelu(x));
    }
}
