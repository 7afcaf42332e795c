//! Variables as services ask for them: a value, and whose it is.

use std::sync::Arc;

/// A variable that is set.
#[derive(Clone)]
pub struct Variable {
    /// Its value.
    pub value: String,
    /// The place where it is set, in words for people: `the environment`.
    pub from: String,
    /// Whether the user set it; what a folder sets may be from somebody else.
    pub own: bool,
}

/// A function that looks a variable up.
pub type VariableLookup = Arc<dyn Fn(&str) -> Option<Variable> + Send + Sync>;

/// The value may be a key.
impl std::fmt::Debug for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variable").field("from", &self.from).field("own", &self.own).finish_non_exhaustive()
    }
}

impl Variable {
    /// A variable of the user's environment.
    #[must_use]
    pub fn of_environment(value: String) -> Variable {
        Variable { value, from: "the environment".to_owned(), own: true }
    }
}
