//! Kimi Delta Attention, token by token.

#[path = "../../src/model/kimi_token.rs"]
mod kimi_token;

use kimi_token::KimiToken;
use pelicycle_kernels::{DeltaToken, Kernels, StateRow};

/// With one decay for all channels it is the gated delta rule, of which there is another implementation.
#[test]
fn with_one_decay_it_is_the_gated_delta_rule() {
    const SIZE: usize = 48;
    let kernels = Kernels::detect();
    let mut seed = 7_u32;
    let mut number = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let mut state = vec![0.0; SIZE * SIZE];
    let mut other = vec![StateRow::ZERO; StateRow::count(SIZE, SIZE)];
    for step in 0..20 {
        let [query, key, value] = [(); 3].map(|()| (0..SIZE).map(|_| number()).collect::<Vec<f32>>());
        let (decay, strength) = (0.9 - 0.01 * step as f32, 0.3);
        let decays = [decay; SIZE];
        let token = KimiToken { query: &query, key: &key, value: &value, decays: &decays, strength };
        let (mut got, mut expected) = (vec![0.0; SIZE], vec![0.0; SIZE]);
        token.pass(kernels, &mut state, &mut got);
        let agreement = (kernels.dot)(&key, &query);
        let (query, key, value) = (&query[..], &key[..], &value[..]);
        let token = DeltaToken { key, query, agreement, value, decay, strength };
        (kernels.delta_rule)(&mut other, &[token], &mut [&mut expected]);
        assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "{step}");
    }
}
