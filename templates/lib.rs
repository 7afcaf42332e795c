//! The templates, styles and scripts of all pages, as text: a package, so that the program's packages can carry them.
//!
//! This crate knows nothing of what fills them; `pelicycle-site` and `pelicycle-serve` do.

/// Names the text of each file.
macro_rules! files {
    ($($name:ident = $file:literal),* $(,)?) => {
        $(#[doc = concat!("The text of `", $file, "`.")]
        pub const $name: &str = include_str!($file);)*
    };
}

files! {
    ATTEMPT_HTML = "attempt.html",
    BASE_HTML = "base.html",
    CHART_HTML = "chart.html",
    COMPARE_CSS = "compare.css",
    COMPARE_HTML = "compare.html",
    FEED_XML = "feed.xml",
    GRID_HTML = "grid.html",
    HISTORY_HTML = "history.html",
    INDEX_HTML = "index.html",
    LIVE_JS = "live.js",
    LONE_HTML = "lone.html",
    MODEL_HTML = "model.html",
    PLOT_HTML = "plot.html",
    PLOT_SVG = "plot.svg",
    PROMPT_HTML = "prompt.html",
    RANKING_HTML = "ranking.html",
    RENDERING_HTML = "rendering.html",
    PREMIUM_HTML = "premium.html",
    SEALS_HTML = "seals.html",
    SECTION_HTML = "section.html",
    SITEMAP_XML = "sitemap.xml",
    STYLE_CSS = "style.css",
    TIMELINE_HTML = "timeline.html",
    VERSUS_HTML = "versus.html",
    VOTE_CSS = "vote.css",
    VOTE_HTML = "vote.html",
    VOTE_JS = "vote.js",
}

/// The script of the gallery's walls and tables: `gallery.js`, and `large.js` for drawings that open over the page.
pub const GALLERY_SCRIPT: &str =
    concat!(include_str!("copy.js"), include_str!("gallery.js"), include_str!("large.js"));

/// The script of the page of one attempt, which is short: there are many of them.
pub const ATTEMPT_SCRIPT: &str = concat!(include_str!("copy.js"), include_str!("attempt.js"));
