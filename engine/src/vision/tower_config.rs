//! The configuration of a vision tower, read from the metadata and checked before anything is built on it.

use std::sync::Arc;

use super::limits::MAX_PATCHES;
use super::picture::MAX_PICTURE_PIXELS;
use super::tower_kind::{PictureSizing, TowerEnd, TowerKind};
use crate::gguf::Gguf;
use crate::model::{ConfigKeys, LIMIT, ModelError};

/// Patches of a token's side at most.
const MAX_MERGE: usize = 8;

/// Pixels of a token's side at most.
const MAX_TOKEN_SIDE: usize = 1024;

/// The numbers that shape a vision tower.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TowerConfig {
    /// Numbers that stand for a patch.
    pub(super) width: usize,
    pub(super) inner: usize,
    pub(super) blocks: usize,
    pub(super) heads: usize,
    pub(super) epsilon: f32,
    /// Pixels of a patch's side.
    pub(super) patch: usize,
    /// Patches of a token's side.
    pub(super) merge: usize,
    /// Pixels of a side; 0 in the kinds that don't look at it.
    pub(super) image_size: usize,
    pub(super) mean: [f32; 3],
    pub(super) std: [f32; 3],
    /// Width of the model.
    pub(super) projection: usize,
    /// The last of every so many blocks sees all patches, in kinds with windows.
    pub(super) whole_every: usize,
    /// Gelu by erf in feed-forward blocks that go by the file.
    pub(super) gelu: bool,
}

/// The kind of a projector file.
pub(super) fn kind_of(gguf: &Gguf) -> Result<&'static TowerKind, ModelError> {
    let architecture = gguf.require_str("general.architecture")?;
    if architecture != "clip" {
        let architecture = architecture.to_owned();
        return Err(ModelError::NoProjectorFile { path: gguf.path().to_owned(), architecture });
    }
    if gguf.bool("clip.has_vision_encoder")? != Some(true) {
        let keys = ConfigKeys { gguf, architecture: "clip" };
        return Err(keys.fail(
            "has_vision_encoder",
            &"not true",
            "so the file has no eyes; give another projector",
        ));
    }
    // A file that may also hear says of each sense what it has.
    let name = match gguf.str("clip.vision.projector_type")? {
        Some(name) => name,
        None => gguf.require_str("clip.projector_type")?,
    };
    TowerKind::named(name)
        .ok_or_else(|| ModelError::ProjectorKind { path: gguf.path().to_owned(), kind: name.to_owned() })
}

impl TowerConfig {
    pub(super) fn read(gguf: &Arc<Gguf>, kind: &TowerKind) -> Result<TowerConfig, ModelError> {
        let keys = ConfigKeys { gguf, architecture: "clip" };
        let bounded = |name: &str, most: usize| match keys.require(name)? {
            size if size > most => Err(keys.fail(name, &size, "which is more than any projector has")),
            size => Ok(size),
        };
        let width = bounded("vision.embedding_length", 1 << 16)?;
        let heads = bounded("vision.attention.head_count", width)?;
        let epsilon = match kind.epsilon {
            Some(epsilon) => epsilon,
            None => {
                let name = "vision.attention.layer_norm_epsilon";
                keys.required(name, keys.positive(name)?)?
            }
        };
        let said = |name: &str| -> Result<Option<usize>, ModelError> {
            Ok(match keys.size(name)? {
                Some(size) if size > MAX_MERGE => {
                    return Err(keys.fail(name, &size, "which is more patches than a token has"));
                }
                size => size,
            })
        };
        let merge = match kind.end {
            TowerEnd::Merger => said("vision.spatial_merge_size")?.unwrap_or(2),
            TowerEnd::ChannelMerger => said("vision.spatial_merge_size")?.unwrap_or(1),
            TowerEnd::TransposedMeans(usual) | TowerEnd::ScaledMeans(usual) => {
                said("vision.projector.scale_factor")?.unwrap_or(usual)
            }
        };
        let whole_every = match kind.windowed {
            true => keys.require("vision.n_wa_pattern")?,
            false => 1,
        };
        let config = TowerConfig {
            width,
            inner: bounded("vision.feed_forward_length", LIMIT)?,
            blocks: bounded("vision.block_count", 1024)?,
            heads,
            epsilon,
            patch: bounded("vision.patch_size", 256)?,
            merge,
            image_size: match kind.sizing {
                PictureSizing::Square | PictureSizing::LongestEdge => {
                    bounded("vision.image_size", MAX_PICTURE_PIXELS.isqrt())?
                }
                PictureSizing::Area { .. } | PictureSizing::Tokens(_) => 0,
            },
            mean: three(&keys, "vision.image_mean")?,
            std: three(&keys, "vision.image_std")?,
            projection: bounded("vision.projection_dim", LIMIT)?,
            whole_every,
            gelu: gguf.bool("clip.use_gelu")?.unwrap_or(false),
        };
        if config.std.iter().any(|&std| std <= 0.0) {
            return Err(keys.fail("vision.image_std", &format!("{:?}", config.std), "which is no deviation"));
        }
        config.check_sides(&keys, kind)?;
        Ok(config)
    }

    /// Checks that tokens and pictures of this shape stay small enough to be computed.
    fn check_sides(&self, keys: &ConfigKeys<'_>, kind: &TowerKind) -> Result<(), ModelError> {
        if self.patch * self.merge > MAX_TOKEN_SIDE {
            let why = "which with so many patches a token makes tokens of more than 1024 pixels a side";
            return Err(keys.fail("vision.patch_size", &self.patch, why));
        }
        let square = matches!(kind.sizing, PictureSizing::Square);
        if square && (self.image_size / self.patch).pow(2) > MAX_PATCHES {
            let why = "which makes more than 65536 patches of a picture";
            return Err(keys.fail("vision.image_size", &self.image_size, why));
        }
        Ok(())
    }
}

/// A number for each of red, green and blue.
fn three(keys: &ConfigKeys<'_>, name: &str) -> Result<[f32; 3], ModelError> {
    let numbers = keys.gguf.f32s(&keys.key(name))?;
    let numbers = keys.required(name, numbers)?;
    match <[f32; 3]>::try_from(numbers.as_slice()) {
        Ok(three) if three.iter().all(|x| x.is_finite()) => Ok(three),
        _ => Err(keys.fail(
            name,
            &format!("{numbers:?}"),
            "which is not a number for each of red, green and blue",
        )),
    }
}
