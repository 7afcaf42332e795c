//! The end of a JSON value, told by its brackets alone as it comes.

/// The brackets and the string that are open at the end of a text of JSON.
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
