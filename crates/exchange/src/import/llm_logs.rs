//! The database of the `llm` tool: `logs.db`, in both of its generations.
//!
//! The first has a row a reply in `responses`; columns came over the years. The second, since llm 0.32, has `turns` over a
//! tree of messages, and keeps the old table for old replies. Columns and tables were read from databases that versions
//! 0.13, 0.27 and 0.36 wrote.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;

use super::{Found, llm_words};
use pelicycle_prompt::Prompt;
use pelicycle_record::ContestantRecord;

/// The provider that contestants from here have: `llm` names models of many services, and does not log which.
const PROVIDER: &str = "llm";
/// The kind of source.
const FROM: &str = "llm-logs";
/// Longest value that is read from the database: no reply that is ever checked is longer.
const MAX_VALUE: i32 = 64 << 20;
/// Messages between a reply and its prompt, at most: reasoning, tool calls and their results may stand between.
const MAX_STEPS: usize = 64;

/// A database of the `llm` tool, open for reading.
#[derive(Debug)]
pub struct LlmLogs {
    database: Connection,
    path: PathBuf,
}

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LogsError {
    #[error("no database at {}; `llm logs path` tells where llm keeps its own", path.display())]
    None { path: PathBuf },
    #[error("{} is no database of llm's: it has neither a table `responses` nor `turns`", path.display())]
    Other { path: PathBuf },
    #[error("can't read {}: {source}", path.display())]
    Read { path: PathBuf, source: rusqlite::Error },
}

/// Replies that ask for the drawing and yet are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skipped {
    /// The prompt was not all that was asked: a system prompt, an earlier turn, an attachment, a schema or tools were
    /// with it.
    pub in_company: u64,
    /// No reply was logged, or no date that can be read.
    pub broken: u64,
}

/// Where `llm` keeps its database when nothing else is said.
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
    pub fn open(path: &Path) -> Result<Self, LogsError> {
        if !path.is_file() {
            return Err(LogsError::None { path: path.to_owned() });
        }
        let failed = |source| LogsError::Read { path: path.to_owned(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(failed)?;
        database.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE).map_err(failed)?;
        database.pragma_update(None, "trusted_schema", false).map_err(failed)?;
        let logs = Self { database, path: path.to_owned() };
        if !logs.has("responses")? && !logs.has("turns")? {
            return Err(LogsError::Other { path: path.to_owned() });
        }
        Ok(logs)
    }

    /// Hands every reply to one of `prompts`, letter for letter, to `keep`, oldest generation first.
    ///
    /// # Errors
    /// When the database can't be read, or `keep` fails.
    pub fn each<E: From<LogsError>>(
        &self,
        prompts: &[&Prompt],
        mut keep: impl FnMut(Found) -> Result<(), E>,
    ) -> Result<Skipped, E> {
        let mut skipped = Skipped::default();
        for prompt in prompts {
            for generation in [Generation::Responses, Generation::Turns] {
                if !self.has(generation.table())? {
                    continue;
                }
                let query = self.query(generation)?;
                let mut statement = self.database.prepare(&query).map_err(|source| self.failed(source))?;
                let mut rows = statement.query([&prompt.text]).map_err(|source| self.failed(source))?;
                while let Some(row) = rows.next().map_err(|source| self.failed(source))? {
                    let logged = Logged::read(row).map_err(|source| self.failed(source))?;
                    let alone = logged.alone && self.is_first(generation, &logged)?;
                    if !alone {
                        skipped.in_company += 1;
                        continue;
                    }
                    let thinking = match (generation, &logged.tip) {
                        (Generation::Turns, Some(tip)) => self.reasoning(tip)?,
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

    fn failed(&self, source: rusqlite::Error) -> LogsError {
        LogsError::Read { path: self.path.clone(), source }
    }

    /// Whether there is a table of this name; a view is none.
    fn has(&self, table: &str) -> Result<bool, LogsError> {
        let count = "select count(*) from sqlite_master where type = 'table' and name = ?";
        let found: u64 = self
            .database
            .query_row(count, [table], |row| row.get(0))
            .map_err(|source| self.failed(source))?;
        Ok(found > 0)
    }

    fn columns(&self, table: &str) -> Result<BTreeSet<String>, LogsError> {
        let read = || -> Result<BTreeSet<String>, rusqlite::Error> {
            let mut statement = self.database.prepare("select name from pragma_table_info(?)")?;
            statement.query_map([table], |row| row.get(0))?.collect()
        };
        read().map_err(|source| self.failed(source))
    }

    /// The replies to one prompt, in the columns that [`Logged::read`] reads; what a version did not have is null.
    fn query(&self, generation: Generation) -> Result<String, LogsError> {
        let table = generation.table();
        let there = self.columns(table)?;
        let column = |name: &str| match there.contains(name) {
            true => format!("r.{name}"),
            false => "null".to_owned(),
        };
        // Whatever else was with the prompt makes it another.
        let mut company = Vec::new();
        for name in ["system", "schema_id"] {
            if there.contains(name) {
                company.push(format!("coalesce(r.{name}, '') <> ''"));
            }
        }
        for (other, key) in generation.companions() {
            if self.has(other)? {
                company.push(format!("exists (select 1 from {other} o where o.{key} = r.id)"));
            }
        }
        let company = if company.is_empty() { "0".to_owned() } else { company.join(" or ") };
        let names = [
            "id",
            "model",
            "resolved_model",
            "options_json",
            "response_json",
            "conversation_id",
            "duration_ms",
            "datetime_utc",
            "input_tokens",
            "output_tokens",
            "token_details",
            "reasoning",
            "parent_message_hash",
            "tip_message_hash",
        ];
        let columns: Vec<String> = names.iter().map(|name| column(name)).collect();
        let columns = columns.join(", ");
        Ok(match generation {
            Generation::Responses => format!(
                "select r.response, {company}, {columns} from responses r where r.prompt = ? order by r.id"
            ),
            Generation::Turns => format!(
                "select s.response, {company}, {columns} from turns r join turn_search s on s.turn_id = r.id \
                 where s.prompt = ? order by r.id"
            ),
        })
    }

    /// Whether nothing was said before the prompt.
    fn is_first(&self, generation: Generation, logged: &Logged) -> Result<bool, LogsError> {
        let count = |query: &str, values: &[&str]| -> Result<u64, LogsError> {
            self.database
                .query_row(query, rusqlite::params_from_iter(values), |row| row.get(0))
                .map_err(|source| self.failed(source))
        };
        match (generation, &logged.conversation, &logged.parent) {
            (Generation::Responses, Some(conversation), _) => {
                // Identifiers sort by time.
                let before = "select count(*) from responses where conversation_id = ? and id < ?";
                Ok(count(before, &[conversation, &logged.id])? == 0)
            }
            (Generation::Turns, _, Some(parent)) => {
                let before = "select count(*) from messages where hash = ? and parent_hash is not null";
                Ok(count(before, &[parent])? == 0)
            }
            _ => Ok(true),
        }
    }

    /// The reasoning of a turn: that of all messages of the model from its last one back to the prompt.
    fn reasoning(&self, tip: &str) -> Result<Option<String>, LogsError> {
        let read = || -> Result<Option<String>, rusqlite::Error> {
            let mut message =
                self.database.prepare("select role, parent_hash from messages where hash = ?")?;
            let mut parts = self.database.prepare(
                "select text from parts where message_hash = ? and type = 'reasoning' order by position",
            )?;
            let (mut texts, mut at) = (Vec::new(), Some(tip.to_owned()));
            for _ in 0..MAX_STEPS {
                let Some(hash) = at else { break };
                let mut found = message.query([&hash])?;
                let Some(row) = found.next()? else { break };
                let (role, parent): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
                if role.as_deref() == Some("user") {
                    break;
                }
                let own: Vec<Option<String>> =
                    parts.query_map([&hash], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let own = own.into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>();
                texts.push(own.join("\n\n"));
                at = parent;
            }
            texts.reverse();
            texts.retain(|text| !text.is_empty());
            Ok((!texts.is_empty()).then(|| texts.join("\n\n")))
        };
        read().map_err(|source| self.failed(source))
    }
}

/// How the database is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generation {
    Responses,
    Turns,
}

impl Generation {
    fn table(self) -> &'static str {
        match self {
            Generation::Responses => "responses",
            Generation::Turns => "turns",
        }
    }

    /// Tables of what may be with a prompt, and their column that names the reply.
    fn companions(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Generation::Responses => &[
                ("prompt_attachments", "response_id"),
                ("prompt_fragments", "response_id"),
                ("system_fragments", "response_id"),
                ("tool_responses", "response_id"),
                ("tool_results", "response_id"),
            ],
            Generation::Turns => &[("turn_tools", "turn_id"), ("turn_fragments", "turn_id")],
        }
    }
}

/// A row of the log.
#[derive(Debug)]
struct Logged {
    response: Option<String>,
    /// Whether nothing stood beside the prompt, by the row alone.
    alone: bool,
    id: String,
    model: Option<String>,
    resolved: Option<String>,
    options: Option<String>,
    answer: Option<String>,
    conversation: Option<String>,
    duration_ms: Option<f64>,
    datetime: Option<String>,
    input: Option<u64>,
    output: Option<u64>,
    details: Option<String>,
    thinking: Option<String>,
    parent: Option<String>,
    tip: Option<String>,
}

impl Logged {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            response: row.get(0)?,
            alone: !row.get::<_, bool>(1)?,
            id: row.get(2)?,
            model: row.get(3)?,
            resolved: row.get(4)?,
            options: row.get(5)?,
            answer: row.get(6)?,
            conversation: row.get(7)?,
            duration_ms: row.get(8)?,
            datetime: row.get(9)?,
            // A column that holds something else tells nothing.
            input: row.get(10).unwrap_or_default(),
            output: row.get(11).unwrap_or_default(),
            details: row.get(12)?,
            thinking: row.get(13)?,
            parent: row.get(14)?,
            tip: row.get(15)?,
        })
    }

    fn found(self, prompt: &Prompt, thinking: Option<String>) -> Option<Found> {
        let (model, response) = (self.model?, self.response?);
        let started = moment(self.datetime.as_deref()?)?;
        let answer: Value = self.answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let mut contestant = ContestantRecord::new(PROVIDER, &model);
        contestant.served = llm_words::served(self.resolved, &answer, &model);
        Some(Found {
            from: FROM,
            id: self.id,
            prompt: prompt.record(),
            contestant,
            request: llm_words::request(self.options.as_deref()),
            outcome: llm_words::outcome(&answer),
            usage: llm_words::usage(self.input, self.output, self.details.as_deref(), &answer),
            started,
            seconds: self.duration_ms.filter(|ms| *ms >= 0.0).map(|ms| ms / 1e3),
            reply: response.into_bytes(),
            thinking,
        })
    }
}

/// A moment as the versions wrote it: with an offset, or without one and in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_all_versions_are_utc() {
        let expected: Timestamp = "2026-11-22T13:18:25.972927Z".parse().unwrap();
        for text in [
            "2026-11-22T13:18:25.972927",
            "2026-11-22T13:18:25.972927+00:00",
            "2026-11-22 13:18:25.972927+00:00",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}
