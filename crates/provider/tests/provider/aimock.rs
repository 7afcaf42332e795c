//! aimock: an imitation of all the services on one port, by somebody else.

use std::process::{Child, Command, Stdio};

use pelicycle_testkit::loopback::{free_port, wait_for};
use pelicycle_testkit::{skip, workspace};

/// The imitation, running.
pub(crate) struct Aimock {
    child: Child,
    pub(crate) port: u16,
}

impl Aimock {
    /// None where it is not installed, which is told.
    pub(crate) fn start() -> Option<Self> {
        let folder = workspace().join("tests/mock");
        let script = folder.join("node_modules/.bin/llmock");
        let node = Command::new("node").arg("--version").output();
        if !script.exists() || node.is_err() {
            skip("Node.js and `npm ci` in tests/mock");
            return None;
        }
        let port = free_port();
        let child = Command::new("node")
            .arg(script)
            .args(["-p", &port.to_string(), "-f", "fixtures", "--chunk-size", "8"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mock = Self { child, port };
        wait_for(port, "aimock");
        Some(mock)
    }
}

impl Drop for Aimock {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
