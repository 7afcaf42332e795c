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

/// The time that the system may take until a trial begins: on a busy machine, or one that looks into every program
/// first.
const START: Duration = Duration::from_secs(20);

/// The time that a trial may take from then on.
const PATIENCE: Duration = Duration::from_millis(1600);

/// What to do where the template is at fault.
const ADVICE: &str = "give another in its place";

/// The longest template that is tried.
const LONGEST: usize = 1 << 20;

/// The exit code of a trial that could not be made.
const UNTRIED: u8 = 3;

/// The exit code of a trial in which the template engine panicked.
const PANICKED: u8 = 4;

/// The processor time that a trial must have had to be late through its own fault.
const LEAST_CPU: Duration = Duration::from_millis(300);

/// The time that a trial is left alone between two looks.
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
        Ok(Err(_)) => ExitCode::from(PANICKED),
        Err(_) => ExitCode::from(UNTRIED),
    })
}

/// Tries a template in a process of its own.
pub(crate) fn guard(trial: &TemplateTrial) -> Result<(), String> {
    if trial.source.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes; {ADVICE}"));
    }
    let text = serde_json::to_vec(trial).map_err(|error| error.to_string())?;
    let mut child = start().map_err(|error| format!("no process could be started to try it: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // One that has ended already says why by its end.
        let _ = input.write_all(&text);
    }
    let begun = child.stdout.take().map_or(Ok(false), await_start);
    match wait(&mut child)? {
        status if status.success() => Ok(()),
        // What ends before it has seen the template can't have ended by it.
        status if !begun.unwrap_or(false) || is_the_machines(status) => {
            Err(format!("it could not be tried, for no fault of its own ({status}); try again"))
        }
        status if status.code() == Some(i32::from(PANICKED)) => Err(format!(
            "what reads templates here fails on it, which is a fault of ours: please report it, and {ADVICE}"
        )),
        _ => Err(format!("it nests too deep, or takes more memory than it may; {ADVICE}")),
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

/// Waits until a trial has begun, or has ended before it did; says which.
///
/// # Errors
/// When no thread can be started to wait.
fn await_start(mut output: ChildStdout) -> std::io::Result<bool> {
    let (tell, begun) = std::sync::mpsc::channel();
    std::thread::Builder::new().spawn(move || {
        let _ = tell.send(matches!(output.read(&mut [0]), Ok(1)));
    })?;
    // One that takes too long is told by its end.
    Ok(begun.recv_timeout(START).unwrap_or(true))
}

/// The end of a trial, in time.
fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Ok(Some(status)) = child.try_wait() {
            return Ok(status);
        }
        std::thread::sleep(LOOK);
    }
    let busy = cpu_time(child).is_some_and(|time| time < LEAST_CPU);
    drop(child.kill());
    drop(child.wait());
    Err(match busy {
        true => "this machine was too busy to try it, for no fault of its own; try again".to_owned(),
        false => format!("it takes too long; {ADVICE}"),
    })
}

/// The processor time that a process has had, where Linux tells it.
fn cpu_time(child: &Child) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // After the name, which may have blanks and brackets: the state, and ten numbers before these two (proc(5)).
    let numbers = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
    let ticks: u64 = numbers.map(|number| number.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 10))
}
