//! The hidden command that tries a chat template in a process of its own, and the guard that starts it.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use pelicycle_engine::chat::TemplateTrial;

/// The name of the hidden command.
pub(crate) const TRIAL_COMMAND: &str = "template-trial";

/// The memory that a template may take.
const MEMORY: usize = 192 << 20;

/// The stack on which it runs: less than any on which it will run later.
const STACK: usize = 1536 << 10;

/// How long the system may take until a trial begins: on a busy machine, or one that looks into every program first.
const START: Duration = Duration::from_secs(20);

/// The time that a trial may take from then on.
const PATIENCE: Duration = Duration::from_millis(1600);

/// The longest template that is tried.
const LONGEST: usize = 1 << 20;

/// The exit code of a trial that could not be made.
const UNTRIED: u8 = 3;

/// How long a trial is left alone between two looks.
const LOOK: Duration = Duration::from_millis(3);

/// Tries the template that standard input tells of.
pub(crate) fn trial() -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).context("no template came")?;
    let trial: TemplateTrial = serde_json::from_str(&text).context("what came is no template")?;
    let mut output = std::io::stdout().lock();
    // From here on it is the template that takes time.
    output.write_all(b".").and_then(|()| output.flush()).context("nobody waits for the trial")?;
    drop(output);
    crate::allocator::limit(MEMORY);
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        pelicycle_drawing::forbid_system_calls();
        trial.run();
    });
    Ok(match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(_) => ExitCode::from(UNTRIED),
    })
}

/// Tries a template in a process of its own.
pub(crate) fn guard(trial: &TemplateTrial) -> Result<(), String> {
    if trial.source.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let text = serde_json::to_vec(trial).map_err(|error| error.to_string())?;
    let mut child = start().map_err(|error| format!("no process could be started to try it: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // One that has ended already says why by its end.
        let _ = input.write_all(&text);
    }
    if let Some(output) = child.stdout.take() {
        await_start(output);
    }
    match wait(&mut child) {
        Some(status) if status.success() => Ok(()),
        Some(status) if is_the_machines(status) => {
            Err(format!("it could not be tried, for no fault of its own ({status}); try again"))
        }
        Some(_) => Err("it nests too deep, or takes more memory than it may".to_owned()),
        None => Err("it takes too long".to_owned()),
    }
}

/// Whether a trial ended for a reason of this machine: it had no thread, or was killed from outside.
fn is_the_machines(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        const KILLED: i32 = 9;
        if status.signal() == Some(KILLED) {
            return true;
        }
    }
    status.code() == Some(i32::from(UNTRIED))
}

fn start() -> std::io::Result<Child> {
    pelicycle_drawing::inherit_nothing();
    Command::new(std::env::current_exe()?)
        .arg(TRIAL_COMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// Waits until a trial has begun, or has ended before it did.
fn await_start(mut output: ChildStdout) {
    let (tell, begun) = std::sync::mpsc::channel();
    let reads = std::thread::Builder::new().spawn(move || {
        let _ = output.read(&mut [0]);
        let _ = tell.send(());
    });
    if reads.is_ok() {
        let _ = begun.recv_timeout(START);
    }
}

/// The end of a trial, in time.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        std::thread::sleep(LOOK);
    }
    drop(child.kill());
    drop(child.wait());
    None
}
