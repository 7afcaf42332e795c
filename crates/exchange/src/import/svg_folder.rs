//! A folder of drawings or replies, a file a reply: the layout of simonw/pelican-bicycle, folders of Markdown, folders in
//! folders. Whose a file is, its path tells (`layout`). The day is that of the path, else of the content in git, else of
//! the file.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pelicycle_prompt::Prompt;
use pelicycle_provider::{RepliesError, reply_files};
use pelicycle_record::{ContestantRecord, Outcome, RequestRecord, Usage};
use pelicycle_text::plain_file;

use super::{FoundReply, git, layout};

/// The kind of source, and the provider of its contestants where no other is named.
pub(super) const FROM: &str = "svg-folder";
/// Folders in folders that are looked into.
const DEEPEST: u32 = 8;
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
    #[error("{} lies too deep: {DEEPEST} folders in folders are looked into", path.display())]
    Deep { path: PathBuf },
}

/// The replies found in a folder.
#[derive(Debug)]
pub struct FoundFolder {
    /// Every reply, all to one prompt, by path.
    pub replies: Vec<FoundReply>,
    /// The errors of what could not be read.
    pub unread: Vec<SvgFolderError>,
    /// Files that are left out because the whole reply lies beside them under the same name, as `x.md` beside `x.svg`.
    pub beside: usize,
}

/// The replies in a folder and in the folders in it, all to one prompt.
///
/// # Errors
/// When the folder can't be read or holds no reply.
pub fn svg_folder(
    folder: &Path,
    prompt: &Prompt,
    provider: Option<&str>,
) -> Result<FoundFolder, SvgFolderError> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    walk(folder, DEEPEST, &mut files, &mut unread)?;
    files.retain(|path| is_reply(path));
    let all = files.len();
    let files = whole(files);
    if files.is_empty() && unread.is_empty() {
        return Err(SvgFolderError::None { path: folder.to_owned() });
    }
    let beside = all - files.len();
    let paths: Vec<Vec<String>> =
        files.iter().map(|path| segments(&path.with_extension(""), folder)).collect();
    let places = layout::places(&paths, &prompt.id);
    let dates = git::dates(folder);
    let mut replies = Vec::new();
    for (path, place) in files.iter().zip(places) {
        match read(path) {
            Ok((reply, modified)) => {
                let id = segments(path, folder).join("/");
                let started = place.moment.or_else(|| dates.get(&id).copied()).unwrap_or(modified);
                replies.push(FoundReply {
                    from: FROM,
                    id,
                    prompt: prompt.record(),
                    contestant: ContestantRecord::new(provider.unwrap_or(FROM), &place.model),
                    sample: place.sample,
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
    Ok(FoundFolder { replies, unread, beside })
}

/// Adds the replies of a folder, and of folders in it; what can't be read of those is told of.
fn walk(
    folder: &Path,
    deep: u32,
    files: &mut Vec<PathBuf>,
    unread: &mut Vec<SvgFolderError>,
) -> Result<(), SvgFolderError> {
    files.extend(reply_files(folder)?);
    let failed = |source| SvgFolderError::Read { path: folder.to_owned(), source };
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let passed = name.to_string_lossy().starts_with('.') || name == "node_modules";
        // A link is followed by nobody.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !passed {
            folders.push(entry.path());
        }
    }
    folders.sort();
    for folder in folders {
        if deep == 0 {
            unread.push(SvgFolderError::Deep { path: folder });
        } else if let Err(error) = walk(&folder, deep - 1, files, unread) {
            unread.push(error);
        }
    }
    Ok(())
}

/// Of files of one name in one folder the one that is the whole reply: the text before the drawing that was taken from it,
/// and that before the page that shows it.
fn whole(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let rank = |path: &Path| {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        ["md", "markdown", "txt", "svg", "html"].iter().position(|known| *known == ending)
    };
    let mut best: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for path in files {
        let name = path.with_extension("");
        if best.get(&name).is_none_or(|known| rank(&path) < rank(known)) {
            best.insert(name, path);
        }
    }
    best.into_values().collect()
}

/// A path's parts below the folder.
fn segments(path: &Path, folder: &Path) -> Vec<String> {
    let below = path.strip_prefix(folder).unwrap_or(path);
    below.iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

/// Whether the file is a model's and not about the folder; links are followed by nobody.
fn is_reply(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let plain = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    plain && !stem.starts_with('.') && !ABOUT.contains(&stem.as_str())
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
    fn the_whole_reply_stands_for_what_lies_beside_it() {
        let files = ["a/x.md", "a/x.svg", "b/x.svg", "a/y.svg", "a/y.html", "a/v1.5.svg", "a/v1.md"];
        let kept = whole(files.iter().map(PathBuf::from).collect());
        let kept: Vec<String> = kept.iter().map(|path| path.display().to_string()).collect();
        assert_eq!(kept, ["a/v1.md", "a/v1.5.svg", "a/x.md", "a/y.svg", "b/x.svg"]);
    }

    #[test]
    fn folders_in_folders_are_read_but_no_links_no_hidden_ones_and_no_notes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in [
            "openai/gpt-5/1.svg",
            "openai/gpt-5/2.svg",
            "o1.md",
            "o1.svg",
            ".git/x.svg",
            "node_modules/y.svg",
            "a/README.md",
        ] {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "<svg/>").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder, folder.join("again")).unwrap();
        let deep = folder.join("d/".repeat(DEEPEST as usize + 2));
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(deep.join("z.svg"), "<svg/>").unwrap();
        let library = pelicycle_prompt::PromptLibrary::bundled();
        let found = svg_folder(folder, library.get("pelican").unwrap(), None).unwrap();
        let told: Vec<String> = found
            .replies
            .iter()
            .map(|one| format!("{} {} {}", one.id, one.contestant.model, one.sample))
            .collect();
        assert_eq!(
            told,
            ["o1.md o1 1", "openai/gpt-5/1.svg openai/gpt-5 1", "openai/gpt-5/2.svg openai/gpt-5 2"]
        );
        assert_eq!((found.beside, found.unread.len()), (1, 1));
        assert!(found.unread[0].to_string().contains("too deep"), "{}", found.unread[0]);
    }
}
