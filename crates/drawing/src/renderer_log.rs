//! The renderer's log: the only place where most of what it passes over shows.

use std::cell::RefCell;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};
use pelicycle_record::{Finding, FindingCode};

use super::survey::DocumentSurvey;

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

/// The findings of lines that the renderer logged, but for those that the survey has told of already.
///
/// The lines are those of the pinned renderer: its log has no other form, so its wording is all there is to go by.
pub(super) fn findings(lines: &[String], survey: &DocumentSurvey) -> Vec<Finding> {
    let noted = |code: &FindingCode| survey.findings.iter().any(|finding| finding.code == *code);
    let mut found = Vec::new();
    for line in lines {
        let code = subject(line);
        let told = match code {
            FindingCode::FontFallback => line.starts_with("No match for"),
            FindingCode::PathDataError | FindingCode::ReferenceCycle => noted(&code),
            FindingCode::UnsupportedCss => noted(&code) || noted(&FindingCode::AnimationIgnored),
            FindingCode::RendererPassedOver => {
                line.contains("var(")
                    || (noted(&FindingCode::BadValue) && line.contains("Skipped"))
                    || line.contains("xlink:href' attribute")
                    || line.contains("empty paths and")
            }
            _ => false,
        };
        if !told {
            found.push(Finding::new(code, format!("the renderer says: {line}")));
        }
    }
    found
}

/// The subject of a line of the renderer's log.
fn subject(line: &str) -> FindingCode {
    if line.contains("Recursive") || line.contains("cannot reference itself") {
        FindingCode::ReferenceCycle
    } else if line.starts_with("The @") || line.contains("Selector") || line.contains("bytes were left") {
        FindingCode::UnsupportedCss
    } else if line.starts_with("No match for")
        || line.starts_with("Fallback from")
        || line.starts_with("No fonts with")
    {
        FindingCode::FontFallback
    } else if line.starts_with("Failed to decode") || line.contains("Image has an invalid size") {
        FindingCode::EmbeddedImageRefused
    } else if line.starts_with("Error during path parsing") || line.contains("'points' value") {
        FindingCode::PathDataError
    } else if line.contains("layer") || line.contains("coordinates are too big") || line.contains("dash") {
        FindingCode::ResourceLimit
    } else {
        FindingCode::RendererPassedOver
    }
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
