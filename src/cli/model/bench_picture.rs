//! The part of `pelicycle model bench` about pictures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::Model;
use pelicycle_engine::vision::Projector;
use pelicycle_engine::{PictureSpeed, bench_picture, picture_speed};
use pelicycle_run::{Config, VisionSupport};
use serde::Serialize;

use crate::cli::error::usage;
use crate::cli::named_projectors::projectors_or_warning;

/// The time that a picture takes.
#[derive(Debug, Serialize)]
pub(super) struct PictureLine {
    projector: PathBuf,
    /// `clip.projector_type`.
    kind: &'static str,
    /// Pixels of the picture's side before it is given the model's size.
    side: u32,
    width: u32,
    height: u32,
    tokens: usize,
    /// The engine's own bound on tokens of a picture.
    max_tokens: Option<usize>,
    encode_seconds: f64,
    encode_fastest: f64,
    encode_slowest: f64,
    /// Of all threads, where the system tells.
    encode_processor_seconds: Option<f64>,
    read_seconds: f64,
}

/// The projector to measure with: the one that was given, that pelicycle.toml has for the model, or that lies beside it.
pub(super) fn projector(gguf: &Arc<Gguf>, given: Option<&Path>) -> anyhow::Result<Arc<Projector>> {
    let path = gguf.path();
    let sight = projectors_or_warning(&Config::load(None)?, given).sight(path, gguf);
    match sight {
        VisionSupport::Sees(projector) => Ok(projector),
        VisionSupport::NoModel(why) => Err(why.into()),
        VisionSupport::Unusable { .. } => {
            anyhow::bail!("the projector can't be used: {}", sight.fault().unwrap_or_default())
        }
        VisionSupport::TextAlone if path.is_file() => usage(&format!(
            "no projector for {} lies beside it, so it sees no pictures; give one with --projector, such as \
             mmproj-F16.gguf of its repository",
            path.display()
        )),
        VisionSupport::TextAlone => usage("hatchling reads text alone; name a model that sees pictures"),
    }
}

/// Measures how long a picture takes.
pub(super) fn measure_picture(
    model: &Model,
    side: u32,
    open: &Projector,
    repeat: usize,
) -> anyhow::Result<PictureLine> {
    let speed: PictureSpeed = picture_speed(model, open, &bench_picture(side), repeat, processor)?;
    Ok(PictureLine {
        projector: open.gguf().path().to_owned(),
        kind: open.kind(),
        side,
        width: speed.width,
        height: speed.height,
        tokens: speed.tokens,
        max_tokens: open.limits().max_tokens,
        encode_seconds: speed.encode_seconds,
        encode_fastest: speed.encode_range.0,
        encode_slowest: speed.encode_range.1,
        encode_processor_seconds: speed.encode_processor_seconds,
        read_seconds: speed.read_seconds,
    })
}

/// Seconds of processor time that this process has taken so far.
fn processor() -> Option<f64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
    }
    #[cfg(not(unix))]
    None
}

impl PictureLine {
    pub(super) fn text(&self) -> String {
        let PictureLine { side, width, height, tokens, .. } = self;
        let name = self.projector.file_name().unwrap_or_default().to_string_lossy().into_owned();
        format!(
            "picture {side} × {side}, shown as {width} × {height}: {tokens} tokens, encoded in {:.2} s \
             ({:.2}-{:.2}), read in {:.2} s; {} in {name}",
            self.encode_seconds, self.encode_fastest, self.encode_slowest, self.read_seconds, self.kind,
        )
    }
}
