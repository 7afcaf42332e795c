//! A local name that leads to no model, or to several.

use pelicycle_text::{any_of, size};

use super::model_file::ModelFile;

/// The number of models that an error names before it only counts.
const MOST_NAMED: usize = 8;

/// The reason why `local/NAME` means no one model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ModelNameError {
    #[error("no local model {wanted:?}{}; {}", near_words(near), there_words(there))]
    Unknown { wanted: String, near: Vec<String>, there: Vec<String> },
    #[error("local/{wanted} can't be used: {path} {why}")]
    Unusable { wanted: String, path: String, why: String },
    #[error("local/{wanted} may be any of these; say more of the name:{}", lines(candidates))]
    Ambiguous { wanted: String, candidates: Vec<ModelCandidate> },
    #[error("local/{wanted} is not whole: {missing} of its files are missing beside {first}; fetch it again")]
    Incomplete { wanted: String, missing: u32, first: String },
}

/// One of the models that a name may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCandidate {
    /// The shortest name that means it alone.
    pub name: String,
    /// Its size and where it is.
    pub about: String,
}

impl ModelCandidate {
    pub(super) fn of(name: String, found: &ModelFile) -> ModelCandidate {
        ModelCandidate { name, about: format!("{}, {}", size::words(found.bytes), found.origin) }
    }
}

fn near_words(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", any_of(near)),
    }
}

fn there_words(there: &[String]) -> String {
    const FETCH: &str = "`pelicycle model pull OWNER/REPO` fetches one";
    match there {
        [] => format!("there is none on this machine, and {FETCH}"),
        there if there.len() > MOST_NAMED => format!(
            "there are {} and {} more (`pelicycle model list`), and {FETCH}",
            there[..MOST_NAMED].join(", "),
            there.len() - MOST_NAMED
        ),
        there => format!("there are {}, and {FETCH}", there.join(", ")),
    }
}

fn lines(candidates: &[ModelCandidate]) -> String {
    let widest = candidates.iter().map(|candidate| candidate.name.chars().count()).max().unwrap_or(0);
    candidates.iter().map(|ModelCandidate { name, about }| format!("\n  {name:widest$}  {about}")).collect()
}
