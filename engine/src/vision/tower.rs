//! A vision tower: from a picture in its final size to the rows that stand for it.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::encoding::{EncodingWatch, PictureProgress};
use super::patch_embedding::PatchEmbedding;
use super::patch_grid::PatchGrid;
use super::patch_means::PatchMeans;
use super::patch_merger::PatchMerger;
use super::picture::Picture;
use super::tower_block::{TowerBlock, TowerScratch, norm_rows};
use super::tower_config::TowerConfig;
use super::tower_kind::{TowerEnd, TowerKind};
use super::tower_rope::{HeadTurns, TowerRope};
use super::tower_source::TowerSource;
use crate::gguf::Gguf;
use crate::model::{ComputeContext, ModelError, Norm, PictureRows, TensorReader};

/// The weights of a tower.
#[derive(Debug)]
pub(super) struct VisionTower {
    kind: &'static TowerKind,
    config: TowerConfig,
    embedding: PatchEmbedding,
    first_norm: Option<Norm>,
    rope: Option<TowerRope>,
    blocks: Vec<TowerBlock>,
    /// The mergers of the stream after some blocks, for the model's first layers.
    deepstack: Vec<Option<PatchMerger>>,
    end: TokenMaker,
}

/// The part that makes tokens of patches.
#[derive(Debug)]
enum TokenMaker {
    Merger(Box<PatchMerger>),
    Means(Box<PatchMeans>),
}

impl VisionTower {
    pub(super) fn read(gguf: &Arc<Gguf>, kind: &'static TowerKind) -> Result<VisionTower, ModelError> {
        let config = TowerConfig::read(gguf, kind)?;
        let tensors = TensorReader::new(gguf);
        let source = TowerSource { gguf, tensors: &tensors, kind, config: &config };
        let blocks: Vec<TowerBlock> =
            (0..config.blocks).map(|block| TowerBlock::read(&source, block)).collect::<Result<_, _>>()?;
        check_heads(&source, &blocks)?;
        let deepstack = match kind.end {
            TowerEnd::Merger => (0..config.blocks)
                .map(|block| PatchMerger::deepstack(&source, block))
                .collect::<Result<_, _>>()?,
            TowerEnd::TransposedMeans(_) | TowerEnd::ScaledMeans(_) | TowerEnd::ChannelMerger => Vec::new(),
        };
        let end = match kind.end {
            TowerEnd::Merger => TokenMaker::Merger(Box::new(PatchMerger::read(&source)?)),
            TowerEnd::ChannelMerger => TokenMaker::Merger(Box::new(PatchMerger::by_channels(&source)?)),
            TowerEnd::TransposedMeans(_) => TokenMaker::Means(Box::new(PatchMeans::transposed(&source)?)),
            TowerEnd::ScaledMeans(_) => TokenMaker::Means(Box::new(PatchMeans::scaled(&source)?)),
        };
        let embedding = PatchEmbedding::read(&source)?;
        let first_norm = match kind.norm_before {
            true => Some(source.norm("v.pre_ln", config.width)?),
            false => None,
        };
        let rope = kind.rope.map(|rope| TowerRope::new(rope, blocks[0].head_size()));
        tensors.find_holes()?;
        // Ears, and a copy of a row of the model's own table.
        ["a.", "mm.a.", "v.token_embd.img_break"].iter().for_each(|prefix| tensors.pass_over(prefix));
        tensors.finish(kind.name)?;
        Ok(VisionTower { kind, embedding, first_norm, rope, blocks, deepstack, end, config })
    }

    pub(super) fn kind(&self) -> &'static TowerKind {
        self.kind
    }

    pub(super) fn config(&self) -> &TowerConfig {
        &self.config
    }

    /// Patches that a picture may have one way.
    pub(super) fn longest(&self) -> usize {
        self.embedding.longest()
    }

    /// Layers of the model that get rows of their own.
    pub(super) fn deepstack_layers(&self) -> usize {
        self.deepstack.iter().flatten().count()
    }

    /// The rows of a picture that consists of whole tokens; `None` where the watch breaks it off.
    pub(super) fn encode(
        &self,
        context: &ComputeContext,
        picture: &Picture,
        tell: &mut dyn FnMut(PictureProgress) -> ControlFlow<()>,
    ) -> Option<PictureRows> {
        let TowerConfig { width, patch, merge, epsilon, projection, .. } = self.config;
        let (rows, columns) = (picture.height() as usize / patch, picture.width() as usize / patch);
        let window = self.kind.windowed.then(|| PatchGrid::window_side(patch, merge));
        let grid = PatchGrid::new(rows, columns, window);
        let blocks = grid.blocks(merge);
        let mut watch = EncodingWatch::new(self.blocks.len(), tell);
        let mut stream = self.embedding.embed(context, picture, &grid);
        if let Some(norm) = &self.first_norm {
            let mut normed = pelicycle_kernels::Activations::default();
            norm_rows(context, norm, epsilon, &stream, width, &mut normed);
            stream.copy_from_slice(normed.floats_mut());
        }
        let turns: Option<Vec<HeadTurns>> =
            self.rope.as_ref().map(|rope| grid.places.iter().map(|&place| rope.turns(place)).collect());
        let turning = self.rope.as_ref().zip(turns.as_deref());
        let mut scratch = TowerScratch::default();
        let mut deepstack = Vec::new();
        for (i, block) in self.blocks.iter().enumerate() {
            let passed = block.forward(context, (&grid, turning), &mut stream, &mut scratch, &mut watch);
            if passed.is_break() {
                return None;
            }
            if let Some(Some(merger)) = self.deepstack.get(i) {
                deepstack.push(merger.merge(context, &stream, width, &blocks));
            }
        }
        let embeddings = match &self.end {
            TokenMaker::Merger(merger) => merger.merge(context, &stream, width, &blocks),
            TokenMaker::Means(means) => means.merge(context, &stream, width, &blocks),
        };
        Some(PictureRows { columns: columns / merge, width: projection, embeddings, deepstack })
    }
}

/// Checks that heads are of one size in all blocks, for which the turning of heads is made.
fn check_heads(source: &TowerSource<'_>, blocks: &[TowerBlock]) -> Result<(), ModelError> {
    let size = blocks[0].head_size();
    match blocks.iter().position(|block| block.head_size() != size) {
        None => Ok(()),
        Some(at) => Err(ModelError::Value {
            path: source.gguf.path().to_owned(),
            what: format!("the size of heads in v.blk.{at}"),
            found: blocks[at].head_size().to_string(),
            why: "which is not that of the first block; the file is damaged, fetch or convert it again",
        }),
    }
}
