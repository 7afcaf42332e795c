//! Replies that other tools kept: found in their files, checked as any other, kept by the same store.
//!
//! What a source does not tell stays unknown. An identifier follows from the reply, where it came from and the prompt, so
//! importing a source twice, or on two machines, makes the same attempt.

mod git;
mod keep;
mod layout;
mod llm_logs;
mod svg_folder;

pub use keep::{ImportError, ImportOutcome, Importer};
pub use llm_logs::{LlmLogs, LlmLogsError, SkippedReplies, default_path};
use pelicycle_record::{ContestantRecord, Outcome, PromptRecord, RequestRecord, Usage};
pub use svg_folder::{FoundFolder, SvgFolderError, svg_folder};

/// A reply that a source holds, with what the source tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundReply {
    /// The kind of source: `llm-logs` or `svg-folder`.
    pub from: &'static str,
    /// The reply's name in the source, the same each time.
    pub id: String,
    /// The prompt that it answers.
    pub prompt: PromptRecord,
    /// The contestant that answered.
    pub contestant: ContestantRecord,
    /// The number of the reply among those of this contestant to this prompt in the source, from 1.
    pub sample: u32,
    /// The settings that are known of the request.
    pub request: RequestRecord,
    /// The outcome of the reply, as far as is told.
    pub outcome: Outcome,
    /// Tokens, where they were counted.
    pub usage: Usage,
    /// The moment at which it was asked.
    pub started: jiff::Timestamp,
    /// Seconds to the end of the reply.
    pub seconds: Option<f64>,
    /// The reply, byte for byte.
    pub reply: Vec<u8>,
    /// The reasoning text; none where it is empty.
    pub thinking: Option<String>,
}
