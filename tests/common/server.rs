//! A server of the program, and requests to it as they stand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server at a port of its own, ended with the test.
pub struct Server {
    pub process: Child,
    /// `127.0.0.1:PORT`.
    pub own: String,
    /// What it wrote to standard error so far.
    pub said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts a command that says its address on a line of its own.
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
    pub fn ask(&self, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.own).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
    }

    pub fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.own))
    }

    /// Sends a form with these lines in its head.
    pub fn post(&self, path: &str, form: &str, lines: &str) -> (String, Vec<u8>) {
        let length = form.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n{lines}Connection: close\r\n\r\n{form}",
            self.own
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}
