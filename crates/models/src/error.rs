//! A local name that leads to no model, or to several.

use super::found::Found;
use super::shelf::MOST_NAMED;
use pelicycle_text::size;

/// Why `local/NAME` means no one model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NameError {
    #[error("no local model {wanted:?}{}; {}", near_words(near), there_words(there))]
    Unknown { wanted: String, near: Vec<String>, there: Vec<String> },
    #[error("local/{wanted} may be any of these; say more of the name:{}", lines(candidates))]
    Ambiguous { wanted: String, candidates: Vec<Candidate> },
    #[error("local/{wanted} is not whole: {missing} of its files are missing beside {first}; fetch it again")]
    Incomplete { wanted: String, missing: u32, first: String },
}

/// One of the models that a name may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The shortest name that means it alone.
    pub name: String,
    /// Its size and where it is.
    pub about: String,
}

impl Candidate {
    pub(super) fn of(name: String, found: &Found) -> Candidate {
        Candidate { name, about: format!("{}, {}", size::words(found.bytes), found.origin) }
    }
}

fn near_words(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
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

fn lines(candidates: &[Candidate]) -> String {
    let widest = candidates.iter().map(|candidate| candidate.name.chars().count()).max().unwrap_or(0);
    candidates.iter().map(|Candidate { name, about }| format!("\n  {name:widest$}  {about}")).collect()
}
