//! The places of names in pelicycle.toml, so that what is wrong with one is told with its line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file looked for in the working directory.
pub const CONFIG_FILE: &str = "pelicycle.toml";

/// The lines of words in tables of tables: `[lineups]`, `[contestants.NAME]`, `[run]`, `[site]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigPlaces {
    file: PathBuf,
    /// By the table, the key and the word that stands there. No other table is kept: words of some are keys.
    lines: BTreeMap<(String, String), usize>,
}

/// The tables of which words are kept.
const TABLES: [&str; 4] = ["lineups", "contestants", "run", "site"];

impl ConfigPlaces {
    /// Those of a file that could be read as `text`.
    pub(crate) fn new(file: &Path, text: &str) -> ConfigPlaces {
        let mut places = ConfigPlaces { file: file.to_owned(), lines: BTreeMap::new() };
        let Ok(whole) = DeTable::parse(text) else { return places };
        for (table, value) in whole.get_ref().iter() {
            if TABLES.contains(&&**table.get_ref()) {
                places.add(table.get_ref(), value, text);
            }
        }
        places
    }

    fn add(&mut self, key: &str, value: &Spanned<DeValue<'_>>, text: &str) {
        match value.get_ref() {
            DeValue::Table(table) => {
                for (name, value) in table.iter() {
                    self.add(&format!("{key}.{}", name.get_ref()), value, text);
                }
            }
            // Of an empty list, the list itself.
            DeValue::Array(list) if list.is_empty() => self.put(key, "", value, text),
            DeValue::Array(list) => list.iter().for_each(|member| self.add(key, member, text)),
            DeValue::String(word) => {
                self.put(key, word, value, text);
            }
            _ => {}
        }
    }

    fn put(&mut self, key: &str, word: &str, at: &Spanned<DeValue<'_>>, text: &str) {
        let line = text[..at.span().start].matches('\n').count() + 1;
        self.lines.entry((key.to_owned(), word.to_owned())).or_insert(line);
    }

    /// `pelicycle.toml:3`, the place of a word under a key such as `lineups.spring`; the file alone where it is not known.
    pub(crate) fn of(&self, key: &str, word: &str) -> String {
        let file = match self.file.as_os_str().is_empty() {
            true => CONFIG_FILE.into(),
            false => self.file.display().to_string(),
        };
        match self.lines.get(&(key.to_owned(), word.to_owned())) {
            Some(line) => format!("{file}:{line}"),
            None => file,
        }
    }
}
