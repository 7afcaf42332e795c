//! Drawings in the terminal itself, where it can show pictures.
//!
//! Which protocol a terminal speaks is told by the environment alone. Asking the terminal would be surer, but an answer
//! that does not come, or comes late, would hang the run or end up in somebody's shell.

use std::io::IsTerminal as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Rows that a drawing takes.
const ROWS: u32 = 14;
/// Bytes of Base64 in one piece of kitty's protocol, at most.
const PIECE: usize = 4096;

/// Whether drawings are shown in the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum PictureMode {
    /// On a terminal that is known to show them.
    #[default]
    Auto,
    /// Always, by the protocol of kitty.
    Kitty,
    /// Always, by the protocol of iTerm2.
    Iterm2,
    /// Never.
    Never,
}

/// The protocol by which a terminal is told to show a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureProtocol {
    /// kitty's graphics protocol: <https://sw.kovidgoyal.net/kitty/graphics-protocol/>.
    Kitty,
    /// iTerm2's inline images: <https://iterm2.com/documentation-images.html>.
    Iterm2,
}

impl PictureMode {
    /// The protocol for standard error, where there is one.
    pub(crate) fn protocol(self) -> Option<PictureProtocol> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match self {
            PictureMode::Auto if std::io::stderr().is_terminal() => detect(variable),
            PictureMode::Auto | PictureMode::Never => None,
            PictureMode::Kitty => Some(PictureProtocol::Kitty),
            PictureMode::Iterm2 => Some(PictureProtocol::Iterm2),
        }
    }
}

/// The protocol of the terminal, by what it says of itself in the environment.
fn detect(variable: impl Fn(&str) -> Option<String>) -> Option<PictureProtocol> {
    let term = variable("TERM").unwrap_or_default();
    // A multiplexer stands between us and the terminal, whose variables it inherits, and swallows pictures.
    let multiplexed = ["screen", "tmux"].iter().any(|name| term.starts_with(name));
    if multiplexed || variable("TMUX").is_some() || variable("STY").is_some() || variable("ZELLIJ").is_some()
    {
        return None;
    }
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let kitty = matches!(term.as_str(), "xterm-kitty" | "xterm-ghostty")
        || program == "ghostty"
        || variable("KITTY_WINDOW_ID").is_some();
    let iterm2 = matches!(program.as_str(), "iTerm.app" | "WezTerm" | "mintty")
        // Comes through ssh, where the others do not.
        || variable("LC_TERMINAL").is_some_and(|name| name == "iTerm2");
    match (kitty, iterm2) {
        (true, _) => Some(PictureProtocol::Kitty),
        (false, true) => Some(PictureProtocol::Iterm2),
        (false, false) => None,
    }
}

impl PictureProtocol {
    /// The text that shows a PNG where the cursor stands, and leaves the cursor on a line below it.
    pub(crate) fn show(self, png: &[u8]) -> String {
        let data = STANDARD.encode(png);
        match self {
            PictureProtocol::Iterm2 => format!(
                "\x1b]1337;File=inline=1;size={};height={ROWS};preserveAspectRatio=1:{data}\x07\n",
                png.len()
            ),
            PictureProtocol::Kitty => {
                let pieces = data.len().div_ceil(PIECE);
                let mut out = String::with_capacity(data.len() + 16 * pieces + 64);
                for (index, piece) in data.as_bytes().chunks(PIECE).enumerate() {
                    // Shown when all of it is there; `q=2`: the terminal is to answer nothing.
                    let keys = if index == 0 { format!("a=T,f=100,q=2,r={ROWS},") } else { String::new() };
                    let more = u8::from(index + 1 < pieces);
                    // Base64 is ASCII.
                    out.push_str(&format!("\x1b_G{keys}m={more};{}\x1b\\", String::from_utf8_lossy(piece)));
                }
                out.push('\n');
                out
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds the picture in what was sent, as a terminal would, and what is left for the screen.
    fn shown(sent: &str) -> (Vec<u8>, String) {
        let (mut data, mut screen, mut rest) = (String::new(), String::new(), sent);
        let mut more = true;
        while let Some((before, after)) = rest.split_once('\x1b') {
            screen.push_str(before);
            rest = if let Some(command) = after.strip_prefix("_G") {
                let (command, after) = command.split_once("\x1b\\").unwrap();
                let (keys, piece) = command.split_once(';').unwrap();
                let keys: Vec<_> = keys.split(',').collect();
                assert!(more, "a piece after the last one");
                assert_eq!(data.is_empty(), keys.contains(&"a=T") && keys.contains(&"f=100"));
                assert!(piece.len() <= 4096);
                more = keys.contains(&"m=1");
                assert!(!more || piece.len() % 4 == 0, "all pieces but the last are whole groups");
                data.push_str(piece);
                after
            } else {
                let (command, after) = after.strip_prefix("]1337;File=").unwrap().split_once('\x07').unwrap();
                let (keys, file) = command.split_once(':').unwrap();
                assert!(keys.split(';').any(|key| key == "inline=1"));
                data.push_str(file);
                more = false;
                after
            };
        }
        assert!(!more);
        screen.push_str(rest);
        (STANDARD.decode(data).unwrap(), screen)
    }

    #[test]
    fn the_terminal_gets_the_same_picture_and_one_new_line() {
        for length in [1, 3071, 3072, 3073, 100_000] {
            let png: Vec<u8> =
                (0..length).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            for protocol in [PictureProtocol::Kitty, PictureProtocol::Iterm2] {
                assert_eq!(shown(&protocol.show(&png)), (png.clone(), "\n".to_owned()), "{protocol:?}");
            }
        }
    }

    #[test]
    fn a_terminal_is_known_by_its_environment_and_a_multiplexer_hides_it() {
        let with = |variables: &[(&str, &str)]| {
            let found = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            detect(found)
        };
        let kitty = Some(PictureProtocol::Kitty);
        let iterm2 = Some(PictureProtocol::Iterm2);
        assert_eq!(with(&[("TERM", "xterm-kitty")]), kitty);
        assert_eq!(with(&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")]), kitty);
        assert_eq!(with(&[("TERM", "xterm-ghostty"), ("TERM_PROGRAM", "ghostty")]), kitty);
        assert_eq!(with(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")]), iterm2);
        assert_eq!(with(&[("TERM", "xterm-256color"), ("LC_TERMINAL", "iTerm2")]), iterm2);
        assert_eq!(with(&[("TERM_PROGRAM", "WezTerm")]), iterm2);
        assert_eq!(with(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")]), None);
        assert_eq!(with(&[("TERM", "dumb")]), None);
        assert_eq!(with(&[]), None);
        assert_eq!(with(&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")]), None);
        assert_eq!(with(&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux-0/default,1,0")]), None);
        assert_eq!(with(&[("TERM", "screen"), ("LC_TERMINAL", "iTerm2")]), None);
    }
}
