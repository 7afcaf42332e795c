//! Jinja2 as `transformers` sets it up: its functions, filters and habits.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State};

use super::error::ChatError;
use super::limits::MAX_STEPS;
use super::{filters, globals, methods, python};

/// The environment in which chat templates are rendered.
pub(super) fn jinja2() -> Result<Environment<'static>, ChatError> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(ChatError::Syntax)?,
    );
    environment.set_fuel(Some(MAX_STEPS));
    environment.set_unknown_method_callback(methods::call);
    environment.set_formatter(|out, _: &mut State<'_, '_>, value| {
        out.write_str(&python::str(value)?).map_err(Error::from)
    });
    filters::add(&mut environment);
    globals::add(&mut environment);
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, "raise_exception").with_source(Refusal(message)))
    });
    set_time(&mut environment, || jiff::Zoned::now().datetime());
    Ok(environment)
}

/// Sets the clock that templates read.
pub(super) fn set_time(
    environment: &mut Environment<'_>,
    now: impl Fn() -> jiff::civil::DateTime + Send + Sync + 'static,
) {
    environment.add_function("strftime_now", move |format: String| strftime(&format, now()));
}

/// As the C library does it in its own locale, which leaves what it does not know as it is.
fn strftime(format: &str, now: jiff::civil::DateTime) -> Result<String, Error> {
    let config = jiff::fmt::strtime::Config::new().lenient(true);
    jiff::fmt::strtime::BrokenDownTime::from(now)
        .to_string_with_config(&config, in_parts(format))
        .map_err(|e| Error::new(ErrorKind::InvalidOperation, e.to_string()))
}

/// A format without the whole dates and times that a locale has a form for.
fn in_parts(format: &str) -> String {
    let (mut out, mut rest) = (String::new(), format);
    while let Some(at) = rest.find('%') {
        let (before, directive) = rest.split_at(at);
        let end = 1 + directive.chars().nth(1).map_or(0, char::len_utf8);
        out.push_str(before);
        out.push_str(match &directive[..end] {
            "%c" => "%a %b %e %H:%M:%S %Y",
            "%x" => "%m/%d/%y",
            "%X" => "%H:%M:%S",
            "%r" => "%I:%M:%S %p",
            other => other,
        });
        rest = &directive[end..];
    }
    out + rest
}

/// The words in which a template refuses a conversation.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refusal(String);

/// The error behind what the interpreter says.
pub(super) fn explain(error: Error) -> ChatError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(found) = cause {
        if let Some(Refusal(words)) = found.downcast_ref() {
            return ChatError::Refused(words.clone());
        }
        if found.downcast_ref::<Error>().is_some_and(|e| e.kind() == ErrorKind::OutOfFuel) {
            return ChatError::TooManySteps;
        }
        cause = found.source();
    }
    ChatError::Render(error)
}
