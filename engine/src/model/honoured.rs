//! Keys that change every answer of a model: what an architecture does not do is refused, never passed over.

use pelicycle_kernels::GateFunction;

use super::architecture::{Activation, Architecture, Recurrence, RotaryLayers, RoutingScheme};
use super::config_keys::ConfigKeys;
use super::error::ModelError;
use crate::gguf::MetadataValue;

/// Numbers that leave a model as it is when they are 0 or absent, and that no architecture here does anything with.
const CAPS: &[&str] = &[
    "attention.clamp_kqv",
    "attn_logit_softcapping",
    "router_logit_softcapping",
    "attention.temperature_scale",
    "attention.max_alibi_bias",
    "attention.output_scale",
    "attention.kv_lora_rank_swa",
    "attention.output_lora_rank",
    "activation.situ_beta",
    "attn_res.block_size",
    "expert_group_scale",
    "expert_latent_length",
    "experts_per_group",
    "hash_layer_count",
    "kda.gate_lower_bound",
];

/// Numbers that leave a model as it is when they are 0 or 1 or absent, and that no architecture here does anything with.
const FACTORS: &[&str] =
    &["attention.indexer.kpool", "attention.value_scale", "num_loops", "rope.scaling.alpha", YARN_FACTOR];

/// A factor of what YaRN turns, beside `rope.scaling.attn_factor`.
const YARN_FACTOR: &str = "rope.scaling.yarn_attn_factor";

/// Switches that change every answer when they are on, and that no architecture here has.
const SWITCHES: &[&str] = &["kda.safe_gate", "use_parallel_residual"];

/// Checks that the file asks for nothing that its architecture does not do.
pub(super) fn honours(keys: &ConfigKeys<'_>, architecture: &Architecture) -> Result<(), ModelError> {
    let demands = Demands { keys, architecture };
    demands.numbers()?;
    demands.switches()?;
    demands.layers()?;
    demands.routing()
}

/// The demands of a file on its architecture.
struct Demands<'a> {
    keys: &'a ConfigKeys<'a>,
    architecture: &'a Architecture,
}

impl Demands<'_> {
    fn refuse(&self, name: &str, found: &dyn ToString) -> Result<(), ModelError> {
        Err(ModelError::Unhonoured {
            path: self.keys.gguf.path().to_owned(),
            key: self.keys.key(name),
            found: found.to_string(),
            architecture: self.architecture.name.to_owned(),
        })
    }

    /// Refuses a number that is not one of those that change nothing.
    fn only(&self, name: &str, neutral: &[f32]) -> Result<(), ModelError> {
        let value = self.keys.gguf.f32(&self.keys.key(name))?;
        value.filter(|value| !neutral.contains(value)).map_or(Ok(()), |value| self.refuse(name, &value))
    }

    /// Refuses a switch that stands so.
    fn never(&self, name: &str, refused: bool) -> Result<(), ModelError> {
        match self.keys.gguf.bool(&self.keys.key(name))? {
            Some(found) if found == refused => self.refuse(name, &found),
            _ => Ok(()),
        }
    }

    fn numbers(&self) -> Result<(), ModelError> {
        let honoured =
            |name: &str| self.architecture.query_temperature && name == "attention.temperature_scale";
        CAPS.iter().filter(|name| !honoured(name)).try_for_each(|name| self.only(name, &[0.0]))?;
        FACTORS.iter().try_for_each(|name| self.only(name, &[0.0, 1.0]))?;
        if !self.architecture.hyper_connections {
            self.only("hyper_connection.count", &[0.0, 1.0])?;
        }
        if !self.architecture.divided_logits {
            self.only("logit_scale", &[0.0, 1.0])?;
        }
        self.extrapolation()?;
        self.window()?;
        self.only("pooling_type", &[0.0])
    }

    /// Checks the share of YaRN in what turns: all with YaRN, and none without, which files may say; less than 0 is "as
    /// usual".
    fn extrapolation(&self) -> Result<(), ModelError> {
        let name = "rope.scaling.yarn_ext_factor";
        let usual = if self.keys.str("rope.scaling.type")? == Some("yarn") { 1.0 } else { 0.0 };
        let share = self.keys.gguf.f32(&self.keys.key(name))?;
        let other = share.filter(|&share| share.is_nan() || share >= 0.0 && share != usual);
        other.map_or(Ok(()), |share| self.refuse(name, &share))
    }

    /// Checks a window, where all layers see all tokens: it says nothing only if it is as long as the context.
    fn window(&self) -> Result<(), ModelError> {
        let (gguf, name) = (self.keys.gguf, "attention.sliding_window");
        if self.architecture.windows.is_some() {
            return Ok(());
        }
        let Some(window) = gguf.u64(&self.keys.key(name))?.filter(|window| *window > 0) else {
            return Ok(());
        };
        match gguf.u64(&self.keys.key("context_length"))? {
            Some(context) if window >= context => Ok(()),
            _ => self.refuse(name, &window),
        }
    }

    fn switches(&self) -> Result<(), ModelError> {
        SWITCHES.iter().try_for_each(|name| self.never(name, true))?;
        self.never("attention.causal", false)?;
        if self.architecture.turning == RotaryLayers::Never {
            self.never("rope.scaling.finetuned", true)?;
        }
        if self.architecture.recurrence == Some(Recurrence::Mamba2) {
            self.never("ssm.dt_b_c_rms", true)?;
        }
        let name = "hidden_activation";
        let other = self.keys.str(name)?.filter(|found| !is_called(self.architecture.activation, found));
        other.map_or(Ok(()), |found| self.refuse(name, &found))
    }

    /// Checks what may be said of each layer.
    fn layers(&self) -> Result<(), ModelError> {
        let (gguf, is_list) =
            (self.keys.gguf, |value: &MetadataValue| matches!(value, MetadataValue::Array(_)));
        // The engine turns keys and queries in every layer of these architectures.
        let turning = "attention.rope_pattern";
        if gguf.metadata().get(&self.keys.key(turning)).is_some_and(is_list)
            && gguf.bools(&self.keys.key(turning))?.is_some_and(|layers| layers.contains(&false))
        {
            return self.refuse(turning, &"not true for all layers");
        }
        for name in ["swiglu_clamp_exp", "swiglu_clamp_shexp"] {
            let clamps = match gguf.metadata().get(&self.keys.key(name)) {
                Some(MetadataValue::Array(_)) => gguf.f32s(&self.keys.key(name))?,
                _ => gguf.f32(&self.keys.key(name))?.map(|clamp| vec![clamp]),
            };
            if let Some(clamp) = clamps.into_iter().flatten().find(|clamp| *clamp != 0.0) {
                return self.refuse(name, &clamp);
            }
        }
        Ok(())
    }

    fn routing(&self) -> Result<(), ModelError> {
        let routing = self.architecture.routing;
        if matches!(routing, RoutingScheme::Described(..)) {
            return Ok(());
        }
        let renormalized = routing == RoutingScheme::Renormalized;
        self.never("expert_weights_norm", !renormalized)?;
        self.only("expert_weights_scale", &[0.0, 1.0])?;
        self.only("expert_group_count", &[0.0, 1.0])?;
        // 1 is a softmax over all experts, 3 one over the chosen; renormalized, they are the same.
        self.only("expert_gating_func", if renormalized { &[0.0, 1.0, 3.0] } else { &[0.0, 1.0] })
    }
}

/// Whether an activation goes by a name that configurations have.
fn is_called(activation: Activation, name: &str) -> bool {
    match activation {
        Activation::Gated(GateFunction::Silu | GateFunction::Clamped) => {
            matches!(name, "silu" | "swish" | "swiglu")
        }
        Activation::Gated(GateFunction::Gelu) => {
            matches!(name, "gelu" | "gelu_pytorch_tanh" | "gelu_new" | "geglu")
        }
        Activation::SquaredRelu => matches!(name, "relu2" | "squared_relu"),
    }
}
