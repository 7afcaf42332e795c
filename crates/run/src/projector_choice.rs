//! The choice of the projector with which a local model sees.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_engine::gguf::{Gguf, GgufOutline};
use pelicycle_engine::model::{Model, ModelError};
use pelicycle_engine::vision::{PictureLimits, Projector};
use pelicycle_models::projectors_beside;

use crate::{Config, Contestant, ContestantModel, LineupError, Participant, WeightsLocation};

/// Whether a local model sees pictures.
#[derive(Debug)]
pub enum VisionSupport {
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
        /// Its fault.
        why: ModelError,
        /// The place where it is named in pelicycle.toml, with its line.
        place: Option<String>,
    },
}

/// The projectors that somebody named; others are found where they lie.
#[derive(Debug, Clone, Default)]
pub struct ProjectorChoice {
    /// For whatever local model is asked.
    given: Option<PathBuf>,
    /// Those of pelicycle.toml.
    configured: Vec<ConfiguredProjector>,
    faults: Vec<LineupError>,
}

/// The projector of a contestant of pelicycle.toml.
#[derive(Debug, Clone)]
struct ConfiguredProjector {
    contestant: String,
    weights: WeightsLocation,
    named: NamedProjector,
}

/// A projector that somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedProjector {
    pub(crate) path: PathBuf,
    /// The place where pelicycle.toml names it, with its line.
    pub(crate) place: Option<String>,
}

impl ProjectorChoice {
    /// The one that was given, before those that contestants of pelicycle.toml have.
    ///
    /// # Errors
    /// When names of contestants clash or can't be used.
    pub fn new(config: &Config, given: Option<&Path>) -> Result<ProjectorChoice, LineupError> {
        let (mut configured, mut faults) = (Vec::new(), Vec::new());
        for one in config.lineups()?.everyone() {
            let Participant { name: Some(contestant), entry } = one else { continue };
            let Some(path) = entry.projector else { continue };
            // Whoever asks for a model that can't be found hears of that.
            let Ok(found) = Contestant::find(&entry.model, &config.places()) else { continue };
            match check_has_eyes(config, &contestant, &path, &found.model) {
                Err(fault) => faults.push(fault),
                Ok(weights) => {
                    let place = Some(place_of(config, &contestant, &path));
                    let named = NamedProjector { path, place };
                    configured.push(ConfiguredProjector { contestant, weights: weights.clone(), named });
                }
            }
        }
        Ok(ProjectorChoice { given: given.map(Path::to_owned), configured, faults })
    }

    /// Contestants that name a projector where there can be none. They have none; all others have theirs.
    pub fn faults(&self) -> impl Iterator<Item = &LineupError> {
        self.faults.iter()
    }

    /// The one that was named for these weights, before all by the contestant of this name. Where others have
    /// different ones for them, there is none.
    pub(crate) fn named(
        &self,
        weights: &WeightsLocation,
        contestant: Option<&str>,
    ) -> Option<NamedProjector> {
        if let Some(given) = &self.given {
            return Some(NamedProjector { path: given.clone(), place: None });
        }
        let of_weights = || self.configured.iter().filter(|one| same(&one.weights, weights));
        let own = of_weights().find(|one| contestant == Some(one.contestant.as_str()));
        let agreed = || {
            let first = of_weights().next()?;
            of_weights().all(|one| one.named.path == first.named.path).then_some(first)
        };
        own.or_else(agreed).map(|one| one.named.clone())
    }

    /// Whether the model in a file sees, by the one that was named for it, else by those beside it. The projector is opened:
    /// all of its tensors are there and have their shapes.
    #[must_use]
    pub fn sight(&self, path: &Path, model: &Arc<Gguf>) -> VisionSupport {
        self.sight_of(None, path, model)
    }

    /// The same for a contestant of pelicycle.toml, whose own projector comes before those that others have for the file.
    #[must_use]
    pub fn sight_of(&self, contestant: Option<&str>, path: &Path, model: &Arc<Gguf>) -> VisionSupport {
        VisionSupport::of(
            path,
            model,
            self.named(&WeightsLocation::File(path.to_owned()), contestant).as_ref(),
        )
    }
}

/// The place where pelicycle.toml names the projector of a contestant.
fn place_of(config: &Config, contestant: &str, projector: &Path) -> String {
    let word = projector.to_str().unwrap_or_default();
    config.written_at.of(&format!("contestants.{contestant}.projector"), word)
}

/// The file of a contestant that has a projector.
///
/// # Errors
/// When it is no model file of this machine.
pub(crate) fn check_has_eyes<'a>(
    config: &Config,
    contestant: &str,
    projector: &Path,
    model: &'a ContestantModel,
) -> Result<&'a WeightsLocation, LineupError> {
    let why = match model {
        ContestantModel::Local(weights @ WeightsLocation::File(_)) => return Ok(weights),
        ContestantModel::Local(WeightsLocation::Bundled) => "the model inside pelicycle reads text alone",
        ContestantModel::Remote => "a service has its own eyes",
        ContestantModel::Given(_) => "replies that lie ready see nothing",
    };
    let place = place_of(config, contestant, projector);
    Err(LineupError::Projector { place, name: contestant.to_owned(), why })
}

/// Whether two name the same file.
fn same(a: &WeightsLocation, b: &WeightsLocation) -> bool {
    match (a, b) {
        (WeightsLocation::File(a), WeightsLocation::File(b)) => {
            a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
        }
        _ => a == b,
    }
}

impl VisionSupport {
    /// By a projector that was named for the model, or by the first beside its file that was made for it, half precision
    /// before others.
    pub(crate) fn of(path: &Path, model: &Arc<Gguf>, named: Option<&NamedProjector>) -> VisionSupport {
        if let Err(why) = Model::check_metadata(model) {
            return VisionSupport::NoModel(why);
        }
        if let Some(NamedProjector { path, place }) = named {
            return match open(path, model) {
                Ok(projector) => VisionSupport::Sees(projector),
                Err(why) => VisionSupport::Unusable { projector: path.clone(), why, place: place.clone() },
            };
        }
        let mut fault = None;
        for projector in projectors_beside(path) {
            match open_if_it_suits(&projector, model) {
                Ok(Some(projector)) => return VisionSupport::Sees(projector),
                Ok(None) | Err(ModelError::Unpaired { .. }) => {}
                Err(why) => fault = fault.or(Some(VisionSupport::Unusable { projector, why, place: None })),
            }
        }
        fault.unwrap_or(VisionSupport::TextAlone)
    }

    /// The projector that can be used.
    #[must_use]
    pub fn projector(&self) -> Option<&Path> {
        match self {
            VisionSupport::Sees(projector) => Some(projector.gguf().path()),
            VisionSupport::TextAlone | VisionSupport::NoModel(_) | VisionSupport::Unusable { .. } => None,
        }
    }

    /// The fault of a projector that would be used, with its path, and with its line where pelicycle.toml names it.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self {
            VisionSupport::Unusable { projector, why, place } => {
                let (path, why) = (projector.display().to_string(), why.to_string());
                let told = why.contains(&path);
                let why = if told { why } else { format!("{path}: {why}") };
                Some(match place {
                    Some(place) => format!("{place}: {why}"),
                    None => why,
                })
            }
            VisionSupport::Sees(_) | VisionSupport::TextAlone | VisionSupport::NoModel(_) => None,
        }
    }
}

fn open(projector: &Path, model: &Arc<Gguf>) -> Result<Arc<Projector>, ModelError> {
    let opened = Projector::open(projector, PictureLimits::default())?;
    opened.check_file(model)?;
    Ok(Arc::new(opened))
}

/// Opens a projector that was found, if it is this model's. What by its metadata has no eyes or goes with other models is a
/// stray, whatever else is wrong with it: the model is none the worse for it.
fn open_if_it_suits(projector: &Path, model: &Arc<Gguf>) -> Result<Option<Arc<Projector>>, ModelError> {
    let outline = GgufOutline::open(projector)?;
    match Projector::goes_with(outline.gguf(), model)? {
        true => open(projector, model).map(Some),
        false => Ok(None),
    }
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
            ProjectorChoice::new(&Config::load(Some(&file)).unwrap(), given).unwrap()
        };
        let weights = WeightsLocation::File(model.clone());
        let path = |of: &ProjectorChoice, slug: &str| of.named(&weights, Some(slug)).map(|named| named.path);
        let two = projectors(table("half", "f16.gguf") + &table("coarse", "q8.gguf"), None);
        for (slug, eyes) in [("half", Some("f16.gguf")), ("coarse", Some("q8.gguf")), ("local-m", None)] {
            assert_eq!(path(&two, slug), eyes.map(PathBuf::from), "{slug}");
        }
        let one = projectors(table("half", "f16.gguf"), None);
        assert_eq!(path(&one, "local-m"), Some("f16.gguf".into()));
        let given = projectors(table("half", "f16.gguf"), Some(Path::new("given.gguf")));
        assert_eq!(path(&given, "half"), Some("given.gguf".into()));
    }
}
