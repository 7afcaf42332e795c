//! What the engine's tests share.
#![expect(dead_code, reason = "each test binary uses its own part")]

use std::path::PathBuf;

/// The folder of golden data beside the checkout; without it a test skips and says so, but never in CI.
pub fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("PELICYCLE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no golden data at {}", path.display());
    println!("skipped: no golden data at {}", path.display());
    None
}
