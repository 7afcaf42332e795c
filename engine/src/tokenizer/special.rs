//! Finds tokens that are recognised whole, such as `<|im_end|>` and `<think>`.

/// Texts by first byte, the longest first.
pub(super) struct SpecialIndex {
    by_first: Vec<Vec<(Vec<u8>, u32)>>,
}

impl SpecialIndex {
    pub(super) fn new<'a>(tokens: impl Iterator<Item = (&'a [u8], u32)>) -> SpecialIndex {
        let mut by_first = vec![Vec::new(); 256];
        for (bytes, id) in tokens {
            if let Some(&first) = bytes.first() {
                by_first[usize::from(first)].push((bytes.to_vec(), id));
            }
        }
        for list in &mut by_first {
            list.sort_by_key(|(bytes, _)| std::cmp::Reverse(bytes.len()));
        }
        SpecialIndex { by_first }
    }

    /// The first place of a token at or after `from`, and there the longest token: start, end and id.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<(usize, usize, u32)> {
        let bytes = text.as_bytes();
        (from..bytes.len()).find_map(|start| {
            let rest = &bytes[start..];
            let (token, id) =
                self.by_first[usize::from(bytes[start])].iter().find(|(token, _)| rest.starts_with(token))?;
            Some((start, start + token.len(), *id))
        })
    }
}
