//! Routed experts: a router chooses a few of many gated blocks for each row.
//!
//! Rows are gathered by expert, so that an expert's weights are read once for all the rows that chose it.

use std::ops::Range;

use pelicycle_kernels::Activations;

use super::architecture::Activation;
use super::compute_context::ComputeContext;
use super::config::ExpertConfig;
use super::error::ModelError;
use super::expert_matrices::ExpertMatrices;
use super::expert_router::ExpertRouter;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, columns, products};

/// The weights of one layer's experts: of each matrix the experts' rows one expert after another.
#[derive(Debug)]
pub(super) struct RoutedExperts {
    router: Matrix,
    /// `None` where the activation needs no gate.
    gate: Option<Matrix>,
    up: Matrix,
    down: Matrix,
    /// The matrices before and after the experts, where these work on fewer numbers than a layer.
    latent: Option<(Matrix, Matrix)>,
    pub(super) count: usize,
    routing: ExpertRouter,
    activation: Activation,
}

/// The experts that the rows of a step chose in one layer, ascending in each row, and their weights: `used` numbers a
/// row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LayerRouting<'a> {
    pub(crate) used: usize,
    pub(crate) experts: &'a [u32],
    pub(crate) weights: &'a [f32],
}

impl<'a> LayerRouting<'a> {
    /// The experts and weights of each row.
    pub(crate) fn rows(self) -> impl Iterator<Item = (&'a [u32], &'a [f32])> {
        self.experts.chunks_exact(self.used).zip(self.weights.chunks_exact(self.used))
    }
}

/// Inner numbers of the experts' rows of a step.
#[derive(Debug, Default)]
pub(super) struct ExpertScratch {
    logits: Vec<f32>,
    experts: Vec<u32>,
    weights: Vec<f32>,
    inner: Activations,
    outer: Vec<f32>,
}

/// The rows that chose one expert, as places among all choices gathered by expert.
struct Group {
    expert: usize,
    places: Range<usize>,
}

/// Refuses a router of zeros, as a file has it that was not fetched whole: all experts would be equally good.
fn check_router(source: &LayerSource<'_>) -> Result<(), ModelError> {
    let name = format!("{}.weight", source.name("ffn_gate_inp"));
    let tensor = source.gguf.require_tensor(&name)?;
    if source.gguf.is_hollow() || source.gguf.bytes(tensor).iter().any(|byte| *byte != 0) {
        return Ok(());
    }
    Err(ModelError::Value {
        path: source.gguf.path().to_owned(),
        what: format!("tensor {name:?}"),
        found: "all zero".into(),
        why: "so the file is damaged; fetch or convert it again",
    })
}

impl RoutedExperts {
    pub(super) fn read(source: &LayerSource<'_>, experts: ExpertConfig) -> Result<RoutedExperts, ModelError> {
        let width = source.config.width;
        let latent = match source.has("ffn_latent_down.weight") {
            true => {
                let name = format!("{}.weight", source.name("ffn_latent_down"));
                let size = match source.keys().size("moe_latent_size")? {
                    Some(size) => size,
                    None => source.tensors.size(&name, 1)?,
                };
                Some((
                    source.matrix("ffn_latent_down", &[width, size])?,
                    source.matrix("ffn_latent_up", &[size, width])?,
                ))
            }
            false => None,
        };
        let read = latent.as_ref().map_or(width, |(down, _)| down.rows);
        let ExpertMatrices { gate, up, mut down } = ExpertMatrices::read(source, experts.count, read)?;
        let correction = match source.has("exp_probs_b.bias") {
            true => Some(source.tensors.numbers(&source.name("exp_probs_b.bias"), &[experts.count])?),
            false => None,
        };
        let mut routing =
            ExpertRouter::read(&source.keys(), source.architecture.routing, experts, correction)?;
        if source.architecture.dense_beside_experts {
            // Part of the weights, not of a number format.
            routing.expert_scales = down.take_factors().filter(|scales| scales.len() == experts.count);
        }
        check_router(source)?;
        Ok(RoutedExperts {
            router: source.matrix("ffn_gate_inp", &[source.config.width, experts.count])?,
            gate,
            up,
            down,
            count: experts.count,
            routing,
            activation: source.architecture.activation,
            latent,
        })
    }

    /// Writes the experts' weighed answers for each row of `x` (normed) to `out`; tells `routed` which experts the rows
    /// chose.
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut ExpertScratch,
        out: &mut [f32],
        routed: &mut dyn FnMut(LayerRouting<'_>),
    ) {
        self.route(context, x, scratch, routed);
        self.answer(context, x, scratch, out);
    }

    /// Chooses the experts of each row of `x`, and tells `routed`.
    pub(super) fn route(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut ExpertScratch,
        routed: &mut dyn FnMut(LayerRouting<'_>),
    ) {
        let used = self.routing.used();
        let ExpertScratch { logits, experts, weights, .. } = scratch;
        logits.resize(x.rows() * self.count, 0.0);
        products(context, x, &mut [(&self.router, logits)]);
        experts.clear();
        weights.clear();
        for logits in logits.chunks_exact_mut(self.count) {
            self.routing.choose(logits, experts, weights);
        }
        routed(LayerRouting { used, experts, weights });
    }

    /// Writes the chosen experts' weighed answers for each row of `x` to `out`.
    pub(super) fn answer(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut ExpertScratch,
        out: &mut [f32],
    ) {
        let Some((down, up)) = &self.latent else { return self.answer_plainly(context, x, scratch, out) };
        let (mut read, mut answer) = (Activations::default(), Activations::default());
        read.reset(x.rows(), down.rows);
        products(context, x, &mut [(down, read.floats_mut())]);
        answer.reset(x.rows(), down.rows);
        self.answer_plainly(context, &mut read, scratch, answer.floats_mut());
        products(context, &mut answer, &mut [(up, out)]);
    }

    fn answer_plainly(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut ExpertScratch,
        out: &mut [f32],
    ) {
        let used = self.routing.used();
        let ExpertScratch { experts, weights, inner, outer, .. } = scratch;
        // Choices in the order of their experts, and back: `order[place]` is a choice, `places[choice]` its place.
        let mut order: Vec<usize> = (0..experts.len()).collect();
        order.sort_by_key(|&choice| experts[choice]);
        let mut places = vec![0; order.len()];
        for (place, &choice) in order.iter().enumerate() {
            places[choice] = place;
        }
        let rows: Vec<usize> = order.iter().map(|choice| choice / used).collect();
        let mut groups: Vec<Group> = Vec::new();
        for (place, &choice) in order.iter().enumerate() {
            let expert = experts[choice] as usize;
            match groups.last_mut() {
                Some(group) if group.expert == expert => group.places.end = place + 1,
                _ => groups.push(Group { expert, places: place..place + 1 }),
            }
        }

        self.ask_ahead(&groups);
        self.gate_and_up(context, x, &groups, &rows, inner);
        self.down(context, inner, &groups, outer);

        let width = self.down.rows / self.count;
        let mut answers: Vec<_> = out.chunks_exact_mut(width).enumerate().collect();
        let weigh = |(row, out): &mut (usize, &mut [f32])| {
            out.fill(0.0);
            for choice in *row * used..(*row + 1) * used {
                let answer = &outer[places[choice] * width..][..width];
                for (out, x) in out.iter_mut().zip(answer) {
                    *out += weights[choice] * x;
                }
            }
        };
        if answers.len() < 8 {
            answers.iter_mut().for_each(weigh);
        } else {
            context.pool.for_each(&mut answers, weigh);
        }
    }

    /// Asks for the weights of the chosen experts, where they may have to come from disk: all at once, in the order of use.
    fn ask_ahead(&self, groups: &[Group]) {
        for matrix in [self.gate.as_ref(), Some(&self.up), Some(&self.down)].into_iter().flatten() {
            let rows = matrix.rows / self.count;
            groups.iter().for_each(|group| matrix.ask_ahead(group.expert * rows..(group.expert + 1) * rows));
        }
    }

    /// `inner` = act(gate·x) ⊙ (up·x), or act(up·x), at every place.
    fn gate_and_up(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        groups: &[Group],
        rows: &[usize],
        inner: &mut Activations,
    ) {
        struct Piece<'a> {
            weights: Range<usize>,
            rows: &'a [usize],
            out: Vec<&'a mut [f32]>,
        }
        if self.gate.as_ref().is_some_and(|gate| gate.rounds(context)) || self.up.rounds(context) {
            context.quantize(x);
        }
        let width = self.up.rows / self.count;
        inner.reset(rows.len(), width);
        let step = self.up.rows_a_piece(context, groups.len() * width * self.up.row_bytes());
        let mut rest = inner.floats_mut();
        let mut pieces = Vec::new();
        for group in groups {
            let (mine, others) = rest.split_at_mut(group.places.len() * width);
            rest = others;
            for (range, out) in columns(mine, width, step) {
                let weights = group.expert * width + range.start..group.expert * width + range.end;
                pieces.push(Piece { weights, rows: &rows[group.places.clone()], out });
            }
        }
        let x = &*x;
        context.pool.for_each(&mut pieces, |Piece { weights, rows, out }| {
            let Some(gate) = &self.gate else {
                self.up.multiply(context, weights.clone(), x, rows, out);
                out.iter_mut().for_each(|inner| self.activation.apply(context, inner, &[]));
                return;
            };
            gate.multiply(context, weights.clone(), x, rows, out);
            let mut up = vec![0.0; rows.len() * weights.len()];
            let mut slices: Vec<&mut [f32]> = up.chunks_exact_mut(weights.len()).collect();
            self.up.multiply(context, weights.clone(), x, rows, &mut slices);
            for (gate, up) in out.iter_mut().zip(up.chunks_exact(weights.len())) {
                self.activation.apply(context, gate, up);
            }
        });
    }

    /// `outer` = down·inner at every place.
    fn down(
        &self,
        context: &ComputeContext,
        inner: &mut Activations,
        groups: &[Group],
        outer: &mut Vec<f32>,
    ) {
        struct Piece<'a> {
            weights: Range<usize>,
            places: Range<usize>,
            out: Vec<&'a mut [f32]>,
        }
        if self.down.rounds(context) {
            context.quantize(inner);
        }
        let width = self.down.rows / self.count;
        outer.resize(inner.rows() * width, 0.0);
        let step = self.down.rows_a_piece(context, groups.len() * width * self.down.row_bytes());
        let mut rest = &mut outer[..];
        let mut pieces = Vec::new();
        for group in groups {
            let (mine, others) = rest.split_at_mut(group.places.len() * width);
            rest = others;
            for (range, out) in columns(mine, width, step) {
                let weights = group.expert * width + range.start..group.expert * width + range.end;
                pieces.push(Piece { weights, places: group.places.clone(), out });
            }
        }
        let inner = &*inner;
        context.pool.for_each(&mut pieces, |Piece { weights, places, out }| {
            let places: Vec<usize> = places.clone().collect();
            self.down.multiply(context, weights.clone(), inner, &places, out);
        });
    }
}
