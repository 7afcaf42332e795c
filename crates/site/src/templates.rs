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
    ("base.html", pelicycle_templates::BASE_HTML),
    ("index.html", pelicycle_templates::INDEX_HTML),
    ("prompt.html", pelicycle_templates::PROMPT_HTML),
    ("section.html", pelicycle_templates::SECTION_HTML),
    ("attempt.html", pelicycle_templates::ATTEMPT_HTML),
    ("model.html", pelicycle_templates::MODEL_HTML),
    ("grid.html", pelicycle_templates::GRID_HTML),
    ("ranking.html", pelicycle_templates::RANKING_HTML),
    ("chart.html", pelicycle_templates::CHART_HTML),
    ("plot.html", pelicycle_templates::PLOT_HTML),
    ("plot.svg", pelicycle_templates::PLOT_SVG),
    ("timeline.html", pelicycle_templates::TIMELINE_HTML),
    ("versus.html", pelicycle_templates::VERSUS_HTML),
    ("seals.html", pelicycle_templates::SEALS_HTML),
    ("premium.html", pelicycle_templates::PREMIUM_HTML),
    ("feed.xml", pelicycle_templates::FEED_XML),
    ("sitemap.xml", pelicycle_templates::SITEMAP_XML),
];

/// The site's style sheet.
pub(super) const STYLE: &str = pelicycle_templates::STYLE_CSS;

/// The script of walls and tables. It stands in the pages that use it, which name its hash in their policy, so that nothing else
/// runs.
const SCRIPT: &str = pelicycle_templates::GALLERY_SCRIPT;
/// The same for the page of one attempt.
const ATTEMPT_SCRIPT: &str = pelicycle_templates::ATTEMPT_SCRIPT;

/// Hash of the program's version, the script and the templates: a page made by others is made anew.
pub(super) fn fingerprint() -> &'static str {
    static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.update(SCRIPT.as_bytes()).update(&[0]).update(ATTEMPT_SCRIPT.as_bytes()).update(&[0]);
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
    environment.add_template("lone.html", pelicycle_templates::LONE_HTML)?;
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
    environment.add_global("attempt_script_hash", script_hash(ATTEMPT_SCRIPT));
    environment.add_global("attempt_script", Value::from_safe_string(ATTEMPT_SCRIPT.to_owned()));
    for (name, source) in FILES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}
