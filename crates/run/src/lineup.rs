//! Contestants with names of their own: `[contestants.NAME]` and `[lineups]` of pelicycle.toml.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_record::name;
use pelicycle_text::{did_you_mean, near};

use crate::ContestantEntry;
use crate::config_places::ConfigPlaces;
use crate::contestant::models_like;
use crate::participant::{BUNDLED, Participant};

/// The beginning of a `-m` that means a whole line-up.
const LINEUP: &str = "lineup:";

/// Contestants and line-ups by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lineups {
    contestants: BTreeMap<String, ContestantEntry>,
    lineups: BTreeMap<String, Vec<String>>,
    /// Contestants by every name they have.
    names: BTreeMap<String, String>,
    written_at: ConfigPlaces,
}

/// The reason why names in pelicycle.toml, or one that was asked for, can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LineupError {
    #[error("contestants.{name}: the name of a contestant is a folder's name too, and this {fault}")]
    Name { name: String, fault: &'static str },
    #[error("{name:?} names two contestants in pelicycle.toml: {first} and {second}")]
    Twice { name: String, first: String, second: String },
    #[error("no line-up {name:?} in pelicycle.toml{there}")]
    Unknown { name: String, there: String },
    #[error(
        "{place}: lineups.{lineup} names {member:?}, which is no contestant there and no model (a path to a .gguf \
         file, local/NAME, PROVIDER/MODEL, or hatchling){meant}"
    )]
    Member { place: String, lineup: String, member: String, meant: String },
    #[error("{place}: lineups.{lineup} is empty, and so nobody would be asked; name a model in it")]
    Empty { place: String, lineup: String },
    #[error("lineups.{name} names itself, by way of {via}")]
    Circle { name: String, via: String },
    #[error("{place}: contestants.{name} has a projector, and {why}: take the line out")]
    Projector { place: String, name: String, why: &'static str },
}

impl Lineups {
    /// Checks names.
    ///
    /// # Errors
    /// When a name can't be a folder's, or means two contestants.
    pub fn new(
        contestants: BTreeMap<String, ContestantEntry>,
        lineups: BTreeMap<String, Vec<String>>,
        written_at: ConfigPlaces,
    ) -> Result<Lineups, LineupError> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (own, entry) in &contestants {
            if let Some(fault) = name::fault(own) {
                return Err(LineupError::Name { name: own.clone(), fault });
            }
            for name in std::iter::once(own).chain(&entry.aliases) {
                if let Some(first) = names.insert(name.clone(), own.clone()) {
                    return Err(LineupError::Twice { name: name.clone(), first, second: own.clone() });
                }
            }
        }
        Ok(Lineups { contestants, lineups, names, written_at })
    }

    /// Every contestant that has a name.
    pub fn everyone(&self) -> impl Iterator<Item = Participant> {
        self.contestants
            .iter()
            .map(|(own, entry)| Participant { name: Some(own.clone()), entry: entry.clone() })
    }

    /// The names that may have been meant by a name that leads to no model: a contestant, or a line-up without its
    /// mark.
    pub(crate) fn meant(&self, named: &str) -> String {
        if self.lineups.contains_key(named) {
            return did_you_mean(&[&format!("{LINEUP}{named}")]);
        }
        did_you_mean(&near(named, self.names.keys().map(String::as_str)))
    }

    /// Those whom `asked` names, in order, each once: `lineup:NAME`, a contestant, or a model.
    ///
    /// # Errors
    /// When there is no such line-up, or it names itself.
    pub fn choose(&self, asked: &[String]) -> Result<Vec<Participant>, LineupError> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        for one in asked {
            self.add(one, &mut Vec::new(), &mut seen, &mut all)?;
        }
        Ok(all)
    }

    fn add<'a>(
        &'a self,
        asked: &'a str,
        within: &mut Vec<&'a str>,
        seen: &mut BTreeSet<String>,
        all: &mut Vec<Participant>,
    ) -> Result<(), LineupError> {
        let Some(lineup) = asked.strip_prefix(LINEUP) else {
            if let Some(lineup) = within.last()
                && !self.names.contains_key(asked)
                && !may_be_model(asked)
            {
                let known = near(asked, self.names.keys().map(String::as_str));
                let meant = if known.is_empty() { models_like(asked) } else { did_you_mean(&known) };
                return Err(LineupError::Member {
                    place: self.written_at.of(&format!("lineups.{lineup}"), asked),
                    lineup: (*lineup).to_owned(),
                    member: asked.to_owned(),
                    meant,
                });
            }
            let chosen = match self.names.get(asked) {
                Some(own) => Participant { name: Some(own.clone()), entry: self.contestants[own].clone() },
                None => Participant {
                    name: None,
                    entry: ContestantEntry { model: asked.to_owned(), ..ContestantEntry::default() },
                },
            };
            // A line-up may have one that was also asked for by itself; twice the same word is a mistake that the
            // caller tells.
            let key = chosen.name.clone().unwrap_or_else(|| asked.to_owned());
            if seen.insert(key) || within.is_empty() {
                all.push(chosen);
            }
            return Ok(());
        };
        if within.contains(&lineup) {
            return Err(LineupError::Circle { name: lineup.to_owned(), via: within.join(", ") });
        }
        let Some(members) = self.lineups.get(lineup) else {
            let there = match self.lineups.keys().cloned().collect::<Vec<_>>() {
                none if none.is_empty() => "; [lineups] has none".to_owned(),
                some => match did_you_mean(&near(lineup, some.iter().map(String::as_str))) {
                    none if none.is_empty() => format!("; there are {}", some.join(", ")),
                    meant => meant,
                },
            };
            return Err(LineupError::Unknown { name: lineup.to_owned(), there });
        };
        if members.is_empty() {
            let place = self.written_at.of(&format!("lineups.{lineup}"), "");
            return Err(LineupError::Empty { place, lineup: lineup.to_owned() });
        }
        within.push(lineup);
        for member in members {
            self.add(member, within, seen, all)?;
        }
        within.pop();
        Ok(())
    }
}

/// Whether a bare name can be a model's, as [`crate::Contestant::find`] takes it.
fn may_be_model(named: &str) -> bool {
    let path = std::path::Path::new(named);
    named.contains('/')
        || named == BUNDLED
        || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gguf"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pelicycle_record::SamplingSettings;
    use serde::Deserialize;

    use super::*;
    use crate::one_or_many;

    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        contestants: BTreeMap<String, ContestantEntry>,
        #[serde(default, deserialize_with = "one_or_many::lists")]
        lineups: BTreeMap<String, Vec<String>>,
    }

    fn lineups(text: &str) -> Result<Lineups, LineupError> {
        let file: File = toml::from_str(text).unwrap();
        Lineups::new(file.contestants, file.lineups, ConfigPlaces::new(Path::new("p.toml"), text))
    }

    fn names(lineups: &Lineups, asked: &[&str]) -> Result<Vec<String>, LineupError> {
        let asked: Vec<String> = asked.iter().map(|&one| one.to_owned()).collect();
        let chosen = lineups.choose(&asked)?;
        Ok(chosen.into_iter().map(|one| one.name.unwrap_or(one.entry.model)).collect())
    }

    const FILE: &str = "
        [contestants.opus-high]
        model = 'anthropic/claude-opus-4-7'
        released = 2026-04-16
        effort = 'high'
        aliases = ['oh']
        price = { input = 5, output = 25 }
        [contestants.bird]
        model = 'local/hatchling'
        released = '2026-11-22'
        [lineups]
        spring = ['opus-high', 'bird', 'openai/gpt-6.1-sol']
        all = ['lineup:spring', 'ollama/qwen3.6:35b-a3b', 'bird']
    ";

    #[test]
    fn a_lineup_is_all_its_members_once_in_order() {
        let lineups = lineups(FILE).unwrap();
        assert_eq!(
            names(&lineups, &["lineup:all"]).unwrap(),
            ["opus-high", "bird", "openai/gpt-6.1-sol", "ollama/qwen3.6:35b-a3b"]
        );
        assert_eq!(names(&lineups, &["oh", "lineup:spring"]).unwrap().len(), 3);
        assert_eq!(names(&lineups, &["hatchling"]).unwrap(), ["hatchling"]);
        let opus = &lineups.choose(&["oh".to_owned()]).unwrap()[0];
        assert_eq!(opus.entry.released, Some("2026-04-16".parse().unwrap()));
        assert_eq!(opus.entry.price.as_ref().map(|rates| rates.output), Some(25.0));
    }

    #[test]
    fn a_contestant_has_sampling_settings_among_its_own_keys() {
        let lineups = lineups(FILE).unwrap();
        let opus = &lineups.choose(&["oh".to_owned()]).unwrap()[0].entry;
        let expected = SamplingSettings { effort: Some("high".to_owned()), ..SamplingSettings::default() };
        assert_eq!((&opus.sampling, opus.aliases.len()), (&expected, 1));
    }

    #[test]
    fn names_that_mean_two_or_none_or_themselves_are_told() {
        let words = |text: &str| lineups(text).unwrap_err().to_string();
        assert!(words("[contestants.A]\nmodel = 'x'").contains("contestants.A: the name"));
        assert!(
            words("[contestants.a]\nmodel = 'x'\n[contestants.b]\nmodel = 'y'\naliases = ['a']")
                .contains("a and b")
        );
        let lineups = lineups("[lineups]\na = ['lineup:b']\nb = ['lineup:a']").unwrap();
        let words = |asked: &str| names(&lineups, &[asked]).unwrap_err().to_string();
        assert!(words("lineup:c").contains("there are a, b"));
        let file = "[contestants.heron]\nmodel = 'x/y'\n[lineups]\na = [\n'heron',\n'heorn']\nb = 'gpt-4o'\nc = 'zebra'";
        let typos = self::lineups(file).unwrap();
        let said = |asked: &str| typos.choose(&[asked.to_owned()]).unwrap_err().to_string();
        for (asked, begin, end) in [
            ("lineup:a", "p.toml:6: lineups.a names \"heorn\", which", ": did you mean \"heron\"?"),
            ("lineup:b", "p.toml:7: lineups.b names \"gpt-4o\"", ": did you mean \"openai/gpt-4o\"?"),
            ("lineup:c", "p.toml:8: lineups.c names \"zebra\"", "or hatchling)"),
        ] {
            let said = said(asked);
            assert!(said.starts_with(begin) && said.ends_with(end), "{said}");
        }
        assert!(words("lineup:a").contains("names itself"));
        let empty = self::lineups("[lineups]\nall = ['lineup:none']\nnone = []").unwrap();
        let said = empty.choose(&["lineup:all".to_owned()]).unwrap_err().to_string();
        assert!(said.starts_with("p.toml:3: lineups.none is empty"), "{said}");
        assert_eq!(typos.meant("a"), ": did you mean \"lineup:a\"?");
        assert_eq!(typos.meant("heorn"), ": did you mean \"heron\"?");
        assert_eq!(typos.meant("zebra"), "");
    }
}
