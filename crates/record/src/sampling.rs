//! Sampling settings: how a model is to choose its tokens, how long it may go on, and whether it is to think first.

use serde::{Deserialize, Serialize};

/// Declares the settings once: the struct, their names, and which of two counts.
macro_rules! sampling_settings {
    ($($(#[$doc:meta])+ $name:ident: $type:ty,)+) => {
        /// The settings of a model's sampling that somebody asks for; what is absent was not asked for.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct SamplingSettings {
            $(
                $(#[$doc])+
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<$type>,
            )+
        }

        impl SamplingSettings {
            /// The names of all settings, as records and pelicycle.toml have them.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// These settings, and those of `other` where these have none.
            #[must_use]
            pub fn or(self, other: &SamplingSettings) -> SamplingSettings {
                SamplingSettings { $($name: self.$name.or_else(|| other.$name.clone()),)+ }
            }
        }
    };
}

sampling_settings! {
    /// Softmax temperature; 0 is greedy.
    temperature: f32,
    /// Keep this many best tokens.
    top_k: u32,
    /// Keep the best tokens up to this share of probability.
    top_p: f32,
    /// Drop tokens less likely than this share of the best.
    min_p: f32,
    /// Divides the logits of tokens seen of late; 1 is off.
    repeat_penalty: f32,
    /// Bound on the tokens of a reply.
    max_tokens: u32,
    /// Bound on the tokens of prompt and reply together, where that can be set.
    context: u32,
    /// Whether the model was asked to think first.
    thinking: bool,
    /// The thinking effort that was asked for, in the service's own word.
    effort: String,
}
