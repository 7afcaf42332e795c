//! The worker's side: a loop that inspects one reply after another in a confined process.

use std::io::{self, Read, Write};

use super::bounds::{DrawingBounds, InspectionOptions};
use super::inspect::inspect_staged;
use super::measuring::measure;
use super::{confinement, limits, wire};

/// The hidden sub-command that turns the program into a worker.
pub const WORKER_COMMAND: &str = "inspect-worker";

/// Serves requests from standard input until it ends; the parent is [`super::WorkerPool`].
///
/// `limit_memory` is called once, before anything is read: it has to see to it that the process allocates no more than so
/// many bytes from then on. Only a program can choose an allocator that does; see `src/bin/inspect_worker.rs`.
///
/// # Errors
/// When the parent breaks the protocol, or goes away in the middle of a frame.
pub fn serve_worker(limit_memory: impl FnOnce(usize) + Send + 'static) -> io::Result<()> {
    let worker = std::thread::Builder::new().stack_size(limits::STACK).spawn(move || run(limit_memory))?;
    worker.join().unwrap_or_else(|_| Err(io::Error::other("the worker panicked")))
}

fn run(limit_memory: impl FnOnce(usize)) -> io::Result<()> {
    let input = &mut io::stdin().lock();
    let bounds: DrawingBounds = match wire::read(input)? {
        Some((wire::BOUNDS, json)) => serde_json::from_slice(&json).map_err(io::Error::other)?,
        Some(_) => return Err(io::Error::other("the bounds were expected first")),
        None => return Ok(()),
    };
    // Fonts are parsed once, and before memory is bounded.
    let _ = super::fonts::database();
    limit_memory(bounds.memory_bytes);
    limits::confine(bounds.memory_bytes);
    confinement::forbid_system_calls();
    requests(input, &mut io::stdout().lock(), &bounds)
}

fn requests(input: &mut impl Read, output: &mut impl Write, bounds: &DrawingBounds) -> io::Result<()> {
    while let Some((tag, payload)) = wire::read(input)? {
        limits::allow_processor(bounds.processor_seconds);
        if tag == wire::MEASURE {
            let (rubric, svg) = wire::parse_measure(&payload)
                .ok_or_else(|| io::Error::other("a rubric and a drawing were expected"))?;
            wire::measures(output, &measure(svg, &rubric, bounds))?;
            continue;
        }
        let (wire::REQUEST, Some((raster, thinking, reply))) = (tag, wire::parse_request(&payload)) else {
            return Err(io::Error::other("a request was expected"));
        };
        let options = InspectionOptions { raster, bounds: bounds.clone() };
        let mut written = Ok(());
        let last = inspect_staged(reply, thinking, &options, &mut |partial| {
            if written.is_ok() {
                written = wire::answer(output, wire::PARTIAL, partial);
            }
        });
        written?;
        wire::answer(output, wire::FINAL, &last)?;
    }
    Ok(())
}
