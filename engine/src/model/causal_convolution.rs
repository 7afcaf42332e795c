//! A convolution over time, each channel by itself, of the sequences of a step.

use super::compute_context::ComputeContext;
use super::convolution_taps::ConvolutionTaps;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::step_sequence::StepSequence;

/// A convolution over time.
#[derive(Debug)]
pub(super) struct CausalConvolution {
    taps: ConvolutionTaps,
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
        let channels = channels * names.len();
        Ok(CausalConvolution { taps: ConvolutionTaps { channels, taps, bias, dilation, activated } })
    }

    /// Numbers that it remembers of a sequence.
    pub(super) fn inputs(&self) -> usize {
        self.taps.inputs()
    }

    /// Writes the convolution of every row of `x` to `out`; the last rows of each sequence are kept for the next step.
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        sequences: &mut [StepSequence<'_>],
        x: &[f32],
        out: &mut [f32],
    ) {
        let channels = self.taps.channels;
        let row = |&r: &usize| &x[r * channels..][..channels];
        let mut out: Vec<&mut [f32]> = out.chunks_exact_mut(channels).collect();
        let mut jobs = Vec::with_capacity(out.len());
        for sequence in sequences.iter() {
            let now: Vec<&[f32]> = sequence.rows.iter().map(row).collect();
            let met = self.taps.met(sequence.inputs, &now);
            jobs.extend(met.zip(&sequence.rows).map(|(inputs, &r)| (inputs, std::mem::take(&mut out[r]))));
        }
        context.pool.for_each(&mut jobs, |(inputs, out)| self.taps.convolve(context.kernels, inputs, out));
        for sequence in sequences {
            let now: Vec<&[f32]> = sequence.rows.iter().map(row).collect();
            self.taps.remember(sequence.inputs, &now);
        }
    }
}
