//! Replies that lie ready: in a folder of files, or on standard input. Nothing is asked.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pelicycle_record::{Outcome, ReplyOrigin};
use pelicycle_text::plain_file;

use super::{
    Provider, ReplyDelta, ReplyEvent, ReplyEventKind, ReplyRequest, ReplyStream, RequestEnd, RequestQueue,
    reply_channel,
};

/// The endings of files that are taken for replies.
const EXTENSIONS: [&str; 5] = ["md", "markdown", "txt", "svg", "html"];

/// The longest reply, in bytes: as much as is ever checked.
const LONGEST: u64 = 16 << 20;

/// The number of replies that are read at the same time.
const SLOTS: usize = 4;

/// A provider of fixed replies, which lie ready.
#[derive(Debug, Clone)]
pub struct FixedReplies {
    queue: RequestQueue,
    /// The files by prompt; those of an empty name answer the run's only prompt.
    files: BTreeMap<String, Vec<PathBuf>>,
    /// The reply that came on standard input.
    text: Option<String>,
}

/// The reason why replies could not be had.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RepliesError {
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("no reply in {}: a reply is a file ending in .{}", path.display(), EXTENSIONS.join(", ."))]
    None { path: PathBuf },
    #[error(
        "the replies in {} are to one prompt, and this run has {prompts}; put those to each prompt in a folder of its id",
        path.display()
    )]
    Prompts { path: PathBuf, prompts: usize },
    #[error("can't read the reply from standard input: {0}")]
    Input(std::io::Error),
    #[error("the reply on standard input is {0}")]
    Text(&'static str),
}

impl FixedReplies {
    /// The replies in a folder: each file is one sample, in the order of their names. Where the folder has folders named
    /// as prompts are, each holds the replies to its prompt; else all of them answer the run's only prompt.
    ///
    /// # Errors
    /// When the folder can't be read or has no reply, or it is not clear which prompt they answer.
    pub fn folder(path: &Path, prompts: &[&str]) -> Result<FixedReplies, RepliesError> {
        let mut files = BTreeMap::new();
        for prompt in prompts {
            let own = path.join(prompt);
            // A link might lead out of the folder that was named.
            if std::fs::symlink_metadata(&own).is_ok_and(|found| found.is_dir()) {
                files.insert((*prompt).to_owned(), reply_files(&own)?);
            }
        }
        if files.is_empty() {
            if prompts.len() > 1 {
                return Err(RepliesError::Prompts { path: path.to_owned(), prompts: prompts.len() });
            }
            files.insert(String::new(), reply_files(path)?);
        }
        if files.values().all(Vec::is_empty) {
            return Err(RepliesError::None { path: path.to_owned() });
        }
        Ok(FixedReplies { queue: RequestQueue::new(SLOTS, None), files, text: None })
    }

    /// The one reply on standard input, read to its end.
    ///
    /// # Errors
    /// When it can't be read, is empty, too long, or no text.
    pub fn input(input: impl Read) -> Result<FixedReplies, RepliesError> {
        let mut bytes = Vec::new();
        input.take(LONGEST + 1).read_to_end(&mut bytes).map_err(RepliesError::Input)?;
        let text = text(bytes).map_err(RepliesError::Text)?;
        if text.trim().is_empty() {
            return Err(RepliesError::Text("empty"));
        }
        Ok(FixedReplies { queue: RequestQueue::new(SLOTS, None), files: BTreeMap::new(), text: Some(text) })
    }

    /// The number of replies that there are to a prompt.
    #[must_use]
    pub fn count(&self, prompt: &str) -> u32 {
        match &self.text {
            Some(_) => 1,
            None => u32::try_from(self.files_of(prompt).len()).unwrap_or(u32::MAX),
        }
    }

    fn files_of(&self, prompt: &str) -> &[PathBuf] {
        self.files.get(prompt).or_else(|| self.files.get("")).map_or(&[], Vec::as_slice)
    }

    fn reply(&self, prompt: &str, sample: u32) -> Result<String, String> {
        if let Some(text) = &self.text {
            return Ok(text.clone());
        }
        let index = (sample as usize).wrapping_sub(1);
        let path = self.files_of(prompt).get(index).ok_or_else(|| format!("there is no reply {sample}"))?;
        let bytes = plain_file::read(path, LONGEST)
            .map_err(|error| format!("can't read {}: {error}", path.display()))?;
        text(bytes).map_err(|why| format!("{} is {why}", path.display()))
    }
}

impl Provider for FixedReplies {
    fn queue(&self) -> &RequestQueue {
        &self.queue
    }

    fn origin(&self) -> ReplyOrigin {
        ReplyOrigin::Given
    }

    fn ask(&self, request: ReplyRequest) -> ReplyStream {
        let (events, stream) = reply_channel();
        let (outcome, error) = match self.reply(&request.prompt_id, request.sample) {
            Ok(text) => {
                let delta = ReplyDelta { text, ..ReplyDelta::default() };
                // The stream is still in our hands, so it takes the events.
                let _ = events.send(ReplyEvent { at: Instant::now(), kind: ReplyEventKind::Delta(delta) });
                (Outcome::Complete, None)
            }
            Err(words) => (Outcome::Error, Some(words)),
        };
        let _ = events.send(ReplyEvent {
            at: Instant::now(),
            kind: ReplyEventKind::End(RequestEnd { outcome, error }),
        });
        stream
    }
}

/// The files of a folder that are replies, by name. What is no plain file is told of when it is read.
///
/// # Errors
/// When the folder can't be read.
pub fn reply_files(folder: &Path) -> Result<Vec<PathBuf>, RepliesError> {
    let failed = |source| RepliesError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        if extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str())) && !kind.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.len() as u64 > LONGEST {
        return Err("longer than 16 MiB");
    }
    String::from_utf8(bytes).map_err(|_| "no UTF-8 text")
}

#[cfg(test)]
mod tests {
    use pelicycle_record::RequestRecord;

    use super::*;

    fn answer(replies: &FixedReplies, prompt: &str, sample: u32) -> (String, Outcome, Option<String>) {
        let request = ReplyRequest {
            prompt_id: prompt.to_owned(),
            earlier: Vec::new(),
            prompt: String::new(),
            pictures: Vec::new(),
            sample,
            settings: RequestRecord::default(),
        };
        let (mut stream, mut text) = (replies.ask(request), String::new());
        while let Ok(event) = stream.try_recv() {
            match event.kind {
                ReplyEventKind::Delta(delta) => text.push_str(&delta.text),
                ReplyEventKind::End(done) => return (text, done.outcome, done.error),
                other => panic!("{other:?}"),
            }
        }
        panic!("no end");
    }

    #[test]
    fn each_file_is_a_sample_of_its_prompt() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &[u8]| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        };
        write("b.svg", b"<svg/>");
        write("a.md", b"a reply");
        write("notes.json", b"{}");
        let replies = FixedReplies::folder(root.path(), &["pelican"]).unwrap();
        assert_eq!(replies.count("pelican"), 2);
        assert_eq!(answer(&replies, "pelican", 1), ("a reply".to_owned(), Outcome::Complete, None));
        assert_eq!(answer(&replies, "pelican", 2).0, "<svg/>");
        assert_eq!(answer(&replies, "pelican", 3).1, Outcome::Error);
        let error = FixedReplies::folder(root.path(), &["pelican", "cat"]).unwrap_err().to_string();
        assert!(error.contains("this run has 2"), "{error}");
        write("cat/1.txt", b"\xff\xfe");
        let replies = FixedReplies::folder(root.path(), &["pelican", "cat"]).unwrap();
        assert_eq!((replies.count("pelican"), replies.count("cat")), (0, 1));
        assert!(answer(&replies, "cat", 1).2.unwrap().ends_with("is no UTF-8 text"));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_read_through_a_link() {
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(other.path().join("secret.md"), "secret").unwrap();
        std::os::unix::fs::symlink(other.path().join("secret.md"), root.path().join("a.md")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.path().join("b.md")).unwrap();
        std::os::unix::fs::symlink(other.path(), root.path().join("pelican")).unwrap();
        std::fs::write(root.path().join("c.md"), "mine").unwrap();
        let replies = FixedReplies::folder(root.path(), &["pelican"]).unwrap();
        for sample in [1, 2] {
            let (text, outcome, error) = answer(&replies, "pelican", sample);
            assert_eq!((text.as_str(), outcome), ("", Outcome::Error));
            assert!(error.unwrap().contains("it is a link, which is not followed"));
        }
        assert_eq!(answer(&replies, "pelican", 3).0, "mine");
    }

    #[test]
    fn what_is_no_reply_is_told() {
        let root = tempfile::tempdir().unwrap();
        assert!(FixedReplies::folder(root.path(), &["p"]).unwrap_err().to_string().contains("no reply in"));
        assert!(
            FixedReplies::folder(&root.path().join("gone"), &["p"])
                .unwrap_err()
                .to_string()
                .contains("can't read")
        );
        assert!(FixedReplies::input(b" \n".as_slice()).unwrap_err().to_string().contains("empty"));
        assert!(FixedReplies::input(b"\xff".as_slice()).unwrap_err().to_string().contains("no UTF-8"));
        assert_eq!(FixedReplies::input(b"x".as_slice()).unwrap().count("any"), 1);
    }
}
