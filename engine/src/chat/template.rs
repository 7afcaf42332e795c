//! The chat template of a model: a Jinja program that writes a conversation as the model was trained to read it.

use std::io;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind};
use serde::Serialize;

use super::environment::{explain, jinja2, set_time};
use super::error::ChatError;
use super::limits::MAX_OUTPUT_BYTES;
use super::trial::TemplateTrial;
use super::{fallback, source};
use crate::gguf::Gguf;

const NAME: &str = "chat_template";

/// A compiled chat template with the texts of the model's begin and end tokens.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    bos: String,
    eos: String,
    remark: Option<String>,
}

impl ChatTemplate {
    /// The template that a model file carries, or the likeliest where it carries none; [`ChatTemplate::remark`] says
    /// so then.
    ///
    /// # Errors
    /// When the template is not valid.
    pub fn from_gguf(gguf: &Gguf) -> Result<ChatTemplate, ChatError> {
        let source = gguf.str("tokenizer.chat_template")?;
        // A blank one is none: some converters write the key all the same.
        if let Some(source) = source.filter(|source| !source.trim().is_empty()) {
            return ChatTemplate::for_gguf(source, gguf);
        }
        let (source, remark) = fallback::template(gguf.strings("tokenizer.ggml.tokens")?.unwrap_or_default());
        Ok(ChatTemplate { remark: Some(remark), ..ChatTemplate::for_gguf(source, gguf)? })
    }

    /// Another template for the model of a file, whose begin and end tokens it uses.
    ///
    /// # Errors
    /// When the template is not valid.
    pub fn for_gguf(source: &str, gguf: &Gguf) -> Result<ChatTemplate, ChatError> {
        let bos = token_text(gguf, "tokenizer.ggml.bos_token_id")?;
        let eos = token_text(gguf, "tokenizer.ggml.eos_token_id")?;
        ChatTemplate::new(source, bos, eos)
    }

    /// Compiles a template.
    ///
    /// # Errors
    /// When it is not valid.
    pub fn new(source: &str, bos: &str, eos: &str) -> Result<ChatTemplate, ChatError> {
        let owned = |text: &str| text.to_owned();
        let trial =
            TemplateTrial { source: owned(source), bos: owned(bos), eos: owned(eos), conversation: None };
        trial.pass()?;
        ChatTemplate::compile(source, bos, eos)
    }

    /// As [`ChatTemplate::new`], without a trial.
    pub(super) fn compile(source: &str, bos: &str, eos: &str) -> Result<ChatTemplate, ChatError> {
        let mut environment = jinja2()?;
        environment.add_template_owned(NAME, source::prepared(source)).map_err(ChatError::Syntax)?;
        let (source, bos, eos) = (source.to_owned(), bos.to_owned(), eos.to_owned());
        Ok(ChatTemplate { environment, source, bos, eos, remark: None })
    }

    /// The same template at a fixed time, for those that write the date.
    #[must_use]
    pub fn at(mut self, now: jiff::civil::DateTime) -> ChatTemplate {
        set_time(&mut self.environment, move || now);
        self
    }

    /// A sentence about where the template is from, if not from the file.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// The template's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The prompt for a conversation. `arguments` are variables of the template, such as `enable_thinking`,
    /// `tools` or `add_generation_prompt` (false unless given).
    ///
    /// # Errors
    /// When the template refuses the conversation, fails, or oversteps [`super::MAX_STEPS`] or [`MAX_OUTPUT_BYTES`].
    pub fn render<M: Serialize>(
        &self,
        messages: &[M],
        arguments: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<String, ChatError> {
        let plain = |message: &M| serde_json::to_value(message).unwrap_or_default();
        let trial = TemplateTrial {
            source: self.source.clone(),
            bos: self.bos.clone(),
            eos: self.eos.clone(),
            conversation: Some((messages.iter().map(plain).collect(), arguments.clone())),
        };
        trial.pass()?;
        self.render_here(messages, arguments)
    }

    /// As [`ChatTemplate::render`], without a trial.
    pub(super) fn render_here<M: Serialize>(
        &self,
        messages: &[M],
        arguments: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<String, ChatError> {
        let template = self.environment.get_template(NAME).map_err(ChatError::Syntax)?;
        let mut context: Vec<(String, Value)> = vec![
            ("bos_token".into(), self.bos.as_str().into()),
            ("eos_token".into(), self.eos.as_str().into()),
            ("add_generation_prompt".into(), false.into()),
            ("tools".into(), ().into()),
            ("documents".into(), ().into()),
        ];
        context.extend(arguments.iter().map(|(key, value)| (key.clone(), Value::from(Serde(value)))));
        context.push(("messages".into(), Value::from(Serde(messages))));
        let mut output = BoundedText { text: Vec::new(), full: false };
        let rendered = template.render_captured_to(Value::from_pairs(context), &mut output).map(drop);
        match rendered {
            Ok(()) => String::from_utf8(output.text).map_err(|_| {
                ChatError::Render(Error::new(ErrorKind::WriteFailure, "the output is not UTF-8"))
            }),
            Err(_) if output.full => Err(ChatError::TooMuchOutput),
            Err(error) => Err(explain(error)),
        }
    }
}

/// The text of a token that the file names; none for an id past the end, which a converter made up for a model that has
/// no such token.
fn token_text<'a>(gguf: &'a Gguf, key: &str) -> Result<&'a str, ChatError> {
    let Some(id) = gguf.u32(key)? else { return Ok("") };
    let tokens = gguf.require_strings("tokenizer.ggml.tokens")?;
    Ok(tokens.get(id as usize).map_or("", String::as_str))
}

/// Keeps what is written, up to a bound.
struct BoundedText {
    text: Vec<u8>,
    full: bool,
}

impl io::Write for BoundedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > MAX_OUTPUT_BYTES {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
