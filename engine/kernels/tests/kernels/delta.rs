//! The loops of recurrent layers.

use pelicycle_kernels::{DeltaToken, Kernels, StateRow};

use crate::weights::RandomBytes;

#[test]
fn the_delta_rule_is_the_recurrence_in_every_instruction_set() {
    let mut bytes = RandomBytes(13);
    // Values that fill no block of lanes, an odd number of keys, the size of real models.
    for (keys, values) in [(16, 16), (7, 40), (128, 128)] {
        let tokens = 9;
        let numbers = |n: usize, bytes: &mut RandomBytes| (0..n).map(|_| bytes.float()).collect::<Vec<f32>>();
        let unit = 1.0 / (keys as f32).sqrt();
        let mut directions = || {
            let x = numbers(tokens * keys, &mut bytes);
            x.into_iter().map(|x| x * unit).collect::<Vec<f32>>()
        };
        let (key, query) = (directions(), directions());
        let (value, gates) = (numbers(tokens * values, &mut bytes), numbers(tokens * 2, &mut bytes));
        let token = |t: usize| {
            let (key, query) = (&key[t * keys..][..keys], &query[t * keys..][..keys]);
            DeltaToken {
                key,
                query,
                agreement: key.iter().zip(query).map(|(k, q)| k * q).sum(),
                value: &value[t * values..][..values],
                decay: 0.9 + gates[2 * t].abs() * 0.05,
                strength: gates[2 * t + 1].abs().min(1.0),
            }
        };
        let given: Vec<DeltaToken<'_>> = (0..tokens).map(token).collect();

        // The recurrence as the paper has it, in double precision: S decays, u = β(v − Sᵀk), S += kuᵀ, o = Sᵀq.
        let mut state = vec![0f64; keys * values];
        let mut expected = Vec::new();
        for token in &given {
            state.iter_mut().for_each(|s| *s *= f64::from(token.decay));
            for j in 0..values {
                let recall = |x: &[f32], state: &[f64]| -> f64 {
                    x.iter().enumerate().map(|(i, x)| f64::from(*x) * state[i * values + j]).sum()
                };
                let update =
                    f64::from(token.strength) * (f64::from(token.value[j]) - recall(token.key, &state));
                for (i, k) in token.key.iter().enumerate() {
                    state[i * values + j] += f64::from(*k) * update;
                }
                expected.push(recall(token.query, &state));
            }
        }
        for kernels in Kernels::available() {
            let run = |pieces: &[usize]| {
                let mut state = vec![StateRow::ZERO; StateRow::count(keys, values)];
                let mut out = vec![0f32; tokens * values];
                let mut rows: Vec<&mut [f32]> = out.chunks_exact_mut(values).collect();
                let (mut given, mut rows) = (&given[..], &mut rows[..]);
                for &piece in pieces {
                    let (now, later) = given.split_at(piece);
                    let (out, rest) = rows.split_at_mut(piece);
                    (kernels.delta_rule)(&mut state, now, out);
                    (given, rows) = (later, rest);
                }
                out
            };
            let whole = run(&[tokens]);
            for (got, expected) in whole.iter().zip(&expected) {
                assert!(
                    (f64::from(*got) - expected).abs() < 2e-5,
                    "{}: {got} is not {expected}",
                    kernels.name
                );
            }
            assert_eq!(whole, run(&[1, 4, 1, 3]), "{}: the same bits however it is cut", kernels.name);
        }
    }
}

#[test]
fn a_convolution_sums_its_taps_and_takes_the_silu() {
    let mut bytes = RandomBytes(17);
    let numbers: Vec<Vec<f32>> = (0..8).map(|_| (0..83).map(|_| bytes.float()).collect()).collect();
    let slices: Vec<&[f32]> = numbers.iter().map(Vec::as_slice).collect();
    let (inputs, taps) = slices.split_at(4);
    for kernels in Kernels::available() {
        let mut out = vec![f32::NAN; 83];
        (kernels.convolve)(inputs, taps, &mut out);
        for (c, got) in out.iter().enumerate() {
            let sum: f64 = (0..4).map(|j| f64::from(inputs[j][c]) * f64::from(taps[j][c])).sum();
            let expected = sum / (1.0 + (-sum).exp());
            assert!((f64::from(*got) - expected).abs() < 1e-6, "{}: {got} is not {expected}", kernels.name);
        }
    }
}
