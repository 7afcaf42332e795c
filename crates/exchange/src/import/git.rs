//! The moments when the files of a folder got the content that they have, by its git history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;

/// The byte that begins a commit's line in the list that we ask for.
const COMMIT: u8 = 1;

/// The day that each file last changed by, as its author dated it, by path below `folder`; nothing where there is no git or
/// no history. A file that was only renamed keeps its day.
pub(super) fn dates(folder: &Path) -> BTreeMap<String, Timestamp> {
    let mut git = Command::new("git");
    // Nothing that the repository's own settings name is run, and nothing is fetched.
    git.args([
        "--no-pager",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "log.showSignature=false",
        "log",
        "--relative",
    ]);
    git.args(["-z", "-M", "--name-status", "--no-ext-diff", "--no-textconv", "--format=%x01%at", "--", "."]);
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
    git.current_dir(folder).stdin(Stdio::null()).stderr(Stdio::null());
    match git.output() {
        Ok(output) if output.status.success() => read(&output.stdout),
        _ => BTreeMap::new(),
    }
}

/// Reads the list, which begins with the newest commit.
fn read(list: &[u8]) -> BTreeMap<String, Timestamp> {
    let mut dates = BTreeMap::new();
    // What files that are followed were called before.
    let mut now_called: BTreeMap<String, String> = BTreeMap::new();
    let mut renamed_from: BTreeSet<String> = BTreeSet::new();
    let mut fields = list.split(|byte| *byte == 0);
    let mut time = None;
    while let Some(field) = fields.next() {
        if let [COMMIT, seconds @ ..] = field {
            let seconds = std::str::from_utf8(seconds).ok().and_then(|text| text.parse().ok());
            time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
            continue;
        }
        let status = field.strip_prefix(b"\n").unwrap_or(field);
        let Some(kind) = status.first() else { continue };
        let mut path = || fields.next().map(|path| String::from_utf8_lossy(path).into_owned());
        let Some(first) = path() else { break };
        let before = matches!(kind, b'R' | b'C').then_some(&first).cloned();
        let Some(here) = (if before.is_some() { path() } else { Some(first) }) else { break };
        // A name that a later commit gave up for another is not the file that has it now.
        let called = match now_called.remove(&here) {
            Some(called) => called,
            None if renamed_from.contains(&here) => continue,
            None => here,
        };
        if dates.contains_key(&called) {
            continue;
        }
        match before {
            Some(before) if status == b"R100" => {
                renamed_from.insert(before.clone());
                now_called.insert(before, called);
            }
            _ => drop(time.map(|time| dates.insert(called, time))),
        }
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_day_of_its_content_not_of_its_name() {
        let list = b"\x011734343200\0\nM\0a.svg\0\x011731751200\0\nR100\0b.svg\0c.svg\0R080\0d.svg\0e.svg\0\
            \x011729072800\0\nA\0a.svg\0A\0b.svg\0A\0d.svg\0";
        let found = read(list);
        let days: Vec<(&str, i64)> =
            found.iter().map(|(path, time)| (path.as_str(), time.as_second())).collect();
        assert_eq!(
            days,
            [
                ("a.svg", 1_734_343_200),
                ("c.svg", 1_729_072_800),
                ("d.svg", 1_729_072_800),
                ("e.svg", 1_731_751_200)
            ]
        );
        assert!(read(b"\x01x\0\nA\0a").is_empty());
        assert!(read(b"").is_empty());
    }
}
