//! The sources of keys and addresses: the environment, else a `.env` file, else a command that is asked for one.
//!
//! Nothing here is put into the environment of this process, so that no other process inherits it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_provider::{Variable, VariableLookup};
use pelicycle_text::plain_file;
use secrecy::{ExposeSecret as _, SecretString};

/// The file beside pelicycle.toml that may set variables.
pub(crate) const DOTENV: &str = ".env";

/// The longest `.env`, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

/// A command's longest answer, in bytes: a key is far shorter.
const LONGEST: usize = 64 * 1024;

/// Environment by name, from all that may set them.
#[derive(Debug, Default)]
pub struct Environment {
    file: BTreeMap<String, SecretString>,
    passed_over: Option<VariableError>,
    commands: KeyCommands,
    /// The answers of commands; each is asked once.
    answers: Mutex<BTreeMap<String, SecretString>>,
}

/// Commands that print keys, by the variable that each stands for.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyCommands {
    /// Those of the user's own configuration.
    pub(crate) own: BTreeMap<String, Vec<String>>,
    /// Those of a folder, which may be from somebody else.
    pub(crate) folder: BTreeMap<String, Vec<String>>,
    /// Whether those of the folder are run.
    pub(crate) trusting: bool,
}

/// The source of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableSource {
    /// The environment of this process.
    Process,
    /// The file `.env`.
    File,
    /// A command of the user's own configuration.
    OwnCommand,
    /// A command that pelicycle.toml names.
    Command,
}

impl VariableSource {
    /// Whether it is the user's; what a folder has may be from somebody else.
    fn is_own(self) -> bool {
        matches!(self, VariableSource::Process | VariableSource::OwnCommand)
    }
}

impl std::fmt::Display for VariableSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            VariableSource::Process => "the environment",
            VariableSource::File => DOTENV,
            VariableSource::OwnCommand | VariableSource::Command => "its command",
        })
    }
}

/// The reason why variables could not be had. No value is ever in it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum VariableError {
    #[error("{} is passed over: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: line {line} is not NAME=value", path.display())]
    Line { path: PathBuf, line: usize },
    #[error("keys.{name} in pelicycle.toml names no command; write it as a list: [\"op\", \"read\", ...]")]
    Empty { name: String },
    /// The command is not repeated: it may be a key that somebody wrote there.
    #[error("the command of keys.{name} {what}")]
    Command { name: String, what: String },
    #[error(
        "the command of keys.{name} is this folder's and is not run; if you trust the folder, give --trust-folder"
    )]
    Untrusted { name: String },
    #[error("the variable {name} holds no text, so it is taken as not set")]
    NoText { name: String },
}

impl Environment {
    /// Reads `.env` in `folder`, where there is one; `commands` answer for the names that nothing else sets.
    ///
    /// # Errors
    /// When a line of the file is no setting. A file that can't be read is passed over.
    pub(crate) fn load(folder: &Path, commands: KeyCommands) -> Result<Environment, VariableError> {
        let mut all = commands.own.iter().chain(&commands.folder);
        if let Some(name) = all.find(|(_, words)| words.is_empty()).map(|(name, _)| name) {
            return Err(VariableError::Empty { name: name.clone() });
        }
        let path = folder.join(DOTENV);
        let (mut file, mut passed_over) = (BTreeMap::new(), None);
        // A link might lead to the user's own keys, which a folder must not speak of.
        match plain_file::read(&path, LONGEST_FILE) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => passed_over = Some(VariableError::Read { path, source }),
            Ok(bytes) => {
                for setting in dotenvy::from_read_iter(bytes.as_slice()) {
                    // The library quotes the line in its error, and the line may hold a key.
                    let Ok((name, value)) = setting else {
                        let line = bad_line(&bytes);
                        return Err(VariableError::Line { path, line });
                    };
                    file.insert(name, SecretString::from(value));
                }
            }
        }
        Ok(Environment { file, passed_over, commands, answers: Mutex::default() })
    }

    /// The reason why `.env`, which is there, was passed over: it is no plain file, or can't be read.
    pub fn passed_over(&self) -> Option<&VariableError> {
        self.passed_over.as_ref()
    }

    /// The value of a variable, and what set it. An empty value is none. A command is run when it is its turn.
    ///
    /// # Errors
    /// When a command fails.
    pub fn get(&self, name: &str) -> Result<Option<(String, VariableSource)>, VariableError> {
        match std::env::var(name) {
            Ok(value) if !value.trim().is_empty() => return Ok(Some((value, VariableSource::Process))),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(VariableError::NoText { name: name.to_owned() });
            }
            _ => {}
        }
        if let Some(value) = self.file.get(name).map(|v| v.expose_secret()).filter(|v| !v.trim().is_empty()) {
            return Ok(Some((value.to_owned(), VariableSource::File)));
        }
        let (words, source) = match (self.commands.own.get(name), self.commands.folder.get(name)) {
            (Some(words), _) => (words, VariableSource::OwnCommand),
            (None, Some(words)) if self.commands.trusting => (words, VariableSource::Command),
            (None, Some(_)) => return Err(VariableError::Untrusted { name: name.to_owned() }),
            (None, None) => return Ok(None),
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if !answers.contains_key(name) {
            answers.insert(name.to_owned(), ask(name, words)?);
        }
        Ok(answers.get(name).map(|value| (value.expose_secret().to_owned(), source)))
    }

    /// Looks variables up by name, for those who know no sources. A variable whose command fails is not set; `warn` hears
    /// of it, once.
    pub fn lookup(self: Arc<Self>, warn: impl Fn(&VariableError) + Send + Sync + 'static) -> VariableLookup {
        let warned = Mutex::new(BTreeSet::new());
        Arc::new(move |name: &str| match self.get(name) {
            Ok(found) => found.map(|(value, source)| Variable {
                value,
                from: source.to_string(),
                own: source.is_own(),
            }),
            Err(error) => {
                let mut warned = warned.lock().unwrap_or_else(PoisonError::into_inner);
                if warned.insert(name.to_owned()) {
                    warn(&error);
                }
                None
            }
        })
    }
}

/// The first line that the library refuses: everything up to it reads, with it nothing does.
fn bad_line(bytes: &[u8]) -> usize {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let reads = |end: usize| dotenvy::from_read_iter(&bytes[..end]).all(|setting| setting.is_ok());
    1 + ends.take_while(|end| reads(*end)).count()
}

fn ask(name: &str, words: &[String]) -> Result<SecretString, VariableError> {
    let failed = |what: String| VariableError::Command { name: name.to_owned(), what };
    // Its questions and complaints go to the person; only its answer is taken.
    let output = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .stdout(Stdio::piped())
        .output()
        .map_err(|error| failed(format!("can't be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed ({})", output.status)));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| failed("answered something that is no text".to_owned()))?;
    let value = text.trim();
    if value.is_empty() || value.len() > LONGEST || value.contains('\n') {
        return Err(failed("answered something that is no key: one line is expected".to_owned()));
    }
    Ok(SecretString::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, commands: &[(&str, &[&str])]) -> Result<Environment, VariableError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(DOTENV), file).unwrap();
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let commands = commands.iter().map(|&(name, list)| (name.to_owned(), words(list))).collect();
        let commands = KeyCommands { folder: commands, trusting: true, ..KeyCommands::default() };
        Environment::load(folder.path(), commands)
    }

    #[test]
    fn the_environment_outranks_the_file_and_that_a_command() {
        let file = "# keys\nexport PELICYCLE_A=\"sk a\"\nPATH=elsewhere\nPELICYCLE_EMPTY=\n";
        let all = load(
            file,
            &[("PELICYCLE_A", &["false"]), ("PELICYCLE_EMPTY", &["printf", "%s-%s", "from", "command"])],
        )
        .unwrap();
        assert_eq!(all.get("PELICYCLE_A").unwrap(), Some(("sk a".to_owned(), VariableSource::File)));
        assert_eq!(all.get("PATH").unwrap().unwrap().1, VariableSource::Process);
        assert_eq!(
            all.get("PELICYCLE_EMPTY").unwrap(),
            Some(("from-command".to_owned(), VariableSource::Command))
        );
        assert_eq!(all.get("PELICYCLE_NONE").unwrap(), None);
        assert!(std::env::var("PELICYCLE_A").is_err(), "the file does not change the environment");
        assert!(!format!("{all:?}").contains("sk a") && !format!("{all:?}").contains("from-command"));
    }

    #[test]
    fn what_can_not_be_used_is_told_without_its_value() {
        let error = load("A=1\n\nsk planted key\nB=2\n", &[]).unwrap_err().to_string();
        assert!(error.ends_with("line 3 is not NAME=value") && !error.contains("planted"), "{error}");
        assert!(load("", &[("K", &[])]).unwrap_err().to_string().contains("keys.K"));
        let answers =
            |words: &[&str]| load("", &[("PELICYCLE_K", words)]).unwrap().get("PELICYCLE_K").unwrap_err();
        assert!(answers(&["false"]).to_string().contains("keys.PELICYCLE_K failed"));
        let gone = answers(&["sk-planted-program"]).to_string();
        assert!(gone.contains("can't be run") && !gone.contains("planted"), "{gone}");
        assert!(answers(&["printf", "a\\nplanted"]).to_string().contains("no key"));
        assert!(!answers(&["printf", "a\\nplanted"]).to_string().contains("planted"));
    }

    #[test]
    fn a_folders_command_is_run_only_where_the_folder_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let command = || {
            BTreeMap::from([("PELICYCLE_K".to_owned(), ["printf", "%s", "x"].map(str::to_owned).to_vec())])
        };
        let load = |commands| Environment::load(folder.path(), commands).unwrap();
        let asked = load(KeyCommands { folder: command(), ..KeyCommands::default() });
        let error = asked.get("PELICYCLE_K").unwrap_err().to_string();
        assert!(error.contains("keys.PELICYCLE_K") && error.contains("--trust-folder"), "{error}");
        let own = load(KeyCommands { own: command(), ..KeyCommands::default() });
        assert_eq!(own.get("PELICYCLE_K").unwrap(), Some(("x".to_owned(), VariableSource::OwnCommand)));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_a_link_or_a_pipe_is_not_read() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(other.path().join("keys"), "PELICYCLE_A=1\n").unwrap();
        std::os::unix::fs::symlink(other.path().join("keys"), folder.path().join(DOTENV)).unwrap();
        let passed_over = || {
            let environment = Environment::load(folder.path(), KeyCommands::default()).unwrap();
            assert!(environment.get("PELICYCLE_A").unwrap().is_none());
            environment.passed_over().unwrap().to_string()
        };
        assert!(passed_over().contains(".env is passed over: it is a link"), "{}", passed_over());
        std::fs::remove_file(folder.path().join(DOTENV)).unwrap();
        let pipe = rustix::fs::CWD;
        rustix::fs::mknodat(pipe, folder.path().join(DOTENV), rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
        assert!(passed_over().contains("a pipe or a device"), "{}", passed_over());
    }

    #[test]
    fn no_file_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Environment::load(folder.path(), KeyCommands::default())
                .unwrap()
                .get("PELICYCLE_NONE")
                .unwrap()
                .is_none()
        );
    }
}
