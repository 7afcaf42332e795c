//! Finding the end of reasoning in a reply.

use pelicycle_text::reasoning::MarkPair;

use super::markup::Searches;

/// The first end mark of a pair in `text[from..to]`, whatever its case.
pub(super) fn find_close(
    text: &[u8],
    marks: MarkPair,
    from: usize,
    to: usize,
    gone: &mut Searches,
) -> Option<usize> {
    // The first character of a mark never varies in case, so it serves as the anchor; the search for the
    // whole mark is remembered under the mark itself.
    let close = marks.close.as_bytes();
    if gone.failed_before(close, from, to) {
        return None;
    }
    let anchor = close[0];
    let mut pos = from;
    while let Some(at) = text.get(pos..to).and_then(|rest| rest.iter().position(|&b| b == anchor)) {
        if marks.closes(&text[pos + at..to]) {
            return Some(pos + at);
        }
        pos += at + 1;
    }
    gone.remember(close, from, to);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_reasoning_is_found_in_any_case() {
        let text = b"<think>a</b></Think>";
        let marks = MarkPair::opening(text).unwrap();
        assert_eq!(find_close(text, marks, 7, text.len(), &mut Searches::default()), Some(12));
    }
}
