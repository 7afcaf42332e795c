//! The program in a clean environment, and the servers of its own that it starts.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The path of the program, which Cargo tells the tests of the program's own package.
fn program_path() -> std::ffi::OsString {
    std::env::var_os("CARGO_BIN_EXE_pelicycle").expect("cargo test says where the program is")
}

/// The program, with no variable of whoever runs the tests that could send a request or a file elsewhere.
#[must_use]
pub fn program() -> Command {
    let mut command = Command::new(program_path());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_users(name)) {
        command.env_remove(name);
    }
    // Nor a configuration of theirs.
    command.env("XDG_CONFIG_HOME", "/pelicycle-tests-have-none");
    command
}

/// Whether a variable is one that people set for services or for the program.
fn is_of_users(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["_API_KEY", "_AUTH_TOKEN", "_BASE_URL"].iter().any(|end| name.ends_with(end))
        || name == "OLLAMA_HOST"
        || name.starts_with("PELICYCLE_")
}

/// The program as it serves pages at a port of its own, ended with the test.
#[derive(Debug)]
pub struct ServingProgram {
    /// The process.
    pub process: Child,
    /// Its address: `127.0.0.1:PORT`.
    pub own: String,
    /// Its standard error so far.
    pub said: Arc<Mutex<String>>,
}

impl ServingProgram {
    /// Starts a command that says its address on a line of its own.
    #[must_use]
    pub fn begin(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (heard, stderr) = (Arc::clone(&said), BufReader::new(process.stderr.take().unwrap()));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                heard.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.map(Result::unwrap).find(|line| line.starts_with("http://")).unwrap();
        let own = address.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        Self { process, own, said }
    }

    /// Sends a request as it stands, and returns the head and the body of the answer.
    #[must_use]
    pub fn ask(&self, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.own).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
    }

    /// Asks for a page.
    #[must_use]
    pub fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.own))
    }

    /// Sends a form with these lines in its head.
    #[must_use]
    pub fn post(&self, path: &str, form: &str, lines: &str) -> (String, Vec<u8>) {
        let length = form.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n{lines}Connection: close\r\n\r\n{form}",
            self.own
        ))
    }
}

impl Drop for ServingProgram {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The status in the head of an answer.
#[must_use]
pub fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}
