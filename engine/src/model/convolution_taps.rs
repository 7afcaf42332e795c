//! A convolution over time, each channel by itself: a row meets those before it in its sequence.

use pelicycle_kernels::Kernels;

/// The weights of a convolution over time.
#[derive(Debug)]
pub(super) struct ConvolutionTaps {
    pub(super) channels: usize,
    /// For each tap, oldest first, a weight a channel.
    pub(super) taps: Vec<f32>,
    /// Added to each channel.
    pub(super) bias: Option<Vec<f32>>,
    /// Rows from one tap to the next.
    pub(super) dilation: usize,
    /// Whether its answer goes through silu.
    pub(super) activated: bool,
}

impl ConvolutionTaps {
    /// Numbers that it remembers of a sequence.
    pub(super) fn inputs(&self) -> usize {
        (self.taps.len() - self.channels) * self.dilation
    }

    /// For each new row of a sequence the rows that the taps meet; what is remembered of those before comes first.
    pub(super) fn met<'a>(
        &self,
        remembered: &'a [f32],
        now: &[&'a [f32]],
    ) -> impl Iterator<Item = Vec<&'a [f32]>> {
        let (taps, dilation) = (self.taps.len() / self.channels, self.dilation);
        let all: Vec<&[f32]> = remembered.chunks_exact(self.channels).chain(now.iter().copied()).collect();
        (0..now.len()).map(move |row| (0..taps).map(|tap| all[row + tap * dilation]).collect())
    }

    /// Keeps the last rows of a sequence for the next step.
    pub(super) fn remember(&self, remembered: &mut [f32], now: &[&[f32]]) {
        let channels = self.channels;
        let new = now.len().min(remembered.len() / channels);
        remembered.copy_within(new * channels.., 0);
        let kept = remembered.len() - new * channels;
        let last = &now[now.len() - new..];
        for (to, row) in remembered[kept..].chunks_exact_mut(channels).zip(last) {
            to.copy_from_slice(row);
        }
    }

    /// Writes the answer for one row, from those that its taps meet.
    pub(super) fn convolve(&self, kernels: &Kernels, inputs: &[&[f32]], out: &mut [f32]) {
        let taps = self.taps.chunks_exact(self.channels);
        if !self.activated {
            out.fill(0.0);
            for (input, tap) in inputs.iter().zip(taps) {
                out.iter_mut().zip(*input).zip(tap).for_each(|((out, x), w)| *out += x * w);
            }
            if let Some(bias) = &self.bias {
                out.iter_mut().zip(bias).for_each(|(out, bias)| *out += bias);
            }
            return;
        }
        match &self.bias {
            None => (kernels.convolve)(inputs, &taps.collect::<Vec<_>>(), out),
            Some(bias) => {
                // One more tap, on an input that is always 1.
                let ones = vec![1.0; self.channels];
                let inputs: Vec<&[f32]> = inputs.iter().copied().chain([&ones[..]]).collect();
                let taps: Vec<&[f32]> = taps.chain([&bias[..]]).collect();
                (kernels.convolve)(&inputs, &taps, out);
            }
        }
    }
}
