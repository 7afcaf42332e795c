//! Rows of activations taken together.

/// Calls `$with` for rows of activations and where their products go, by the first of `$count` that there are as many of,
/// until none is left. The two are arrays there, so that each count is compiled for itself.
macro_rules! by_groups {
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
