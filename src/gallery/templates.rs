//! The templates, carried in the program. Escaping is on for all of them, and an unknown name is an error.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::GalleryError;

const FILES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../templates/base.html")),
    ("index.html", include_str!("../../templates/index.html")),
    ("prompt.html", include_str!("../../templates/prompt.html")),
    ("section.html", include_str!("../../templates/section.html")),
    ("attempt.html", include_str!("../../templates/attempt.html")),
];

/// The site's style sheet.
pub(super) const STYLE: &str = include_str!("../../templates/style.css");

pub(super) fn environment() -> Result<Environment<'static>, GalleryError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_global("generator", concat!("pelicycle ", env!("CARGO_PKG_VERSION")));
    for (name, source) in FILES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}
