//! Mamba-2, token by token.

#[path = "../../src/model/mamba_token.rs"]
mod mamba_token;

use mamba_token::MambaToken;
use pelicycle_kernels::Kernels;

#[test]
fn a_token_decays_the_state_adds_to_it_and_reads_it() {
    let mut state = [1.0, 2.0, -4.0, 0.0];
    let token = MambaToken {
        input: &[3.0, 0.5],
        write: &[1.0, -1.0],
        read: &[2.0, 1.0],
        time: 0.5,
        rate: -(2.0_f32.ln()) * 2.0,
        through: 10.0,
    };
    let mut out = [0.0; 2];
    token.pass(Kernels::detect(), &mut state, &mut out);
    // The decay is a half; 0.5 · input · write is added.
    let close = |got: &[f32], expected: &[f32]| {
        assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{got:?} {expected:?}");
    };
    close(&state, &[0.5 + 1.5, 1.0 - 1.5, -2.0 + 0.25, -0.25]);
    close(&out, &[2.0 * 2.0 - 0.5 + 30.0, -1.75 * 2.0 - 0.25 + 5.0]);
}
