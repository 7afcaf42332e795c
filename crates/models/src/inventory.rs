//! All models on this machine, and the meaning of their names.

use std::collections::HashMap;
use std::path::PathBuf;

use super::folders::ModelFolders;
use super::model_file::{ModelFile, ModelSource, models};
use super::name_error::{ModelCandidate, ModelNameError};
use super::own_folders::own_folders;
use super::unusable::UnusableModel;
use super::{hub_cache, listing, llama_cpp, lm_studio, ollama};

/// The number of names that an error offers in place of one that is not known.
const MOST_NEAR: usize = 3;

/// The likeness of two names (Jaro and Winkler's measure) from which one is taken for a slip of the other.
const ALIKE: f64 = 0.85;

/// The models on this machine, nearest folder first.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    found: Vec<ModelFile>,
    passed_over: Vec<UnusableModel>,
    /// The depth of folders in one of the user's own; others are not in here.
    depths: HashMap<PathBuf, usize>,
}

impl Inventory {
    /// Looks in all folders.
    #[must_use]
    pub fn scan(places: &ModelFolders) -> Inventory {
        let mut passed_over = Vec::new();
        let own = own_folders(places);
        let folders = own.iter().flat_map(|f| models(listing::model_files(&f.path), |_| ModelSource::Folder));
        let mut found: Vec<ModelFile> = folders.collect();
        passed_over.extend(own.iter().flat_map(|folder| listing::cut_pieces(&folder.path)));
        found.extend(places.hub.iter().flat_map(|root| hub_cache::scan(root, &mut passed_over)));
        found.extend(places.llama_cpp.iter().flat_map(|root| llama_cpp::scan(root)));
        found.extend(places.lm_studio.iter().flat_map(|root| lm_studio::scan(root)));
        found.extend(places.ollama.iter().flat_map(|root| ollama::scan(root, &mut passed_over)));
        let within = own.into_iter().filter(|folder| folder.depth > 0);
        let depths = within.map(|folder| (folder.path, folder.depth)).collect();
        Inventory { found, passed_over, depths }
    }

    /// The models that were found.
    #[must_use]
    pub fn models(&self) -> &[ModelFile] {
        &self.found
    }

    /// The models that were found and can't be used.
    #[must_use]
    pub fn passed_over(&self) -> &[UnusableModel] {
        &self.passed_over
    }

    /// The model that `wanted` means, the part of a name after `local/`, in any case: a file's name, the model's
    /// name, either with `:QUANTIZATION`, its repository with or without one, what Ollama calls it, or the
    /// beginning of a file's name. The first of these ways that leads anywhere counts, and of the user's own folders the
    /// ones that lie least deep in those that were named.
    ///
    /// # Errors
    /// When it means none, or several that are not the same weights, or one with a file missing.
    pub fn find(&self, wanted: &str) -> Result<&ModelFile, ModelNameError> {
        match self.meant(wanted).as_slice() {
            [] => Err(self.unusable(wanted).unwrap_or_else(|| self.unknown(wanted))),
            [found] if found.missing > 0 => Err(ModelNameError::Incomplete {
                wanted: wanted.to_owned(),
                missing: found.missing,
                first: found.path().display().to_string(),
            }),
            [found] => Ok(found),
            many => Err(ModelNameError::Ambiguous {
                wanted: wanted.to_owned(),
                candidates: many.iter().map(|found| ModelCandidate::of(self.name_of(found), found)).collect(),
            }),
        }
    }

    /// The different weights that a name may mean, by the first way that leads anywhere.
    fn meant(&self, wanted: &str) -> Vec<&ModelFile> {
        let lower = wanted.to_lowercase();
        for way in [ModelFile::is_called, ModelFile::is_model, ModelFile::begins_with] {
            let mut distinct: Vec<&ModelFile> = Vec::new();
            for found in self.found.iter().filter(|found| way(found, &lower)) {
                if !distinct.iter().any(|known| known.same_weights(found)) {
                    distinct.push(found);
                }
            }
            if distinct.iter().any(|found| found.missing == 0) {
                distinct.retain(|found| found.missing == 0);
            }
            let own = |found: &&ModelFile| found.origin == ModelSource::Folder;
            if let Some(least) = distinct.iter().copied().filter(own).map(|found| self.depth(found)).min() {
                distinct.retain(|found| !own(found) || self.depth(found) == least);
            }
            if !distinct.is_empty() {
                return distinct;
            }
        }
        Vec::new()
    }

    /// The depth of a model in a folder that the user named.
    fn depth(&self, found: &ModelFile) -> usize {
        found.path().parent().and_then(|folder| self.depths.get(folder)).copied().unwrap_or(0)
    }

    /// The shortest name that means this model: `local/…`, or its path where no name does.
    #[must_use]
    pub fn name_of(&self, found: &ModelFile) -> String {
        let repo = found.origin.repo().map(|repo| with_quantization(repo, found));
        let ollama = match &found.origin {
            ModelSource::Ollama { name } => Some(name.clone()),
            _ => None,
        };
        let model = with_quantization(&found.model, found);
        let names = [Some(found.model.clone()), Some(model), Some(found.stem.clone()), ollama, repo];
        let means_it = |name: &String| match self.meant(name).as_slice() {
            [one] => one.same_weights(found),
            _ => false,
        };
        match names.into_iter().flatten().find(means_it) {
            Some(name) => format!("local/{name}"),
            None => found.path().display().to_string(),
        }
    }

    /// The reason why the name means nothing, where it would mean something that can't be used.
    fn unusable(&self, wanted: &str) -> Option<ModelNameError> {
        let lower = wanted.to_lowercase();
        let passed = self.passed_over.iter().find(|passed| passed.is_called(&lower))?;
        let (path, why) = (passed.path.display().to_string(), passed.why.clone());
        Some(ModelNameError::Unusable { wanted: wanted.to_owned(), path, why })
    }

    fn unknown(&self, wanted: &str) -> ModelNameError {
        let lower = wanted.to_lowercase();
        let base = lower.split(':').next().unwrap_or_default();
        let mut alike: Vec<(f64, &ModelFile)> = Vec::new();
        for found in &self.found {
            let stem = found.stem.to_lowercase();
            // A beginning of a name may have a slip in it as well.
            let beginning: String = stem.chars().take(base.chars().count()).collect();
            let names = [found.model.as_str(), &stem, &beginning];
            let likeness = names.map(|name| strsim::jaro_winkler(base, name)).into_iter().fold(0.0, f64::max);
            // Half a name, in its middle, is as good as a slip.
            let within = base.len() >= 3 && stem.contains(base);
            if likeness >= ALIKE || within {
                alike.push((likeness, found));
            }
        }
        alike.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let mut near: Vec<String> = alike.iter().map(|(_, found)| self.name_of(found)).collect();
        near.dedup();
        near.truncate(MOST_NEAR);
        let mut there: Vec<String> = self.found.iter().map(|found| self.name_of(found)).collect();
        there.dedup();
        ModelNameError::Unknown { wanted: wanted.to_owned(), near, there }
    }
}

fn with_quantization(base: &str, found: &ModelFile) -> String {
    match &found.quantization {
        Some(quantization) => format!("{base}:{}", quantization.to_lowercase()),
        None => base.to_owned(),
    }
}

impl ModelFile {
    /// Whether the name is a name of this file alone: the file's, Ollama's, its repository's with the quantization.
    fn is_called(&self, lower: &str) -> bool {
        let ollama = match &self.origin {
            ModelSource::Ollama { name } => Some(name.to_lowercase()),
            ModelSource::Folder
            | ModelSource::Hub { .. }
            | ModelSource::LlamaCpp
            | ModelSource::LmStudio { .. } => None,
        };
        let tagged = lower.split_once(':').is_some_and(|(base, tag)| {
            let repo = self.origin.repo().map(str::to_lowercase);
            (repo.as_deref() == Some(base) || self.model == base) && self.is_quantized(tag)
        });
        self.stem.to_lowercase() == lower || ollama.as_deref() == Some(lower) || tagged
    }

    fn is_quantized(&self, lower: &str) -> bool {
        self.quantization.as_ref().is_some_and(|quantization| quantization.to_lowercase() == lower)
    }

    /// Whether the name is the model's or its repository's.
    fn is_model(&self, lower: &str) -> bool {
        self.model == lower || self.origin.repo().is_some_and(|repo| repo.to_lowercase() == lower)
    }

    /// Whether a file's name begins so.
    fn begins_with(&self, lower: &str) -> bool {
        self.stem.to_lowercase().starts_with(lower)
    }
}
