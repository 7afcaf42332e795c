//! The prompts that can be asked for by name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use pelicycle_text::{did_you_mean, near, plain_file};

use super::{Prompt, PromptError, bundled};

/// The largest prompt file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;
const FAMILY: &str = "family:";

/// A library of prompts, by id.
#[derive(Debug, Clone)]
pub struct PromptLibrary {
    prompts: BTreeMap<String, Prompt>,
}

impl PromptLibrary {
    /// The prompts that come with the program.
    ///
    /// # Panics
    /// Never in a build whose tests pass: the bundled files are checked by one.
    #[must_use]
    pub fn bundled() -> Self {
        static READ: LazyLock<PromptLibrary> = LazyLock::new(|| {
            let prompts = bundled::FILES.iter().map(|(name, toml)| {
                let prompt = Prompt::parse(Path::new(name), toml).expect("a test reads every bundled prompt");
                (prompt.id.clone(), prompt)
            });
            PromptLibrary { prompts: prompts.collect() }
        });
        READ.clone()
    }

    /// The bundled prompts and those in `folder`; one of the folder's takes the place of a bundled one of its name.
    ///
    /// # Errors
    /// A folder that cannot be read or holds no prompt; a file that is no prompt.
    pub fn with_dir(folder: &Path) -> Result<Self, PromptError> {
        let mut library = Self::bundled();
        library.prompts.extend(Self::of_dir(folder)?.prompts);
        Ok(library)
    }

    /// The prompts of `folder` and no others.
    ///
    /// # Errors
    /// As [`PromptLibrary::with_dir`].
    pub fn of_dir(folder: &Path) -> Result<Self, PromptError> {
        let mut library = Self { prompts: BTreeMap::new() };
        let read = |source| PromptError::Read { path: folder.to_owned(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !hidden && path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
        if files.is_empty() {
            return Err(PromptError::Empty { path: folder.to_owned() });
        }
        files.sort();
        for path in files {
            let toml = read_file(&path).map_err(|source| PromptError::Read { path: path.clone(), source })?;
            let prompt = Prompt::parse(&path, &toml)?;
            library.prompts.insert(prompt.id.clone(), prompt);
        }
        Ok(library)
    }

    /// All prompts, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Prompt> {
        self.prompts.values()
    }

    /// The prompt of this id.
    ///
    /// # Errors
    /// When there is none; the error names those that are near.
    pub fn get(&self, id: &str) -> Result<&Prompt, PromptError> {
        self.prompts.get(id).ok_or_else(|| {
            let families = self.families();
            // Whoever writes a colon means a family.
            let known: Vec<&str> = match id.contains(':') {
                true => families.iter().map(String::as_str).collect(),
                false => self.prompts.keys().map(String::as_str).collect(),
            };
            self.unknown(id, known.into_iter())
        })
    }

    /// The prompts that `names` ask for, in the order asked, each once: an id, or `family:NAME` for a whole family.
    ///
    /// # Errors
    /// When a name is unknown; the error names those that are near.
    pub fn select<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<Vec<&Prompt>, PromptError> {
        let mut selected: Vec<&Prompt> = Vec::new();
        for name in names {
            let members = match name.strip_prefix(FAMILY) {
                None => vec![self.get(name)?],
                Some(family) => {
                    let members: Vec<_> = self.iter().filter(|prompt| prompt.family == family).collect();
                    if members.is_empty() {
                        return Err(self.unknown(name, self.families().iter().map(String::as_str)));
                    }
                    members
                }
            };
            for prompt in members {
                if !selected.iter().any(|known| known.id == prompt.id) {
                    selected.push(prompt);
                }
            }
        }
        Ok(selected)
    }

    /// Every family, as it is asked for.
    fn families(&self) -> Vec<String> {
        self.iter().map(|prompt| format!("{FAMILY}{}", prompt.family)).collect()
    }

    fn unknown<'a>(&self, name: &str, known: impl Iterator<Item = &'a str>) -> PromptError {
        let shown: String = name.chars().take(80).collect();
        let near = near(&shown, known);
        let hint = if near.is_empty() {
            format!(
                ": there are {}, among them \"pelican\". `pelicycle prompts` lists them; `pelicycle prompts new ID --text TEXT` makes one of your own",
                self.prompts.len()
            )
        } else {
            did_you_mean(&near)
        };
        PromptError::Unknown { name: shown, hint }
    }
}

fn read_file(path: &Path) -> io::Result<String> {
    String::from_utf8(plain_file::read(path, MAX_FILE)?).map_err(|_| io::Error::other("it is no UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_famous_prompt_is_there_to_the_letter() {
        let library = PromptLibrary::bundled();
        let pelican = library.get("pelican").unwrap();
        assert_eq!(pelican.text, "Generate an SVG of a pelican riding a bicycle");
        assert_eq!(pelican.family, "pelican");
        assert!(
            library
                .get("pelican-2")
                .unwrap()
                .text
                .starts_with("Generate an SVG of a California brown pelican")
        );
    }

    #[test]
    fn every_file_in_the_folder_is_bundled_and_says_what_it_expects() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bundled");
        let mut on_disk: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        on_disk.sort();
        let bundled: Vec<_> = bundled::FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(bundled, on_disk, "prompts/src/bundled.rs must list the folder, sorted");
        for prompt in PromptLibrary::bundled().iter() {
            assert!(!prompt.expects.is_empty(), "{}", prompt.id);
        }
    }

    #[test]
    fn controls_differ_from_the_famous_prompt_in_animal_and_vehicle_only() {
        let library = PromptLibrary::bundled();
        let controls = library.select(["family:control"]).unwrap();
        assert_eq!(controls.len(), 8 * 6 - 1);
        for prompt in controls {
            let (animal, vehicle) = prompt.id.split_once('-').unwrap();
            let article = |noun: &str| if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
            let expected = format!(
                "Generate an SVG of {} {animal} riding {} {vehicle}",
                article(animal),
                article(vehicle)
            );
            assert_eq!(prompt.text, expected);
        }
    }

    #[test]
    fn a_selection_keeps_its_order_and_names_nothing_twice() {
        let library = PromptLibrary::bundled();
        let selected = library.select(["otter-boat", "family:pelican", "pelican", "otter-boat"]).unwrap();
        let ids: Vec<_> = selected.iter().map(|prompt| prompt.id.as_str()).collect();
        assert_eq!(ids, ["otter-boat", "pelican", "pelican-2"]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_near_ones() {
        let library = PromptLibrary::bundled();
        let message = |name| library.select([name]).unwrap_err().to_string();
        assert!(message("pelicna").contains("did you mean \"pelican\""), "{}", message("pelicna"));
        assert!(message("family:contrl").contains("\"family:control\""), "{}", message("family:contrl"));
        assert!(message("otter-bicicle").contains("\"otter-bicycle\""));
        assert!(message("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz").contains("there are 49"));
    }

    #[test]
    fn a_folder_adds_prompts_and_replaces_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let toml = format!("id = \"{name}\"\ntitle = \"Mine\"\nfamily = \"mine\"\ntext = \"{text}\"\n");
            fs::write(folder.path().join(format!("{name}.toml")), toml).unwrap();
        };
        assert!(matches!(PromptLibrary::with_dir(folder.path()), Err(PromptError::Empty { .. })));
        write("pelican", "Draw my pelican");
        write("toad-hovercraft", "Draw a toad");
        let library = PromptLibrary::with_dir(folder.path()).unwrap();
        assert_eq!(library.iter().count(), 50);
        assert_eq!(library.get("pelican").unwrap().text, "Draw my pelican");
        fs::write(folder.path().join("broken.toml"), "id = ").unwrap();
        let error = PromptLibrary::with_dir(folder.path()).unwrap_err().to_string();
        assert!(error.contains("broken.toml:1:"), "{error}");
    }
}
