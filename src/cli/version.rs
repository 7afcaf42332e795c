//! `pelicycle --version`: what this build is, and what it runs with here.

use std::sync::LazyLock;

use pelicycle_drawing::RENDERER;
use pelicycle_engine::Kernels;

/// The text behind the program's name: its version, then a line for each thing that drawings and times may hang on.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let kernels = match Kernels::chosen() {
        Ok(kernels) => kernels.name.to_owned(),
        Err(error) => error.to_string(),
    };
    let features = if cfg!(feature = "packaging") { "packaging" } else { "none" };
    [
        env!("CARGO_PKG_VERSION").to_owned(),
        format!("commit    {}", option_env!("PELICYCLE_COMMIT").unwrap_or("unknown")),
        format!("build     {}, {}", env!("PELICYCLE_TARGET"), env!("PELICYCLE_LEVEL")),
        format!("features  {features}"),
        format!("kernels   {kernels}"),
        format!("renderer  {RENDERER}"),
    ]
    .join("\n")
});
