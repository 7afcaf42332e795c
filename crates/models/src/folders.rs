//! The folders in which models lie on this machine, by the environment and the customs of the programs that fetch them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::lm_studio;

/// The folders to look in; those that are not there are no error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelFolders {
    /// Folders of this project's configuration.
    pub folders: Vec<PathBuf>,
    /// The Hugging Face hub's cache.
    pub hub: Option<PathBuf>,
    /// llama.cpp's own cache.
    pub llama_cpp: Option<PathBuf>,
    /// LM Studio's folder, now and formerly.
    pub lm_studio: Vec<PathBuf>,
    /// Ollama's stores: the user's and the system service's.
    pub ollama: Vec<PathBuf>,
}

impl ModelFolders {
    /// The places that this process's environment tells, beside `folders`.
    #[must_use]
    pub fn of_environment(folders: Vec<PathBuf>) -> ModelFolders {
        ModelFolders::of(folders, std::env::home_dir().as_deref(), |name| std::env::var_os(name))
    }

    fn of(
        folders: Vec<PathBuf>,
        home: Option<&Path>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> ModelFolders {
        let at_home = |rest: &str| home.map(|home| home.join(rest));
        let own_cache = || match std::env::consts::OS {
            "macos" => at_home("Library/Caches"),
            "windows" => path(&variable, "LOCALAPPDATA"),
            _ => cache(home, &variable),
        };
        ModelFolders {
            folders,
            hub: ModelFolders::hub_cache(home, &variable),
            llama_cpp: path(&variable, "LLAMA_CACHE").or_else(|| Some(own_cache()?.join("llama.cpp"))),
            lm_studio: home.map(lm_studio::folders).unwrap_or_default(),
            ollama: match path(&variable, "OLLAMA_MODELS") {
                Some(models) => vec![models],
                None => at_home(".ollama/models")
                    .into_iter()
                    .chain(cfg!(target_os = "linux").then(|| "/usr/share/ollama/.ollama/models".into()))
                    .collect(),
            },
        }
    }

    /// The folder of everything that the hub's library keeps.
    pub(crate) fn hub_home(
        home: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Option<PathBuf> {
        path(variable, "HF_HOME").or_else(|| Some(cache(home, variable)?.join("huggingface")))
    }

    /// The hub's cache.
    pub(crate) fn hub_cache(
        home: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Option<PathBuf> {
        path(variable, "HF_HUB_CACHE")
            .or_else(|| path(variable, "HUGGINGFACE_HUB_CACHE"))
            .or_else(|| Some(ModelFolders::hub_home(home, variable)?.join("hub")))
    }
}

/// A variable that names a folder; an empty one names none.
fn path(variable: &dyn Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    variable(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn cache(home: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    path(variable, "XDG_CACHE_HOME").or_else(|| Some(home?.join(".cache")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(variables: &[(&str, &str)]) -> Option<PathBuf> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        ModelFolders::of(Vec::new(), Some(Path::new("/home/a")), variable).hub
    }

    #[test]
    fn the_hubs_cache_is_where_its_own_library_puts_it() {
        let all = [
            ("HF_HUB_CACHE", "/1"),
            ("HUGGINGFACE_HUB_CACHE", "/2"),
            ("HF_HOME", "/3"),
            ("XDG_CACHE_HOME", "/4"),
        ];
        let found: Vec<_> = (0..=4).map(|n| hub(&all[n..]).unwrap()).collect();
        let expected = ["/1", "/2", "/3/hub", "/4/huggingface/hub", "/home/a/.cache/huggingface/hub"];
        assert_eq!(found, expected.map(PathBuf::from));
        assert_eq!(hub(&[("HF_HUB_CACHE", ""), ("HF_HOME", "/3")]), Some("/3/hub".into()));
    }

    #[test]
    fn variables_move_the_places_of_other_programs() {
        let variable = |name: &str| match name {
            "OLLAMA_MODELS" => Some("/o".into()),
            "LLAMA_CACHE" => Some("/l".into()),
            _ => None,
        };
        let places = ModelFolders::of(vec!["m".into()], None, variable);
        let expected = ModelFolders {
            folders: vec!["m".into()],
            hub: None,
            llama_cpp: Some("/l".into()),
            lm_studio: vec![],
            ollama: vec!["/o".into()],
        };
        assert_eq!(places, expected);
    }
}
