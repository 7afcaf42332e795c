//! Ollama's store: a manifest for each name, which says by its hash which blob holds the weights.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pelicycle_text::plain_file;
use serde::Deserialize;

use super::file_name::ModelFileName;
use super::listing::entries;
use super::model_file::{ModelFile, ModelSource};
use super::unusable::UnusableModel;

/// A manifest is a few hundred bytes.
const MANIFEST_BYTES: u64 = 1 << 20;

/// The media type of the layer that is a GGUF file.
const WEIGHTS: &str = "application/vnd.ollama.image.model";

/// The media type of the layer with which the weights see pictures.
const PROJECTOR: &str = "application/vnd.ollama.image.projector";

/// The media type of the layer that changes the weights of another.
const ADAPTER: &str = "application/vnd.ollama.image.adapter";

/// The registry and the namespace that Ollama leaves out of a name.
const REGISTRY: &str = "registry.ollama.ai";
const LIBRARY: &str = "library";

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<ManifestLayer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestLayer {
    media_type: String,
    digest: String,
    size: u64,
}

/// The models in Ollama's store, by `manifests/REGISTRY/NAMESPACE/MODEL/TAG`.
pub(super) fn scan(root: &Path, passed_over: &mut Vec<UnusableModel>) -> Vec<ModelFile> {
    let mut found = Vec::new();
    for ([registry, namespace, model, tag], manifest) in manifests(root) {
        let name = match (registry.as_str(), namespace.as_str()) {
            (REGISTRY, LIBRARY) => format!("{model}:{tag}"),
            (REGISTRY, namespace) => format!("{namespace}/{model}:{tag}"),
            (registry, namespace) => format!("{registry}/{namespace}/{model}:{tag}"),
        };
        let stem = if tag == "latest" { model } else { format!("{model}-{tag}") };
        match weights(root, &manifest) {
            Ok(Some((path, bytes))) => found.push(named(stem, name, path, bytes)),
            Ok(None) => {}
            Err(why) => passed_over.push(UnusableModel::new(manifest, why, &stem, Some(name))),
        }
    }
    found
}

/// The projectors that the store has for the weights in this blob; none for a file that is no blob of it.
pub(super) fn projectors(blob: &Path) -> Vec<PathBuf> {
    let digest =
        blob.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("sha256-"));
    let root = blob.parent().filter(|blobs| blobs.ends_with("blobs")).and_then(Path::parent);
    let (Some(digest), Some(root)) = (digest.filter(|hex| is_hash(hex)), root) else { return Vec::new() };
    let digest = format!("sha256:{digest}");
    let mut found = Vec::new();
    for (_, manifest) in manifests(root) {
        let Ok(Some(layers)) = layers(&manifest) else { continue };
        if layers.iter().any(|layer| layer.is(WEIGHTS) && layer.digest == digest) {
            found.extend(
                layers.iter().filter(|layer| layer.is(PROJECTOR)).filter_map(|layer| layer.blob(root).ok()),
            );
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The manifests in a store, with registry, namespace, model and tag.
fn manifests(root: &Path) -> Vec<([String; 4], PathBuf)> {
    let mut found = Vec::new();
    for (registry, folder) in entries(&root.join("manifests")) {
        for (namespace, folder) in entries(&folder) {
            for (model, folder) in entries(&folder) {
                for (tag, manifest) in entries(&folder) {
                    found.push(([registry.clone(), namespace.clone(), model.clone(), tag], manifest));
                }
            }
        }
    }
    found
}

/// `qwen3.6:35b-a3b` is called `qwen3.6-35b-a3b`, as its file would be.
fn named(stem: String, name: String, path: PathBuf, bytes: u64) -> ModelFile {
    let told = ModelFileName::parse(&format!("{stem}.gguf"));
    let (model, quantization) =
        told.map_or_else(|| (stem.to_lowercase(), None), |told| (told.model, told.quantization));
    ModelFile {
        stem,
        model,
        quantization,
        files: vec![path],
        bytes,
        missing: 0,
        origin: ModelSource::Ollama { name },
    }
}

impl ManifestLayer {
    fn is(&self, sought: &str) -> bool {
        self.media_type.split(';').next().is_some_and(|kind| kind.trim() == sought)
    }

    /// Its blob, which must be whole.
    fn blob(&self, root: &Path) -> Result<PathBuf, String> {
        let hex = self.digest.strip_prefix("sha256:").filter(|hex| is_hash(hex));
        let Some(hex) = hex else {
            return Err(format!("names a blob by {:?}, which is no SHA-256", self.digest));
        };
        let blob = root.join("blobs").join(format!("sha256-{hex}"));
        match std::fs::metadata(&blob) {
            Ok(meta) if meta.is_file() && meta.len() == self.size => Ok(blob),
            Ok(meta) => {
                Err(format!("its blob has {} bytes of {}: fetch it again with Ollama", meta.len(), self.size))
            }
            Err(error) => Err(format!("its blob {} can't be read: {error}", blob.display())),
        }
    }
}

/// The layers that a manifest names; `None` for a folder.
fn layers(manifest: &Path) -> Result<Option<Vec<ManifestLayer>>, String> {
    let mut text = Vec::new();
    if std::fs::metadata(manifest).is_ok_and(|found| found.is_dir()) {
        return Ok(None);
    }
    let (file, _) = plain_file::open_followed(manifest).map_err(|error| format!("can't be read: {error}"))?;
    file.take(MANIFEST_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| format!("can't be read: {error}"))?;
    if text.len() as u64 > MANIFEST_BYTES {
        return Err("is too large for a manifest".to_owned());
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| format!("is no manifest of a model: {error}"))?;
    Ok(Some(manifest.layers))
}

/// The blob that a manifest names; `None` where it names no weights, as for a model in the cloud.
fn weights(root: &Path, manifest: &Path) -> Result<Option<(PathBuf, u64)>, String> {
    let Some(layers) = layers(manifest)? else { return Ok(None) };
    if layers.iter().any(|layer| layer.is(ADAPTER)) {
        let why = "has an adapter, which is not applied here, and without it would be another model; merge the two with \
                   llama.cpp's llama-export-lora";
        return Err(why.to_owned());
    }
    let mut layers = layers.iter().filter(|layer| layer.is(WEIGHTS));
    let Some(layer) = layers.next() else { return Ok(None) };
    if layers.next().is_some() {
        return Err("keeps its weights in several blobs, which can't be opened as one model".to_owned());
    }
    layer.blob(root).map(|blob| Some((blob, layer.size)))
}

fn is_hash(hex: &str) -> bool {
    hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
