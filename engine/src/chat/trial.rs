//! Trying a chat template where it can do no harm, before it is used here.
//!
//! A template comes with the file. A few lines of one can fill the memory or overflow the stack, which no bound of the
//! language prevents and which ends a process. Whoever can start another process may have each template tried there
//! first: the engine itself starts none.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::error::ChatError;

/// A template, and a conversation that it is to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateTrial {
    /// The template's text.
    pub source: String,
    /// The text of the begin token.
    pub bos: String,
    /// The text of the end token.
    pub eos: String,
    /// The messages and the variables; none where the template is only to be compiled.
    pub conversation: Option<(Vec<serde_json::Value>, serde_json::Map<String, serde_json::Value>)>,
}

/// Tries a template elsewhere; says in words why it must not be used here.
pub type TemplateGuard = fn(&TemplateTrial) -> Result<(), String>;

static GUARD: OnceLock<TemplateGuard> = OnceLock::new();

/// Has every template tried by `guard` before this process compiles or renders it. The first guard stays.
pub fn guard_templates(guard: TemplateGuard) {
    let _ = GUARD.set(guard);
}

impl TemplateTrial {
    /// Has it tried by the guard, where there is one; once for all of its kind.
    pub(super) fn pass(&self) -> Result<(), ChatError> {
        static PASSED: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());
        let Some(guard) = GUARD.get() else { return Ok(()) };
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(self).unwrap_or_default().hash(&mut hasher);
        let hash = hasher.finish();
        let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
        if !passed.contains(&hash) {
            guard(self).map_err(ChatError::Trial)?;
            passed.insert(hash);
        }
        Ok(())
    }
}
