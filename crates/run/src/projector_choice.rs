//! The choice of the projector with which a local model sees.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_engine::gguf::{Gguf, GgufOutline};
use pelicycle_engine::model::{Model, ModelError};
use pelicycle_engine::vision::{PictureLimits, Projector};
use pelicycle_models::projectors_beside;

use crate::{Config, ConfigurationFault, Contestant, ContestantModel, Weights};

/// Whether a local model sees pictures.
#[derive(Debug)]
pub enum Sight {
    /// With this projector, which was made for it.
    Sees(Arc<Projector>),
    /// There is no projector for it.
    TextAlone,
    /// It can't be run at all: what its own metadata say is wrong.
    NoModel(ModelError),
    /// It would with a projector that can't be used.
    Unusable {
        /// The projector.
        projector: PathBuf,
        /// What is wrong with it.
        why: ModelError,
    },
}

/// The projectors that somebody named; others are found where they lie.
#[derive(Debug, Clone, Default)]
pub struct Projectors {
    /// For whatever local model is asked.
    given: Option<PathBuf>,
    /// Those of pelicycle.toml.
    configured: Vec<ConfiguredProjector>,
}

/// The projector that a contestant of pelicycle.toml has.
#[derive(Debug, Clone)]
struct ConfiguredProjector {
    contestant: String,
    weights: Weights,
    path: PathBuf,
}

impl Projectors {
    /// The one that was given, before those that contestants of pelicycle.toml have.
    ///
    /// # Errors
    /// When a contestant has one that is no model of this machine.
    pub fn new(config: &Config, given: Option<&Path>) -> Result<Projectors, ConfigurationFault> {
        let mut configured = Vec::new();
        for one in config.lineups()?.everyone() {
            let Some(projector) = one.entry.projector else { continue };
            match Contestant::find(&one.entry.model, &config.places()).map(|found| found.model) {
                Ok(ContestantModel::Local(weights)) => configured.push(ConfiguredProjector {
                    contestant: one.name.unwrap_or_default(),
                    weights,
                    path: projector,
                }),
                Ok(ContestantModel::Remote | ContestantModel::Given(_)) => {
                    return Err(ConfigurationFault::Projector { name: one.name.unwrap_or_default() });
                }
                // Whoever asks for it hears of that.
                Err(_) => {}
            }
        }
        Ok(Projectors { given: given.map(Path::to_owned), configured })
    }

    /// The one that was named for these weights. Where contestants have different ones for them, none is for the weights alone.
    #[must_use]
    pub fn named(&self, weights: &Weights) -> Option<&Path> {
        let agreed = || {
            let mut all = self.configured.iter().filter(|one| same(&one.weights, weights));
            let first = all.next()?;
            all.all(|one| one.path == first.path).then_some(first.path.as_path())
        };
        self.given.as_deref().or_else(agreed)
    }

    /// The one that was named for a contestant, by its slug: its own before one for its weights.
    #[must_use]
    pub(crate) fn named_for(&self, slug: &str, weights: &Weights) -> Option<&Path> {
        let own = || self.configured.iter().find(|one| one.contestant == slug).map(|one| one.path.as_path());
        self.given.as_deref().or_else(own).or_else(|| self.named(weights))
    }

    /// Whether the model in a file sees, by the one that was named for it, else by those beside it. The projector is opened:
    /// all of its tensors are there and have their shapes.
    #[must_use]
    pub fn sight(&self, path: &Path, model: &Arc<Gguf>) -> Sight {
        Sight::of(path, model, self.named(&Weights::File(path.to_owned())))
    }
}

/// Whether two name the same file.
fn same(a: &Weights, b: &Weights) -> bool {
    match (a, b) {
        (Weights::File(a), Weights::File(b)) => {
            a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
        }
        _ => a == b,
    }
}

impl Sight {
    /// By a projector that was named for the model, or by the first beside its file that was made for it, half precision
    /// before others.
    pub(crate) fn of(path: &Path, model: &Arc<Gguf>, named: Option<&Path>) -> Sight {
        if let Err(why) = Model::check_metadata(model) {
            return Sight::NoModel(why);
        }
        if let Some(named) = named {
            return match open(named, model) {
                Ok(projector) => Sight::Sees(projector),
                Err(why) => Sight::Unusable { projector: named.to_owned(), why },
            };
        }
        let mut fault = None;
        for projector in projectors_beside(path).into_iter().filter(|found| may_suit(found, model)) {
            match open(&projector, model) {
                Ok(projector) => return Sight::Sees(projector),
                Err(ModelError::Unpaired { .. }) => {}
                Err(why) => fault = fault.or(Some(Sight::Unusable { projector, why })),
            }
        }
        fault.unwrap_or(Sight::TextAlone)
    }

    /// The projector that can be used.
    #[must_use]
    pub fn projector(&self) -> Option<&Path> {
        match self {
            Sight::Sees(projector) => Some(projector.gguf().path()),
            Sight::TextAlone | Sight::NoModel(_) | Sight::Unusable { .. } => None,
        }
    }

    /// What is wrong with a projector that would be used, with its path.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self {
            Sight::Unusable { projector, why } => {
                let (path, why) = (projector.display().to_string(), why.to_string());
                let told = why.contains(&path);
                Some(if told { why } else { format!("{path}: {why}") })
            }
            Sight::Sees(_) | Sight::TextAlone | Sight::NoModel(_) => None,
        }
    }
}

fn open(projector: &Path, model: &Arc<Gguf>) -> Result<Arc<Projector>, ModelError> {
    let opened = Projector::open(projector, PictureLimits::default())?;
    opened.check_file(model)?;
    Ok(Arc::new(opened))
}

/// Whether a projector that was found may be this model's, by its metadata alone. What has no eyes, is of a kind that nobody
/// knows, goes with other models or can't be read at all is a stray: the model is none the worse for it.
fn may_suit(projector: &Path, model: &Arc<Gguf>) -> bool {
    let Ok(outline) = GgufOutline::open(projector) else { return false };
    // Its other faults are this model's to tell.
    Projector::goes_with(outline.gguf(), model).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_contestants_of_one_file_each_have_their_own_projector() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("m.gguf");
        std::fs::write(&model, "x").unwrap();
        let file = folder.path().join("p.toml");
        let table = |name: &str, eyes: &str| {
            format!("[contestants.{name}]\nmodel = '{}'\nprojector = '{eyes}'\n", model.display())
        };
        let projectors = |toml: String, given: Option<&Path>| {
            std::fs::write(&file, toml).unwrap();
            Projectors::new(&Config::load(Some(&file)).unwrap(), given).unwrap()
        };
        let weights = Weights::File(model.clone());
        let two = projectors(table("half", "f16.gguf") + &table("coarse", "q8.gguf"), None);
        for (slug, eyes) in [("half", Some("f16.gguf")), ("coarse", Some("q8.gguf")), ("local-m", None)] {
            assert_eq!(two.named_for(slug, &weights), eyes.map(Path::new), "{slug}");
        }
        let one = projectors(table("half", "f16.gguf"), None);
        assert_eq!(one.named_for("local-m", &weights), Some(Path::new("f16.gguf")));
        let given = projectors(table("half", "f16.gguf"), Some(Path::new("given.gguf")));
        assert_eq!(given.named_for("half", &weights), Some(Path::new("given.gguf")));
    }
}
