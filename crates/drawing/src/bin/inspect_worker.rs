//! The drawing worker alone: for this crate's tests, and for programs that give their
//! [`WorkerPool`](pelicycle_drawing::WorkerPool) another program than themselves.

use std::alloc::System;
use std::io;

use cap::Cap;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> io::Result<()> {
    pelicycle_drawing::serve_worker(|bytes| {
        // Fails only when more is in use already; then the first allocation ends the process, which is right.
        let _ = ALLOCATOR.set_limit(bytes.saturating_add(ALLOCATOR.allocated()));
    })
}
