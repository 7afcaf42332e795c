//! Gates of feed-forward blocks.

use pelicycle_kernels::{GateFunction, Kernels};

#[test]
fn gates_are_what_their_formulas_say() {
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let exact = |kind, z: f64, up: f64| match kind {
        GateFunction::Silu => z * logistic(z) * up,
        GateFunction::Gelu => {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (z + 0.044_715 * z.powi(3));
            // 1 + tanh, without the cancellation far below zero.
            z / 2.0 * up * 2.0 * logistic(2.0 * inner)
        }
        GateFunction::Clamped => {
            let z = z.min(7.0);
            z * logistic(1.702 * z) * (up.clamp(-7.0, 7.0) + 1.0)
        }
    };
    for kernels in Kernels::available() {
        for kind in [GateFunction::Silu, GateFunction::Gelu, GateFunction::Clamped] {
            let x: Vec<f32> = (0..4003).map(|i| -90.0 + i as f32 * 0.0225 * 2.0).collect();
            let up: Vec<f32> = (0..4003).map(|i| (i % 41) as f32 * 0.5 - 10.0).collect();
            let mut gate = x.clone();
            (kernels.gate)(kind, &mut gate, &up);
            for ((x, up), g) in x.iter().zip(&up).zip(&gate) {
                let exact = exact(kind, f64::from(*x), f64::from(*up));
                // The exponent is rounded where it is not the number itself, and the result as much more.
                let bound = if kind == GateFunction::Silu { 2e-6 } else { 2e-5 };
                assert!(
                    (f64::from(*g) - exact).abs() <= exact.abs() * bound + 1e-35,
                    "{} {kind:?} of {x} and {up} is not {g} but {exact}",
                    kernels.name
                );
            }
        }
    }
}
