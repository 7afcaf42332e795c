//! Rows of activations taken together.

use crate::QuantizedBlock;

/// Bytes of activations that stay in the second cache, beside their sums, while tile after tile meets them.
const NEAR: usize = 512 << 10;

/// Rows of so many blocks that stay near: a multiple of eight, and at least 32.
pub(crate) fn near_rows(blocks: usize) -> usize {
    (NEAR / (blocks * size_of::<QuantizedBlock>()).max(1)).max(32).next_multiple_of(8)
}

/// Calls `$with` for rows of activations, and for where their products go if `$out` is given, by the first of `$count` that
/// there are as many of, until none is left. They are arrays there, so that each count is compiled for itself.
macro_rules! by_groups {
    ($rows:expr, $($count:literal)*, |$group:ident| $with:block) => {{
        let mut rows = $rows;
        $(
            while let Some(($group, rest)) = rows.split_first_chunk::<$count>() {
                $with
                rows = rest;
            }
        )*
        assert!(rows.is_empty(), "rows are taken one by one at last");
    }};
    ($rows:expr, $out:expr, $($count:literal)*, |$group:ident, $of_group:ident| $with:block) => {{
        let (mut rows, mut out) = ($rows, $out);
        $(
            while let Some(($group, rest)) = rows.split_first_chunk::<$count>() {
                let ($of_group, of_rest) = out.split_first_chunk_mut::<$count>().expect("a row of products for each");
                $with
                (rows, out) = (rest, of_rest);
            }
        )*
        assert!(rows.is_empty(), "rows are taken one by one at last");
    }};
}
pub(crate) use by_groups;
