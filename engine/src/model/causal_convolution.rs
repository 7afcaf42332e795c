//! A convolution over time, each channel by itself: a row meets those before it in its sequence.

use super::compute_context::ComputeContext;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::step_sequence::StepSequence;

/// A convolution over time.
#[derive(Debug)]
pub(super) struct CausalConvolution {
    channels: usize,
    /// For each tap, oldest first, a weight a channel.
    taps: Vec<f32>,
    /// Added to each channel.
    bias: Option<Vec<f32>>,
    /// Rows from one tap to the next.
    dilation: usize,
    /// Whether its answer goes through silu.
    activated: bool,
}

/// The options of a convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvolutionOptions {
    pub(super) taps: usize,
    pub(super) dilation: usize,
    pub(super) activated: bool,
    pub(super) biased: bool,
}

impl CausalConvolution {
    /// Over the channels of some tensors, `channels` each, one tensor's after another's.
    pub(super) fn read(
        source: &LayerSource<'_>,
        names: &[&str],
        channels: usize,
        options: ConvolutionOptions,
    ) -> Result<CausalConvolution, ModelError> {
        let ConvolutionOptions { taps: count, dilation, activated, biased } = options;
        // The file has a channel's taps together; the convolution takes a tap's channels together.
        let mut by_channel = Vec::new();
        for name in names {
            let name = format!("{}.weight", source.name(name));
            by_channel.extend(source.tensors.numbers(&name, &[count, channels])?);
        }
        let bias = match (biased, names) {
            (true, [name]) => {
                Some(source.tensors.numbers(&format!("{}.bias", source.name(name)), &[channels])?)
            }
            _ => None,
        };
        let taps = (0..count).flat_map(|tap| by_channel.iter().skip(tap).step_by(count).copied()).collect();
        Ok(CausalConvolution { channels: channels * names.len(), taps, bias, dilation, activated })
    }

    /// Numbers that it remembers of a sequence.
    pub(super) fn inputs(&self) -> usize {
        (self.taps.len() - self.channels) * self.dilation
    }

    /// Writes the convolution of every row of `x` to `out`; the last rows of each sequence are kept for the next step.
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        sequences: &mut [StepSequence<'_>],
        x: &[f32],
        out: &mut [f32],
    ) {
        let channels = self.channels;
        let taps: Vec<&[f32]> = self.taps.chunks_exact(channels).collect();
        let row = |r: usize| &x[r * channels..][..channels];
        let mut out: Vec<&mut [f32]> = out.chunks_exact_mut(channels).collect();
        let mut jobs = Vec::with_capacity(out.len());
        for sequence in sequences.iter() {
            let now = sequence.rows.iter().map(|&r| row(r));
            let inputs: Vec<&[f32]> = sequence.inputs.chunks_exact(channels).chain(now).collect();
            for (i, &r) in sequence.rows.iter().enumerate() {
                let seen: Vec<&[f32]> = (0..taps.len()).map(|tap| inputs[i + tap * self.dilation]).collect();
                jobs.push((seen, std::mem::take(&mut out[r])));
            }
        }
        context.pool.for_each(&mut jobs, |(inputs, out)| self.convolve(context, inputs, &taps, out));
        for sequence in sequences {
            let new = sequence.rows.len().min(sequence.inputs.len() / channels);
            sequence.inputs.copy_within(new * channels.., 0);
            let kept = sequence.inputs.len() - new * channels;
            let last = &sequence.rows[sequence.rows.len() - new..];
            for (to, &r) in sequence.inputs[kept..].chunks_exact_mut(channels).zip(last) {
                to.copy_from_slice(row(r));
            }
        }
    }

    fn convolve(&self, context: &ComputeContext, inputs: &[&[f32]], taps: &[&[f32]], out: &mut [f32]) {
        if !self.activated {
            out.fill(0.0);
            for (input, tap) in inputs.iter().zip(taps) {
                out.iter_mut().zip(*input).zip(*tap).for_each(|((out, x), w)| *out += x * w);
            }
            if let Some(bias) = &self.bias {
                out.iter_mut().zip(bias).for_each(|(out, bias)| *out += bias);
            }
            return;
        }
        match &self.bias {
            None => (context.kernels.convolve)(inputs, taps, out),
            Some(bias) => {
                // One more tap, on an input that is always 1.
                let ones = vec![1.0; self.channels];
                let inputs: Vec<&[f32]> = inputs.iter().copied().chain([&ones[..]]).collect();
                let taps: Vec<&[f32]> = taps.iter().copied().chain([&bias[..]]).collect();
                (context.kernels.convolve)(&inputs, &taps, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_kernels::Kernels;

    use super::*;
    use crate::model::Arithmetic;
    use crate::thread_pool::ThreadPool;

    fn context() -> ComputeContext {
        let pool = ThreadPool::new(1);
        ComputeContext { pool, kernels: Kernels::detect(), arithmetic: Arithmetic::Float32 }
    }

    /// Fed in pieces of these lengths, from silence.
    fn run(convolution: &CausalConvolution, x: &[f32], pieces: &[usize]) -> Vec<f32> {
        let (mut inputs, mut answer) = (vec![0.0; convolution.inputs()], Vec::new());
        let mut rest = x;
        for &piece in pieces {
            let (now, later) = rest.split_at(piece * convolution.channels);
            let mut out = vec![0.0; now.len()];
            let rows = (0..piece).collect();
            let mut sequences =
                [StepSequence { rows, inputs: &mut inputs, state_rows: &mut [], state: &mut [] }];
            convolution.forward(&context(), &mut sequences, now, &mut out);
            answer.extend(out);
            rest = later;
        }
        answer
    }

    #[test]
    fn a_row_meets_those_before_it_at_the_distance_of_the_dilation() {
        let mut convolution = CausalConvolution {
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
}
