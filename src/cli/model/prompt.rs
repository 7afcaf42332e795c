//! `pelicycle model prompt`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::ValueEnum;
use pelicycle_engine::chat::{ChatError, ChatTemplate};
use serde_json::{Map, Value};

use super::named;
use super::stdio::{harmless, print, read_text};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                  pelicycle model prompt model.gguf --messages messages.json\n  \
                  pelicycle model prompt model.gguf --messages - --thinking off < messages.json\n\n\
                  messages.json holds a list such as [{\"role\": \"user\", \"content\": \"Draw a pelican\"}].")]
pub(crate) struct PromptArgs {
    /// The model: the path of a .gguf file, local/NAME or hatchling.
    model: String,
    /// A JSON list of messages, each with a role and a content; - is standard input.
    #[arg(long, value_name = "FILE")]
    messages: PathBuf,
    /// Whether the model is asked to think first (the template's variable enable_thinking).
    #[arg(long, value_enum)]
    thinking: Option<Switch>,
    /// A JSON object of variables for the template, such as {"add_generation_prompt": true}.
    #[arg(long, value_name = "FILE")]
    arguments: Option<PathBuf>,
    /// Use this template instead of the model's own.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

pub(crate) fn prompt(args: &PromptArgs) -> anyhow::Result<ExitCode> {
    let gguf = named::open(&args.model)?;
    let template = match &args.template {
        Some(path) => ChatTemplate::for_gguf(&read_text(Some(path))?, &gguf)?,
        None => ChatTemplate::from_gguf(&gguf)?,
    };
    let Value::Array(messages) = read_json(&args.messages)? else {
        bail!("{}: the messages are not a JSON list", args.messages.display());
    };
    let mut arguments = match &args.arguments {
        None => Map::new(),
        Some(path) => match read_json(path)? {
            Value::Object(arguments) => arguments,
            _ => bail!("{}: the arguments are not a JSON object", path.display()),
        },
    };
    if let Some(thinking) = args.thinking {
        arguments.insert("enable_thinking".to_owned(), Value::Bool(thinking == Switch::On));
    }
    let rendered = template.render(&messages, &arguments).map_err(|error| match error {
        ChatError::Refused(words) => anyhow!(ChatError::Refused(harmless(&words))),
        other => anyhow!(other),
    })?;
    print(&rendered)?;
    Ok(ExitCode::SUCCESS)
}

fn read_json(path: &Path) -> anyhow::Result<Value> {
    serde_json::from_str(&read_text(Some(path))?).with_context(|| format!("{} is not JSON", path.display()))
}
