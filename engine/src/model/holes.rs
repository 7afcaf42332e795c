//! Weights that a broken download left out: pages of zeros, which every type reads as weights of zero. The model would
//! answer all the same, and badly.
//!
//! Not all zeros are damage. Rows that only fill up (a padded vocabulary, experts that were cut out) are zeros from the
//! beginning of a row to the end of one; a hole begins and ends anywhere. A layer that was put in to be trained adds nothing:
//! the last matrices of its two parts are zeros. A model that somebody built from a few numbers has zeros all around, and in
//! most of its matrices.

use std::ops::Range;

use super::error::ModelError;
use crate::gguf::{Gguf, TensorInfo, ZeroRun};

/// The shortest run that is looked at: a little less than a page, whose first and last bytes may be told from others.
const SHORTEST: usize = 4000;
/// Bytes of a row beside a run that may be zeros by themselves.
const SLACK: usize = 4;
/// Blocks beside a run that are looked at.
const BESIDE: usize = 64;

/// Checks that none of these tensors, by their places in the file, has a hole.
pub(super) fn check(gguf: &Gguf, tensors: &[usize]) -> Result<(), ModelError> {
    let matrices: Vec<usize> = tensors
        .iter()
        .copied()
        .filter(|&at| gguf.tensors()[at].dims.iter().filter(|&&n| n > 1).count() > 1)
        .collect();
    let runs = gguf.zero_runs(&matrices);
    let is_whole = |run: &&ZeroRun| run.bytes.len() == gguf.tensors()[run.tensor].byte_len();
    if let Some(run) = runs.iter().find(|run| !is_whole(run) && is_hole(gguf, run)) {
        return Err(fault(gguf, run, "zero where other weights stand around"));
    }
    let whole: Vec<&ZeroRun> = runs.iter().filter(is_whole).collect();
    // A model most of whose matrices are zero was made so.
    if 2 * whole.len() >= matrices.len() {
        return Ok(());
    }
    let is_zero = |name: String| whole.iter().any(|run| gguf.tensors()[run.tensor].name == name);
    let adds_nothing = |run: &ZeroRun| match gguf.tensors()[run.tensor].name.rsplit_once('.') {
        Some((matrix, _)) => ends_of_layer(matrix).is_some_and(|ends| ends.into_iter().all(is_zero)),
        None => false,
    };
    match whole.iter().find(|run| !adds_nothing(run)) {
        Some(run) => Err(fault(gguf, run, "all zero")),
        None => Ok(()),
    }
}

/// The two matrices through which a layer adds to its input, if this is one of them. Models that were made deeper by repeating
/// layers have both zero in those.
fn ends_of_layer(matrix: &str) -> Option<[String; 2]> {
    const ENDS: [&str; 2] = ["attn_output", "ffn_down"];
    let (layer, end) = matrix.rsplit_once('.')?;
    ENDS.contains(&end).then(|| ENDS.map(|end| format!("{layer}.{end}.weight")))
}

fn fault(gguf: &Gguf, run: &ZeroRun, found: &str) -> ModelError {
    let info = &gguf.tensors()[run.tensor];
    let Range { start, end } = info.in_file(&run.bytes);
    ModelError::Value {
        path: gguf.part_path(info).to_owned(),
        what: format!("tensor {:?}", info.name),
        found: format!("{found} (bytes {start} to {end} of the file)"),
        why: "so the file has a hole, as a download that broke off leaves one; fetch it again",
    }
}

/// Whether zeros in the midst of a tensor can't have been meant.
fn is_hole(gguf: &Gguf, run: &ZeroRun) -> bool {
    let info = &gguf.tensors()[run.tensor];
    if run.bytes.len() < SHORTEST || !is_dense(info, gguf.bytes(info), &run.bytes) {
        return false;
    }
    let rows = row_bytes(info);
    let begins = run.bytes.start.next_multiple_of(rows) - run.bytes.start < SLACK;
    let ends = run.bytes.end % rows < SLACK;
    let stacked = info.dims.len() > 2;
    let large = 4 * run.bytes.len() >= info.byte_len() && info.name.starts_with("blk.") && !stacked;
    !(begins && ends) || large
}

fn row_bytes(info: &TensorInfo) -> usize {
    let blocks = info.dims[0] as usize / info.tensor_type.block_elements();
    blocks * info.tensor_type.block_bytes()
}

/// Whether most of the blocks right beside a run are others than zero.
fn is_dense(info: &TensorInfo, bytes: &[u8], run: &Range<usize>) -> bool {
    let block = info.tensor_type.block_bytes();
    let begin = run.start - run.start % block;
    let before = bytes[..begin].rchunks_exact(block).take(BESIDE);
    let behind = bytes[run.end.next_multiple_of(block).min(bytes.len())..].chunks_exact(block).take(BESIDE);
    let (mut blocks, mut zeros) = (0, 0);
    for block in before.chain(behind) {
        blocks += 1;
        zeros += usize::from(block.iter().all(|&byte| byte == 0));
    }
    2 * zeros < blocks
}
