//! The origin of a file's reply by its place in a folder: the model, which of its samples, and when.
//!
//! `MODEL.svg`, `MAKER/MODEL.svg`, `MODEL/3.svg`, `MODEL/run-2/pelican.svg`, `2026-05-01/MODEL.svg`, `MODEL-sample-2.svg`.
//! A number at the end of a name is a sample's only where it can't be a version: `gpt-5_1` beside `gpt-5_2` are two models.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Folder of replies without a drawing.
const FAILURES: &str = "failures";
/// Words before a sample's number.
const COUNTED: [&str; 12] =
    ["sample", "run", "attempt", "try", "take", "trial", "seed", "iteration", "iter", "reply", "no", "n"];
/// Names of files and folders that say what is in them and not whose it is.
const CONTENT: [&str; 14] = [
    "pelican",
    "drawing",
    "drawings",
    "image",
    "svg",
    "svgs",
    "output",
    "outputs",
    "reply",
    "replies",
    "response",
    "responses",
    "result",
    "raw",
];

/// Model, moment and sample as a file's path tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImportedPlace {
    /// The model.
    pub(super) model: String,
    /// The moment in the path.
    pub(super) moment: Option<Timestamp>,
    /// The number of the sample of the model, from 1.
    pub(super) sample: u32,
}

/// A path as it is taken apart: what names the model, and the number of a sample.
struct PathParts {
    model: Vec<String>,
    moment: Option<Timestamp>,
    number: Option<u64>,
}

/// The places of files by their paths below the folder, folders before them and no ending, all to the prompt of this id.
pub(super) fn places(paths: &[Vec<String>], prompt: &str) -> Vec<ImportedPlace> {
    let counted = counted_apart(paths);
    let parts: Vec<PathParts> = paths.iter().map(|path| parts(path, prompt, &counted)).collect();
    let mut of_name: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (index, parts) in parts.iter().enumerate() {
        of_name.entry(&parts.model).or_default().push(index);
    }
    let mut samples = vec![1; paths.len()];
    for indices in of_name.values_mut() {
        indices.sort_by_key(|&index| (parts[index].moment, parts[index].number, &paths[index]));
        for (rank, &index) in indices.iter().enumerate() {
            samples[index] = u32::try_from(rank + 1).unwrap_or(u32::MAX);
        }
    }
    let place = |(parts, sample): (&PathParts, u32)| ImportedPlace {
        model: parts.model.join("/"),
        moment: parts.moment,
        sample,
    };
    parts.iter().zip(samples).map(place).collect()
}

fn parts(path: &[String], prompt: &str, counted: &BTreeSet<(Vec<String>, String)>) -> PathParts {
    let (stem, folders) = path.split_last().map_or(("", path), |(stem, folders)| (stem.as_str(), folders));
    let (mut moment, mut number, mut model) = (None, None, Vec::new());
    for folder in folders {
        if folder == FAILURES || says_what(folder, prompt) {
            continue;
        }
        match (day(folder), numbered(folder)) {
            (Some(day), _) => moment = Some(day),
            (None, Some(found)) => number = Some(found),
            (None, None) => model.push(folder.clone()),
        }
    }
    let (stem, named) = moment_of(stem);
    moment = named.or(moment);
    if !model.is_empty() && says_what(&stem, prompt) {
        return PathParts { model, moment, number };
    }
    if let Some(found) = numbered(&stem).filter(|_| !model.is_empty()) {
        return PathParts { model, moment, number: Some(found) };
    }
    let told = by_word(&stem).or_else(|| {
        let (base, found, _) = ending(&stem)?;
        counted.contains(&(folders.to_vec(), base.to_owned())).then_some((base, found))
    });
    let (stem, number) = told.map_or((stem.as_str(), number), |(base, found)| (base, Some(found)));
    model.push(stem.to_owned());
    PathParts { model, moment, number }
}

/// Whether a name says what is in a file, and not whose it is.
fn says_what(name: &str, prompt: &str) -> bool {
    name == prompt || CONTENT.contains(&name.to_ascii_lowercase().as_str())
}

/// The number of a name that is a sample's and nothing else: `3`, `run-3`.
fn numbered(name: &str) -> Option<u64> {
    let name = name.to_ascii_lowercase();
    let digits = COUNTED.iter().find_map(|word| name.strip_prefix(word)).unwrap_or(&name);
    let digits = digits.trim_start_matches(['-', '_', ' ', '.', '#']);
    plain(digits)
}

/// A name and the number behind it, where a word or a mark between says that it is a sample's: `x-run-2`, `x (2)`, `x#2`.
fn by_word(stem: &str) -> Option<(&str, u64)> {
    if let Some((base, number)) = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
        return plain(number).filter(|_| !base.is_empty()).map(|number| (base, number));
    }
    let digits = stem.len() - stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (rest, number) = stem.split_at(stem.len() - digits);
    let number = plain(number)?;
    if let Some(base) = rest.strip_suffix('#').filter(|base| !base.is_empty()) {
        return Some((base, number));
    }
    let rest = rest.strip_suffix(['-', '_', '.', ' ']).unwrap_or(rest);
    // A single letter is too little for a word: `model-n2`.
    let word = COUNTED.iter().filter(|word| word.len() > 2).find(|word| ends_with(rest, word))?;
    let base = rest[..rest.len() - word.len()].strip_suffix(['-', '_', '.', ' ']);
    base.filter(|base| !base.is_empty()).map(|base| (base, number))
}

fn ends_with(text: &str, word: &str) -> bool {
    let begin = text.len().checked_sub(word.len());
    begin.and_then(|begin| text.get(begin..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// The end of a name that may be a sample's number: what is before it, the number, and whether it must be one if it is in a
/// row of them, because no version is written so.
fn ending(stem: &str) -> Option<(&str, u64, bool)> {
    let digits = stem.len() - stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (rest, number) = stem.split_at(stem.len() - digits);
    let padded = number.len() > 1 && number.starts_with('0');
    let base = rest.strip_suffix("__").map(|base| (base, true));
    let base = base.or_else(|| rest.strip_suffix('_').map(|base| (base, padded)));
    // Three digits are a version of Gemini's: `-001`.
    let short = padded && number.len() == 2;
    let (base, sure) =
        base.or_else(|| rest.strip_suffix(['-', '.']).filter(|_| short).map(|base| (base, true)))?;
    let sure = sure || !base.ends_with(|c: char| c.is_ascii_digit());
    plain(number).filter(|_| !base.is_empty()).map(|number| (base, number, sure))
}

/// The names whose files are numbered in a row from 0 or 1, by folder.
fn counted_apart(paths: &[Vec<String>]) -> BTreeSet<(Vec<String>, String)> {
    let mut rows: BTreeMap<(Vec<String>, String), BTreeSet<u64>> = BTreeMap::new();
    for path in paths {
        let Some((stem, folders)) = path.split_last() else { continue };
        if let Some((base, number, true)) = ending(stem) {
            rows.entry((folders.to_vec(), base.to_owned())).or_default().insert(number);
        }
    }
    let in_a_row = |numbers: &BTreeSet<u64>| {
        let (first, last) = (numbers.first().copied(), numbers.last().copied());
        let whole = |(first, last): (u64, u64)| first < 2 && last - first + 1 == numbers.len() as u64;
        numbers.len() > 1 && first.zip(last).is_some_and(whole)
    };
    rows.into_iter().filter(|(_, numbers)| in_a_row(numbers)).map(|(name, _)| name).collect()
}

/// A number of up to nine digits.
fn plain(digits: &str) -> Option<u64> {
    let plain = (1..10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The day that a folder is named after.
fn day(name: &str) -> Option<Timestamp> {
    let date = ["%Y-%m-%d", "%Y%m%d"].iter().find_map(|form| {
        let whole = name.len() == if form.contains('-') { 10 } else { 8 };
        Date::strptime(form, name).ok().filter(|date| whole && date.year() > 1999)
    })?;
    TimeZone::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok()
}

/// A file's name without the moment at its end, and the moment: `MODEL.YYYYmmddHHMM`.
fn moment_of(stem: &str) -> (String, Option<Timestamp>) {
    let moment = stem.rsplit_once('.').and_then(|(model, digits)| {
        let plain = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let time = DateTime::strptime("%Y%m%d%H%M", digits).ok().filter(|_| plain && !model.is_empty())?;
        Some((model.to_owned(), TimeZone::UTC.to_timestamp(time).ok()?))
    });
    moment.map_or_else(|| (stem.to_owned(), None), |(model, time)| (model, Some(time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `path → model sample`, with the day where one is in the path.
    fn told(paths: &[&str]) -> Vec<String> {
        let split: Vec<Vec<String>> =
            paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
        let day = |place: &ImportedPlace| {
            place.moment.map(|moment| format!(" {}", moment.strftime("%F"))).unwrap_or_default()
        };
        let told = |place: ImportedPlace| format!("{} {}{}", place.model, place.sample, day(&place));
        places(&split, "pelican-2").into_iter().map(told).collect()
    }

    #[test]
    fn folders_name_makers_models_samples_prompts_and_days() {
        for (paths, expected) in [
            (&["gpt-4o", "o1"][..], &["gpt-4o 1", "o1 1"][..]),
            (&["openai/gpt-5", "qwen/qwen3"], &["openai/gpt-5 1", "qwen/qwen3 1"]),
            (&["gpt-5/1", "gpt-5/2", "gpt-5/10"], &["gpt-5 1", "gpt-5 2", "gpt-5 3"]),
            (&["gpt-5/10", "gpt-5/9"], &["gpt-5 2", "gpt-5 1"]),
            (
                &["openai/gpt-5/run-0/pelican", "openai/gpt-5/run-1/pelican"],
                &["openai/gpt-5 1", "openai/gpt-5 2"],
            ),
            (&["run_1/o1", "run_2/o1"], &["o1 1", "o1 2"]),
            (&["pelican-2/o1", "svgs/o3"], &["o1 1", "o3 1"]),
            (&["2025-06-01/o1", "20260601/o1"], &["o1 1 2025-06-01", "o1 2 2026-06-01"]),
            (&["o1/2025-06-01/Output"], &["o1 1 2025-06-01"]),
            // Nobody else names it.
            (&["2025-06-01/pelican", "7"], &["pelican 1 2025-06-01", "7 1"]),
            (&["a/failures/o1.202410260905"], &["a/o1 1 2024-10-26"]),
        ] {
            assert_eq!(told(paths), expected);
        }
    }

    #[test]
    fn a_number_is_a_samples_only_where_it_can_be_no_version() {
        for (paths, expected) in [
            (&["o1-sample-1", "o1-sample-2"][..], &["o1 1", "o1 2"][..]),
            (&["gpt-5.1_run3"], &["gpt-5.1 1"]),
            (&["gpt-5 (1)", "gpt-5 (2)", "gpt-5#3"], &["gpt-5 1", "gpt-5 2", "gpt-5 3"]),
            (&["opus_1", "opus_2", "opus_3"], &["opus 1", "opus 2", "opus 3"]),
            (&["gpt-5-01", "gpt-5-02"], &["gpt-5 1", "gpt-5 2"]),
            (&["gpt-5__0", "gpt-5__1"], &["gpt-5 1", "gpt-5 2"]),
            // Versions, and numbers that are in no row.
            (&["gpt-5_1", "gpt-5_2"], &["gpt-5_1 1", "gpt-5_2 1"]),
            (&["granite-4.0", "granite-4.1"], &["granite-4.0 1", "granite-4.1 1"]),
            (&["claude-1", "claude-2", "claude-3"], &["claude-1 1", "claude-2 1", "claude-3 1"]),
            (&["qwen_2", "qwen_3"], &["qwen_2 1", "qwen_3 1"]),
            (&["opus_1"], &["opus_1 1"]),
            (
                &["gemini-1.5-pro-001", "gemini-1.5-pro-002"],
                &["gemini-1.5-pro-001 1", "gemini-1.5-pro-002 1"],
            ),
            (&["sample-1", "-7", "run"], &["sample-1 1", "-7 1", "run 1"]),
        ] {
            assert_eq!(told(paths), expected);
        }
    }

    #[test]
    fn failures_have_their_moment_in_their_names_and_versions_are_none() {
        let time: Timestamp = "2024-10-26T09:05:00Z".parse().unwrap();
        assert_eq!(moment_of("o1-mini.202410260905"), ("o1-mini".to_owned(), Some(time)));
        for name in ["us.amazon.nova-lite-v1-0", "gemini-1.5-pro-002", "x.202413260905", ".202410260905"] {
            assert_eq!(moment_of(name), (name.to_owned(), None));
        }
        assert_eq!(day("20251301"), None);
        assert_eq!(day("1234-5-6"), None);
    }
}
