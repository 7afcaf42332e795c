//! The allocator of the program. It only counts, until a drawing worker sets its limit: the bound on memory that holds on
//! every system.

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Lets this process allocate so many bytes more, and none beyond, for good.
pub(crate) fn limit(bytes: usize) {
    // Fails only when more is in use already; then the first allocation ends the process, which is right.
    let _ = ALLOCATOR.set_limit(bytes.saturating_add(ALLOCATOR.allocated()));
}
