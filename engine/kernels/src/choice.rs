//! The choice of the kernel set that runs: the fastest that the processor has, or the one that the environment names.

use std::fmt;

#[cfg(target_arch = "aarch64")]
use super::neon;
use super::{Kernels, scalar};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// The environment variable that names a kernel set to be used instead of the fastest.
pub const KERNELS_VARIABLE: &str = "PELICYCLE_KERNELS";

/// A name that no kernel set of this processor has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKernels {
    name: String,
}

impl fmt::Display for UnknownKernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Kernels::available().iter().map(|kernels| kernels.name).collect();
        let (name, names) = (&self.name, names.join(", "));
        write!(
            f,
            "{KERNELS_VARIABLE} is {name:?}, which is no kernel set that this processor runs; it runs {names}"
        )
    }
}

impl std::error::Error for UnknownKernels {}

impl Kernels {
    /// The set that [`KERNELS_VARIABLE`] names; without it, or with nothing in it, the fastest that this processor runs.
    ///
    /// # Errors
    /// When the variable names no set that this processor runs.
    pub fn chosen() -> Result<&'static Kernels, UnknownKernels> {
        match std::env::var_os(KERNELS_VARIABLE) {
            Some(name) if !name.is_empty() => Kernels::named(&name.to_string_lossy()),
            _ => Ok(Kernels::detect()),
        }
    }

    /// The set of this name.
    ///
    /// # Errors
    /// When this processor runs none of this name.
    pub fn named(name: &str) -> Result<&'static Kernels, UnknownKernels> {
        let found = Self::available().into_iter().find(|kernels| kernels.name == name);
        found.ok_or_else(|| UnknownKernels { name: name.to_owned() })
    }

    /// The fastest set that this processor runs.
    pub fn detect() -> &'static Kernels {
        Self::available().pop().unwrap_or(&scalar::KERNELS)
    }

    /// Every set that this processor runs, the reference first, the fastest last.
    pub fn available() -> Vec<&'static Kernels> {
        let sets = std::iter::once(&scalar::KERNELS);
        #[cfg(target_arch = "x86_64")]
        let sets = sets.chain(avx2::kernels()).chain(avx512::kernels());
        #[cfg(target_arch = "aarch64")]
        let sets = sets.chain(neon::kernels());
        sets.collect()
    }
}
