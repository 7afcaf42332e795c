//! From pixels to the numbers that stand for patches: normalisation, the patch embedding, the tables of positions.

use pelicycle_kernels::Activations;

use super::float_matrix::FloatMatrix;
use super::patch_grid::{CHUNK, PatchGrid};
use super::picture::Picture;
use super::tower_config::TowerConfig;
use super::tower_kind::PositionTable;
use super::tower_source::TowerSource;
use crate::model::{ComputeContext, ModelError};

/// Red, green and blue.
const CHANNELS: usize = 3;

/// The patch embedding, and what the tower knows of places from tables.
#[derive(Debug)]
pub(super) struct PatchEmbedding {
    matrix: FloatMatrix,
    table: PositionTable,
    /// Rows of the table, or of one of its two.
    table_rows: usize,
    positions: Vec<f32>,
    /// The number that each byte of each channel becomes.
    levels: [[f32; 256]; CHANNELS],
    patch: usize,
}

impl PatchEmbedding {
    pub(super) fn read(source: &TowerSource<'_>) -> Result<PatchEmbedding, ModelError> {
        let TowerConfig { width, patch, .. } = *source.config;
        let dims = [patch, patch, CHANNELS, width];
        let mut weights = source.numbers("v.patch_embd.weight", &dims)?;
        if source.kind.frames == 2 {
            let second = source.numbers("v.patch_embd.weight.1", &dims)?;
            weights.iter_mut().zip(second).for_each(|(a, b)| *a += b);
        }
        let bias = match source.kind.patch_bias {
            true => Some(source.numbers("v.patch_embd.bias", &[width])?),
            false => None,
        };
        let table = source.kind.positions;
        let (table_rows, positions) = positions(source, table)?;
        Ok(PatchEmbedding {
            matrix: FloatMatrix { columns: CHANNELS * patch * patch, weights, bias },
            table,
            table_rows,
            positions,
            levels: levels(source.config, source.kind.centered),
            patch,
        })
    }

    /// Patches that a picture may have one way, in towers whose tables end.
    pub(super) fn longest(&self) -> usize {
        match self.table {
            PositionTable::TwoAxes => self.table_rows,
            PositionTable::None | PositionTable::Stretched | PositionTable::Whole => usize::MAX,
        }
    }

    /// The numbers that stand for the patches of a picture, in the order of the grid.
    pub(super) fn embed(&self, context: &ComputeContext, picture: &Picture, grid: &PatchGrid) -> Vec<f32> {
        let width = self.matrix.rows();
        let mut stream = vec![0.0; grid.len() * width];
        let mut pixels = Activations::default();
        for (places, out) in grid.places.chunks(CHUNK).zip(stream.chunks_mut(CHUNK * width)) {
            pixels.reset(places.len(), self.matrix.columns);
            for (&place, row) in places.iter().zip(pixels.rows_mut()) {
                self.pixels(picture, place, row);
            }
            self.matrix.multiply(context, &pixels, out);
        }
        for (&place, x) in grid.places.iter().zip(stream.chunks_exact_mut(width)) {
            self.add_position(grid, place, x);
        }
        stream
    }

    /// Writes the normalised pixels of a patch, channel by channel.
    fn pixels(&self, picture: &Picture, (row, column): (usize, usize), out: &mut [f32]) {
        let line = picture.width() as usize * CHANNELS;
        for (y, bytes) in picture.rgb().chunks_exact(line).skip(row * self.patch).take(self.patch).enumerate()
        {
            let bytes = &bytes[column * self.patch * CHANNELS..][..self.patch * CHANNELS];
            for (x, pixel) in bytes.as_chunks::<CHANNELS>().0.iter().enumerate() {
                for (channel, &byte) in pixel.iter().enumerate() {
                    out[(channel * self.patch + y) * self.patch + x] =
                        self.levels[channel][usize::from(byte)];
                }
            }
        }
    }

    fn add_position(&self, grid: &PatchGrid, (row, column): (usize, usize), x: &mut [f32]) {
        let width = x.len();
        let mut add = |at: usize, weight: f32| {
            let numbers = &self.positions[at * width..][..width];
            x.iter_mut().zip(numbers).for_each(|(x, number)| *x += weight * number);
        };
        match self.table {
            PositionTable::None => {}
            PositionTable::Whole => add(row * grid.columns + column, 1.0),
            PositionTable::TwoAxes => {
                add(column, 1.0);
                add(self.table_rows + row, 1.0);
            }
            PositionTable::Stretched => {
                let side = self.table_rows.isqrt();
                let (y, x) = (stretched(row, grid.rows, side), stretched(column, grid.columns, side));
                for (line, of_line) in y {
                    for (at, of_column) in x {
                        add(line * side + at, of_line * of_column);
                    }
                }
            }
        }
    }
}

/// The two rows of a table of `side` between which a place of `count` stands, and their weights: corners meet corners.
fn stretched(place: usize, count: usize, side: usize) -> [(usize, f32); 2] {
    let at = place as f32 * (side - 1) as f32 / (count - 1).max(1) as f32;
    let first = (at.floor() as usize).min(side - 1);
    let rest = at - first as f32;
    [(first, 1.0 - rest), ((first + 1).min(side - 1), rest)]
}

/// The tables of positions, and the rows of each.
fn positions(source: &TowerSource<'_>, table: PositionTable) -> Result<(usize, Vec<f32>), ModelError> {
    let config = source.config;
    let name = "v.position_embd.weight";
    let fail = |found: usize, why| {
        let (path, what) = (source.gguf.path().to_owned(), format!("the number of rows of {name}"));
        ModelError::Value { path, what, found: found.to_string(), why }
    };
    let rows = match table {
        PositionTable::None => return Ok((0, Vec::new())),
        _ => source.tensors.size(name, 1)?,
    };
    match table {
        PositionTable::Stretched if rows.isqrt().pow(2) != rows => {
            return Err(fail(rows, "which is no square"));
        }
        PositionTable::Whole if Some(rows) != square(config) => {
            return Err(fail(rows, "which is not what vision.image_size and vision.patch_size make"));
        }
        PositionTable::TwoAxes => return Ok((rows, source.numbers(name, &[config.width, rows, 2])?)),
        _ => {}
    }
    Ok((rows, source.numbers(name, &[config.width, rows])?))
}

/// Patches of the square picture, if whole tokens make one.
fn square(config: &TowerConfig) -> Option<usize> {
    let side = config.image_size / config.patch;
    (config.image_size.is_multiple_of(config.patch) && side.is_multiple_of(config.merge))
        .then_some(side * side)
}

fn levels(config: &TowerConfig, centered: bool) -> [[f32; 256]; CHANNELS] {
    std::array::from_fn(|channel| {
        std::array::from_fn(|byte| {
            let level = (byte as f32 / 255.0 - config.mean[channel]) / config.std[channel];
            if centered { 2.0 * level - 1.0 } else { level }
        })
    })
}
