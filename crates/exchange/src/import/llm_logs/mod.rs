//! The database of the `llm` tool: `logs.db`, in both of its generations.
//!
//! The first has a row a reply in `responses`; columns came over the years. The second, since llm 0.32, has `turns` over a
//! tree of messages, and keeps the old table for old replies. Columns and tables were read from databases that versions
//! 0.13, 0.27 and 0.36 wrote.

use std::path::{Path, PathBuf};

use pelicycle_prompt::Prompt;

use super::FoundReply;

mod columns;
mod open;
mod query;
mod row;

use open::OpenDatabase;
use query::LogsSchema;
use row::LoggedReply;

/// A database of the `llm` tool, open for reading.
#[derive(Debug)]
pub struct LlmLogs {
    database: OpenDatabase,
    path: PathBuf,
}

/// A database that could not be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LlmLogsError {
    #[error("no database at {}; `llm logs path` tells where llm keeps its own", path.display())]
    None { path: PathBuf },
    #[error("{} is no database of llm's: it has neither a table `responses` nor `turns`", path.display())]
    Other { path: PathBuf },
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: rusqlite::Error },
}

impl LlmLogsError {
    /// Whether it is a mistake of the one who named the database, and no failure.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        !matches!(self, LlmLogsError::Read { .. })
    }
}

/// Replies that ask for the drawing and yet are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SkippedReplies {
    /// The prompt was not all that was asked: a system prompt, an earlier turn, an attachment, a schema or tools were
    /// with it.
    pub in_company: u64,
    /// No reply was logged, no date that can be read, or the row itself can't be read.
    pub broken: u64,
}

/// The path at which `llm` keeps its database when nothing else is said.
#[must_use]
pub fn default_path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("LLM_USER_PATH").or_else(|| {
        let home = match std::env::consts::OS {
            "windows" => set("APPDATA")?,
            "macos" => set("HOME")?.join("Library/Application Support"),
            _ => set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?,
        };
        Some(home.join("io.datasette.llm"))
    })?;
    Some(folder.join("logs.db"))
}

impl LlmLogs {
    /// Opens a database. It is not written to.
    ///
    /// # Errors
    /// When there is none, or it is something else.
    pub fn open(path: &Path) -> Result<Self, LlmLogsError> {
        if !path.is_file() {
            return Err(LlmLogsError::None { path: path.to_owned() });
        }
        let failed = |source| LlmLogsError::Read { path: path.to_owned(), source };
        let logs = Self { database: OpenDatabase::open(path).map_err(failed)?, path: path.to_owned() };
        if !logs.has("responses")? && !logs.has("turns")? {
            return Err(LlmLogsError::Other { path: path.to_owned() });
        }
        Ok(logs)
    }

    /// Hands every reply to one of `prompts`, letter for letter, to `keep`, oldest generation first.
    ///
    /// # Errors
    /// When the database can't be read, or `keep` fails.
    pub fn each<E: From<LlmLogsError>>(
        &self,
        prompts: &[&Prompt],
        mut keep: impl FnMut(FoundReply) -> Result<(), E>,
    ) -> Result<SkippedReplies, E> {
        let mut skipped = SkippedReplies::default();
        for prompt in prompts {
            for generation in [LogsSchema::Responses, LogsSchema::Turns] {
                if !self.has(generation.table())? {
                    continue;
                }
                let query = self.query(generation)?;
                let mut statement = self.database.prepare(&query).map_err(|source| self.failed(source))?;
                let mut rows = statement.query([&prompt.text]).map_err(|source| self.failed(source))?;
                while let Some(row) = rows.next().map_err(|source| self.failed(source))? {
                    // One row that can't be read says nothing of the others.
                    let Ok(logged) = LoggedReply::read(row) else {
                        skipped.broken += 1;
                        continue;
                    };
                    let Ok(first) = self.is_first(generation, &logged) else {
                        skipped.broken += 1;
                        continue;
                    };
                    if !logged.alone || !first {
                        skipped.in_company += 1;
                        continue;
                    }
                    let thinking = match (generation, &logged.tip) {
                        (LogsSchema::Turns, Some(tip)) => match self.reasoning(tip) {
                            Ok(thinking) => thinking,
                            Err(_) => {
                                skipped.broken += 1;
                                continue;
                            }
                        },
                        _ => logged.thinking.clone(),
                    };
                    match logged.found(prompt, thinking) {
                        Some(found) => keep(found)?,
                        None => skipped.broken += 1,
                    }
                }
            }
        }
        Ok(skipped)
    }

    fn failed(&self, source: rusqlite::Error) -> LlmLogsError {
        LlmLogsError::Read { path: self.path.clone(), source }
    }
}
