//! The parts that the engine's tests share.

pub(crate) mod parts;

use std::path::{Path, PathBuf};

/// The folder of golden data beside the checkout; without it a test skips and says so, but never in CI.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("PELICYCLE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no golden data at {}", path.display());
    println!("skipped: no golden data at {}", path.display());
    None
}

/// Tensors of a safetensors file, read whole.
pub(crate) struct Reference(Vec<u8>);

impl Reference {
    pub(crate) fn read(path: &Path) -> Reference {
        Reference(std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    }

    fn bytes<'a>(tensors: &safetensors::SafeTensors<'a>, name: &str) -> (Vec<usize>, &'a [u8]) {
        let tensor = tensors.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        (tensor.shape().to_vec(), tensor.data())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        safetensors::SafeTensors::deserialize(&self.0).unwrap().tensor(name).is_ok()
    }

    pub(crate) fn i32s(&self, name: &str) -> (Vec<usize>, Vec<i32>) {
        let tensors = safetensors::SafeTensors::deserialize(&self.0).unwrap();
        let (shape, bytes) = Self::bytes(&tensors, name);
        (shape, bytes.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect())
    }

    pub(crate) fn u32s(&self, name: &str) -> Vec<u32> {
        self.i32s(name).1.into_iter().map(|n| u32::try_from(n).unwrap()).collect()
    }

    pub(crate) fn f32s(&self, name: &str) -> (Vec<usize>, Vec<f32>) {
        let tensors = safetensors::SafeTensors::deserialize(&self.0).unwrap();
        let (shape, bytes) = Self::bytes(&tensors, name);
        (shape, bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    pub(crate) fn shaped_u8s(&self, name: &str) -> (Vec<usize>, Vec<u8>) {
        let tensors = safetensors::SafeTensors::deserialize(&self.0).unwrap();
        let (shape, bytes) = Self::bytes(&tensors, name);
        (shape, bytes.to_vec())
    }

    pub(crate) fn u8s(&self, name: &str) -> Vec<u8> {
        let tensors = safetensors::SafeTensors::deserialize(&self.0).unwrap();
        Self::bytes(&tensors, name).1.to_vec()
    }
}

/// A JSON file of the golden data.
pub(crate) fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The real model that `scripts/fetch-smollm2` fetches; without it a test skips and says so, but never in CI.
pub(crate) fn smollm2() -> Option<PathBuf> {
    fetched("SmolLM2-135M-Instruct.Q4_1.gguf", "scripts/fetch-smollm2")
}

/// A file that a script puts into the folder of models; without it a test skips and says so, but never in CI.
pub(crate) fn fetched(name: &str, script: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name);
    if path.is_file() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no models/{name}: run {script}");
    println!("skipped: no models/{name}; run {script}");
    None
}
