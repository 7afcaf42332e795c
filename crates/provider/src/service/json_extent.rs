//! Where a JSON value ends, told by its brackets alone as it comes.

/// How deep in brackets and strings a text of JSON is.
#[derive(Debug, Default, Clone)]
pub(super) struct JsonExtent {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl JsonExtent {
    /// Takes a byte in.
    fn push_byte(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' | b'[' if !self.in_string => self.depth += 1,
            b'}' | b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Takes more of the text in.
    pub(super) fn push(&mut self, text: &[u8]) {
        text.iter().for_each(|&byte| self.push_byte(byte));
    }

    /// Whether no bracket is open.
    pub(super) fn is_closed(&self) -> bool {
        self.depth == 0
    }

    /// Whether a string is open.
    pub(super) fn in_string(&self) -> bool {
        self.in_string
    }
}

/// The values in brackets that a text consists of, one after another; none where it is anything else.
pub(super) fn values(text: &str) -> Vec<&str> {
    let mut values = Vec::new();
    let mut extent = JsonExtent::default();
    let mut begin = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' if begin.is_none() => begin = Some(at),
            _ if begin.is_none() && !byte.is_ascii_whitespace() => return Vec::new(),
            _ => {}
        }
        extent.push_byte(byte);
        if let Some(from) = begin.filter(|_| extent.is_closed()) {
            values.push(&text[from..=at]);
            begin = None;
        }
    }
    if begin.is_some() { Vec::new() } else { values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart_by_their_brackets() {
        assert_eq!(values("{\"a\":\"}{\\\"\"} [1]\n{}"), ["{\"a\":\"}{\\\"\"}", "[1]", "{}"]);
        for other in ["", "{} x", "x {}", "{} {", "1 2", "}{"] {
            assert!(values(other).is_empty(), "{other}");
        }
    }
}
