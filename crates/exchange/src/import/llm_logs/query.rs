//! Queries to the database, in the layout that it has.

use std::collections::BTreeSet;

use super::row::LoggedReply;
use super::{LlmLogs, LlmLogsError};

/// Messages between a reply and its prompt, at most: reasoning, tool calls and their results may stand between.
const MAX_STEPS: usize = 64;

/// Whether the prompt of a row is the one asked for. `llm` logs line breaks at its end that a shell or an editor put there.
const PROMPT_OF_RESPONSES: &str = "rtrim(r.prompt, char(10, 13)) = rtrim(?, char(10, 13))";
/// The same of the later layout.
const PROMPT_OF_TURNS: &str = "rtrim(s.prompt, char(10, 13)) = rtrim(?, char(10, 13))";

/// The layout of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogsSchema {
    Responses,
    Turns,
}

impl LogsSchema {
    pub(super) fn table(self) -> &'static str {
        match self {
            LogsSchema::Responses => "responses",
            LogsSchema::Turns => "turns",
        }
    }

    /// Tables of what may be with a prompt, and their column that names the reply.
    fn companions(self) -> &'static [(&'static str, &'static str)] {
        match self {
            LogsSchema::Responses => &[
                ("prompt_attachments", "response_id"),
                ("prompt_fragments", "response_id"),
                ("system_fragments", "response_id"),
                ("tool_responses", "response_id"),
                ("tool_results", "response_id"),
            ],
            LogsSchema::Turns => &[("turn_tools", "turn_id"), ("turn_fragments", "turn_id")],
        }
    }
}

impl LlmLogs {
    /// Whether there is a table of this name; a view is none.
    pub(super) fn has(&self, table: &str) -> Result<bool, LlmLogsError> {
        let count = "select count(*) from sqlite_master where type = 'table' and name = ?";
        let found: u64 = self
            .database
            .query_row(count, [table], |row| row.get(0))
            .map_err(|source| self.failed(source))?;
        Ok(found > 0)
    }

    fn columns(&self, table: &str) -> Result<BTreeSet<String>, LlmLogsError> {
        let read = || -> Result<BTreeSet<String>, rusqlite::Error> {
            let mut statement = self.database.prepare("select name from pragma_table_info(?)")?;
            statement.query_map([table], |row| row.get(0))?.collect()
        };
        read().map_err(|source| self.failed(source))
    }

    /// The replies to one prompt, in the columns that [`LoggedReply::read`] reads; what a version did not have is null.
    pub(super) fn query(&self, generation: LogsSchema) -> Result<String, LlmLogsError> {
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
            LogsSchema::Responses => format!(
                "select r.response, {company}, {columns} from responses r where {PROMPT_OF_RESPONSES} order by r.id"
            ),
            LogsSchema::Turns => format!(
                "select s.response, {company}, {columns} from turns r join turn_search s on s.turn_id = r.id \
                 where {PROMPT_OF_TURNS} order by r.id"
            ),
        })
    }

    /// Whether nothing was said before the prompt.
    pub(super) fn is_first(
        &self,
        generation: LogsSchema,
        logged: &LoggedReply,
    ) -> Result<bool, LlmLogsError> {
        let count = |query: &str, values: &[&str]| -> Result<u64, LlmLogsError> {
            self.database
                .query_row(query, rusqlite::params_from_iter(values), |row| row.get(0))
                .map_err(|source| self.failed(source))
        };
        match (generation, &logged.conversation, &logged.parent) {
            (LogsSchema::Responses, Some(conversation), _) => {
                // Identifiers sort by time.
                let before = "select count(*) from responses where conversation_id = ? and id < ?";
                Ok(count(before, &[conversation, &logged.id])? == 0)
            }
            (LogsSchema::Turns, _, Some(parent)) => {
                let before = "select count(*) from messages where hash = ? and parent_hash is not null";
                Ok(count(before, &[parent])? == 0)
            }
            _ => Ok(true),
        }
    }

    /// The reasoning of a turn: that of all messages of the model from its last one back to the prompt.
    pub(super) fn reasoning(&self, tip: &str) -> Result<Option<String>, LlmLogsError> {
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
