//! Variables for those who ask by name only.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::output::say_error;
use pelicycle_provider::VariableLookup as Lookup;
use pelicycle_run::variables::Variables;

/// Looks variables up. A command that fails is told once, and its variable is then not set.
pub(super) fn variables(variables: &Arc<Variables>) -> Lookup {
    let variables = Arc::clone(variables);
    let told = Mutex::new(BTreeSet::new());
    Arc::new(move |name: &str| match variables.get(name) {
        Ok(found) => found.map(|(value, _)| value),
        Err(error) => {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.insert(name.to_owned()) {
                say_error(&format!("warning: {error}"));
            }
            None
        }
    })
}
