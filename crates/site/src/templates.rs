//! The templates, carried in the program. Escaping is on for all of them, and an unknown name is an error.

use std::sync::LazyLock;

use base64::Engine as _;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::SiteSettings;

const FILES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../../templates/base.html")),
    ("index.html", include_str!("../../../templates/index.html")),
    ("prompt.html", include_str!("../../../templates/prompt.html")),
    ("section.html", include_str!("../../../templates/section.html")),
    ("attempt.html", include_str!("../../../templates/attempt.html")),
    ("model.html", include_str!("../../../templates/model.html")),
    ("grid.html", include_str!("../../../templates/grid.html")),
    ("ranking.html", include_str!("../../../templates/ranking.html")),
    ("chart.html", include_str!("../../../templates/chart.html")),
    ("timeline.html", include_str!("../../../templates/timeline.html")),
    ("versus.html", include_str!("../../../templates/versus.html")),
    ("feed.xml", include_str!("../../../templates/feed.xml")),
    ("sitemap.xml", include_str!("../../../templates/sitemap.xml")),
];

/// The site's style sheet.
pub(super) const STYLE: &str = include_str!("../../../templates/style.css");

/// The one script. It stands in the pages that use it, which name its hash in their policy, so that nothing else runs.
const SCRIPT: &str =
    concat!(include_str!("../../../templates/gallery.js"), include_str!("../../../templates/large.js"));

/// Hash of the program's version, the script and the templates: a page made by others is made anew.
pub(super) fn fingerprint() -> &'static str {
    static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.update(SCRIPT.as_bytes()).update(&[0]);
        for (name, source) in FILES {
            hasher.update(name.as_bytes()).update(&[0]).update(source.as_bytes()).update(&[0]);
        }
        hasher.finalize().to_hex().to_string()
    });
    &FINGERPRINT
}

/// A script or a style as a policy names it.
pub(super) fn script_hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}

/// A page that stands by itself could not be made, which is a fault of the program.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be made: {0}")]
pub struct PageError(#[from] minijinja::Error);

/// A page that stands by itself, in the site's style and `style` after it; the template's text is `template`.
///
/// # Errors
/// When the template is broken.
pub(crate) fn lone_page(
    template: &'static str,
    style: &'static str,
    page: &impl Serialize,
) -> Result<String, PageError> {
    scripted_page(template, style, "", page)
}

/// As `lone_page`, with a script, which the template puts where it wants it.
///
/// # Errors
/// When the template is broken.
pub fn scripted_page(
    template: &'static str,
    style: &'static str,
    script: &'static str,
    page: &impl Serialize,
) -> Result<String, PageError> {
    let mut environment = plain()?;
    let style = format!("{STYLE}{style}");
    environment.add_global("style_hash", script_hash(&style));
    environment.add_global("style", Value::from_safe_string(style));
    environment.add_global("script_hash", script_hash(script));
    environment.add_global("script", Value::from_safe_string(script.to_owned()));
    environment.add_template("lone.html", include_str!("../../../templates/lone.html"))?;
    environment.add_template("page.html", template)?;
    let context = minijinja::context! { page => Value::from(Serde(page)) };
    Ok(environment.get_template("page.html")?.render(context)?)
}

/// An environment without templates: what is put into a page is escaped, and an unknown name is an error.
fn plain() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_global("generator", concat!("pelicycle ", env!("CARGO_PKG_VERSION")));
    Ok(environment)
}

/// An environment with the gallery's templates and its script, for a site that says this of itself.
pub(super) fn environment(site: &SiteSettings) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = plain()?;
    environment.add_global("site", Value::from(Serde(site.shown())));
    environment.add_global("has_logo", site.logo.is_some());
    environment.add_global("script_hash", script_hash(SCRIPT));
    environment.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
    for (name, source) in FILES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}
