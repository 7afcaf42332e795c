//! Convolutions over time.

#[path = "../../src/model/convolution_taps.rs"]
mod convolution_taps;

use convolution_taps::ConvolutionTaps;
use pelicycle_kernels::Kernels;

/// Fed in pieces of these lengths, from silence.
fn run(taps: &ConvolutionTaps, x: &[f32], pieces: &[usize]) -> Vec<f32> {
    let (mut inputs, mut answer) = (vec![0.0; taps.inputs()], Vec::new());
    let mut rest: Vec<&[f32]> = x.chunks_exact(taps.channels).collect();
    for &piece in pieces {
        let now: Vec<&[f32]> = rest.drain(..piece).collect();
        for met in taps.met(&inputs, &now) {
            let mut out = vec![0.0; taps.channels];
            taps.convolve(Kernels::detect(), &met, &mut out);
            answer.extend(out);
        }
        taps.remember(&mut inputs, &now);
    }
    answer
}

#[test]
fn a_row_meets_those_before_it_at_the_distance_of_the_dilation() {
    let mut convolution = ConvolutionTaps {
        channels: 1,
        taps: vec![100.0, 10.0, 1.0],
        bias: None,
        dilation: 1,
        activated: false,
    };
    let x = [1.0, 2.0, 3.0, 4.0, 5.0];
    assert_eq!(run(&convolution, &x, &[5]), [1.0, 12.0, 123.0, 234.0, 345.0]);
    convolution.dilation = 2;
    convolution.bias = Some(vec![0.5]);
    let expected = [1.5, 2.5, 13.5, 24.5, 135.5];
    for pieces in [&[5][..], &[1, 1, 1, 1, 1], &[2, 3]] {
        assert_eq!(run(&convolution, &x, pieces), expected);
    }
    convolution.activated = true;
    let silu = |x: f32| x / (1.0 + (-x).exp());
    let got = run(&convolution, &x, &[3, 2]);
    assert!(got.iter().zip(expected).all(|(got, x)| (got - silu(x)).abs() < 1e-4), "{got:?}");
}
