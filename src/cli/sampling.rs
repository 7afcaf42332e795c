//! The flags of sampling, for every command that asks models.

use pelicycle_record::SamplingSettings;

/// The sampling settings of a model. Of a local model, what is not given here or in pelicycle.toml is the file's own
/// recommendation, else llama.cpp's custom; a service is sent only what is given.
#[derive(Debug, clap::Args)]
pub(super) struct SamplingArgs {
    /// Softmax temperature; 0 always takes the best token.
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    temperature: Option<f32>,
    /// Choose among this many best tokens; 0 is off.
    #[arg(long, value_name = "N")]
    top_k: Option<u32>,
    /// Choose among the best tokens that have this probability together; 1 is off.
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    top_p: Option<f32>,
    /// Leave out tokens less likely than this share of the best; 0 is off.
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    min_p: Option<f32>,
    /// Make recent tokens less likely; 1 is off.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    repeat_penalty: Option<f32>,
    /// Bound on the tokens of a reply [default: a service's own; of a local model 32768, or its context where that is less].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// Bound on the tokens of prompt and reply together; of services, Ollama alone takes one (num_ctx).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    context: Option<u32>,
    /// Ask a model that can to think first, or not to.
    #[arg(long, value_name = "on|off", value_parser = ["on", "off"])]
    thinking: Option<String>,
    /// The thinking effort of a service's model, in the service's own word, such as low or high.
    #[arg(long, value_name = "WORD")]
    effort: Option<String>,
}

impl SamplingArgs {
    /// The settings that were given.
    pub(super) fn settings(&self) -> SamplingSettings {
        SamplingSettings {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            repeat_penalty: self.repeat_penalty,
            max_tokens: self.max_tokens,
            context: self.context,
            thinking: self.thinking.as_deref().map(|word| word == "on"),
            effort: self.effort.clone(),
        }
    }
}
