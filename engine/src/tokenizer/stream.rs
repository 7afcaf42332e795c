//! Text from bytes that arrive in pieces: a token may end in the middle of a character.

/// Turns pieces of bytes into text as soon as their characters are whole.
///
/// Bytes that are no UTF-8 become U+FFFD, as many as [`String::from_utf8_lossy`] makes of the whole.
#[derive(Debug, Default)]
pub struct Utf8Stream {
    pending: Vec<u8>,
}

impl Utf8Stream {
    /// A stream before its first byte.
    pub fn new() -> Utf8Stream {
        Utf8Stream::default()
    }

    /// Takes in bytes and gives the text that is whole by now.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::with_capacity(self.pending.len());
        let mut done = 0;
        loop {
            match std::str::from_utf8(&self.pending[done..]) {
                Ok(rest) => {
                    text.push_str(rest);
                    done = self.pending.len();
                    break;
                }
                Err(error) => {
                    let valid = done + error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.pending[done..valid]));
                    done = valid;
                    match error.error_len() {
                        Some(len) => {
                            text.push(char::REPLACEMENT_CHARACTER);
                            done += len;
                        }
                        None => break,
                    }
                }
            }
        }
        self.pending.drain(..done);
        text
    }

    /// Ends the stream: what is left of a character that never became whole.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }
}
