//! What the renderer says while it works: its log lines are the only place where most of it shows.

use std::cell::RefCell;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};

/// Lines that are kept of one drawing; a hostile one can cause millions.
const MOST: usize = 400;
/// Characters that are kept of a line, for the same reason.
const LONGEST: usize = 400;

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

struct Keeper;

impl Log for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or("");
        matches!(root, "usvg" | "resvg" | "tiny_skia" | "simplecss")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines.as_mut().filter(|lines| lines.len() < MOST) {
                let mut line = record.args().to_string();
                line.truncate(line.floor_char_boundary(LONGEST));
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        });
    }

    fn flush(&self) {}
}

static KEEPER: Keeper = Keeper;
static INSTALL: Once = Once::new();

/// Runs `work` and returns the distinct lines that the renderer logged meanwhile on this thread.
///
/// Where the process has another logger, nothing is heard and the list is empty.
pub(super) fn listen<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    INSTALL.call_once(|| {
        if log::set_logger(&KEEPER).is_ok() {
            log::set_max_level(LevelFilter::Warn);
        }
    });
    LINES.set(Some(Vec::new()));
    let done = work();
    (done, LINES.take().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_renderer_is_heard() {
        let ((), lines) = listen(|| {
            log::warn!(target: "usvg::parser", "one");
            log::warn!(target: "usvg::parser", "one");
            log::warn!(target: "elsewhere", "two");
        });
        assert_eq!(lines, ["one"]);
        log::warn!(target: "usvg", "nobody listens");
    }
}
