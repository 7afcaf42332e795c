//! A folder of drawings or replies, one file a model: the layout of simonw/pelican-bicycle, and folders of Markdown.
//!
//! `MODEL.svg` or `MODEL.md` at the top; what failed as `failures/MODEL.YYYYmmddHHMM.txt`. The day is that of the
//! file's name, else of its content in git, else of the file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use pelicycle_prompt::Prompt;
use pelicycle_provider::{RepliesError, reply_files};
use pelicycle_record::{ContestantRecord, Outcome, RequestRecord, Usage};
use pelicycle_text::plain_file;

use super::{FoundReply, git};

/// The kind of source, and the provider of its contestants where no other is named.
pub(super) const FROM: &str = "svg-folder";
/// Folder of replies without a drawing.
const FAILURES: &str = "failures";
/// Files that are about the folder.
const ABOUT: [&str; 5] = ["readme", "license", "changelog", "contributing", "index"];
/// Longest reply, in bytes; the check refuses longer ones.
const LONGEST: u64 = 16 << 20;

/// A folder, or a file of it, that could not be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SvgFolderError {
    #[error(transparent)]
    List(#[from] RepliesError),
    #[error("no reply in {}: a reply is a file MODEL.svg or MODEL.md", path.display())]
    None { path: PathBuf },
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is longer than 16 MiB", path.display())]
    TooLong { path: PathBuf },
}

/// Every reply of the folder, all to one prompt, by name; and the files that could not be read.
///
/// # Errors
/// When the folder can't be read or holds no reply.
pub fn svg_folder(
    folder: &Path,
    prompt: &Prompt,
    provider: Option<&str>,
) -> Result<(Vec<FoundReply>, Vec<SvgFolderError>), SvgFolderError> {
    let mut files = reply_files(folder)?;
    let failures = folder.join(FAILURES);
    if failures.is_dir() {
        files.extend(reply_files(&failures)?);
    }
    files.retain(|path| is_reply(path));
    if files.is_empty() {
        return Err(SvgFolderError::None { path: folder.to_owned() });
    }
    let dates = git::dates(folder);
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for path in files {
        match read(&path) {
            Ok((reply, modified)) => {
                let id = path.strip_prefix(folder).unwrap_or(&path);
                let id = id.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
                let (model, named) = model(&path);
                let started = named.or_else(|| dates.get(&id).copied()).unwrap_or(modified);
                found.push(FoundReply {
                    from: FROM,
                    id,
                    prompt: prompt.record(),
                    contestant: ContestantRecord::new(provider.unwrap_or(FROM), &model),
                    request: RequestRecord::default(),
                    outcome: Outcome::Complete,
                    usage: Usage::default(),
                    started,
                    seconds: None,
                    reply,
                    thinking: None,
                });
            }
            Err(error) => unread.push(error),
        }
    }
    Ok((found, unread))
}

/// Whether the file is a model's and not about the folder; links are followed by nobody.
fn is_reply(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let plain = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    plain && !stem.starts_with('.') && !ABOUT.contains(&stem.as_str())
}

/// The model that a file is named after, and the moment, where one is in the name.
fn model(path: &Path) -> (String, Option<Timestamp>) {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let moment = stem.rsplit_once('.').and_then(|(model, digits)| {
        let plain = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let time = DateTime::strptime("%Y%m%d%H%M", digits).ok().filter(|_| plain && !model.is_empty())?;
        Some((model.to_owned(), TimeZone::UTC.to_timestamp(time).ok()?))
    });
    match moment {
        Some((model, time)) => (model, Some(time)),
        None => (stem, None),
    }
}

fn read(path: &Path) -> Result<(Vec<u8>, Timestamp), SvgFolderError> {
    let failed = |source| SvgFolderError::Read { path: path.to_owned(), source };
    let (file, found) = plain_file::open(path).map_err(failed)?;
    let modified = found.modified().map_err(failed)?;
    let mut reply = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut reply).map_err(failed)?;
    if reply.len() as u64 > LONGEST {
        return Err(SvgFolderError::TooLong { path: path.to_owned() });
    }
    // A file from before the year -9999 or after 9999 has no moment that could be written.
    Ok((reply, Timestamp::try_from(modified).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_have_their_moment_in_their_names_and_versions_are_none() {
        let time: Timestamp = "2024-10-26T09:05:00Z".parse().unwrap();
        assert_eq!(model(Path::new("failures/o1-mini.202410260905.txt")), ("o1-mini".to_owned(), Some(time)));
        for name in ["us.amazon.nova-lite-v1-0", "gemini-1.5-pro-002", "x.202413260905", ".202410260905"] {
            assert_eq!(model(Path::new(&format!("{name}.svg"))), (name.to_owned(), None));
        }
    }
}
