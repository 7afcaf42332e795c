//! The worker threads: one job at a time, cut into items that whoever is free takes.
//!
//! A token takes hundreds of jobs of some microseconds each, so workers spin for a moment before they sleep.
//! Nobody waits for a thread that the system has not scheduled: a worker that comes late finds the job
//! closed, and the caller has done its items. (A barrier would wait for it; with another process on the
//! machine that costs most of the speed.)
#![expect(unsafe_code, reason = "a job borrows from its caller's stack while the workers run it")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{fmt, ptr};

/// The time for which a worker looks for the next job before it sleeps: longer than the serial parts of a step.
pub(crate) const SPIN: Duration = Duration::from_micros(60);

/// Set in `PoolState::doors` while workers may enter the job; the bits below count those inside, those above the
/// jobs.
const OPEN: u64 = 1 << 32;
const INSIDE: u64 = OPEN - 1;
const JOB: u64 = OPEN << 1;

/// As many threads as the machine has cores for this process.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |threads| threads.get())
}

/// A number of threads, the caller's among them.
pub(crate) struct ThreadPool {
    state: Arc<PoolState>,
    /// Held by the caller of the job that runs.
    turn: Mutex<()>,
    workers: Vec<JoinHandle<()>>,
}

struct PoolState {
    /// The job, valid while the doors are open or someone is inside.
    job: AtomicPtr<PoolJob>,
    doors: AtomicU64,
    sleepers: Mutex<usize>,
    asleep: AtomicUsize,
    wake: Condvar,
    stop: AtomicBool,
}

/// A job on its caller's stack.
struct PoolJob {
    /// The caller's closure, its lifetime hidden.
    work: *const (dyn Fn(usize) + Sync),
    items: usize,
    next: AtomicUsize,
    panicked: AtomicBool,
}

impl PoolJob {
    /// Does items until none is left.
    fn take_part(&self) {
        // SAFETY: `ThreadPool::run` does not return before the doors are closed and everyone is out, so the closure
        // that it borrowed is alive here.
        let work = unsafe { &*self.work };
        loop {
            let item = self.next.fetch_add(1, Ordering::Relaxed);
            if item >= self.items {
                return;
            }
            work(item);
        }
    }
}

impl ThreadPool {
    /// A pool of `threads` threads, at least one: the caller's own and the rest new ones.
    pub(crate) fn new(threads: usize) -> ThreadPool {
        let state = Arc::new(PoolState {
            job: AtomicPtr::new(ptr::null_mut()),
            doors: AtomicU64::new(0),
            sleepers: Mutex::new(0),
            asleep: AtomicUsize::new(0),
            wake: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let worker = |i| {
            let state = Arc::clone(&state);
            std::thread::Builder::new().name(format!("engine-{i}")).spawn(move || state.serve()).ok()
        };
        // A thread that the system refuses is one fewer; the work gets done all the same.
        let workers = (1..threads).filter_map(worker).collect();
        ThreadPool { state, turn: Mutex::new(()), workers }
    }

    /// Threads that take part, the caller's included.
    pub(crate) fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `work` once with each item, on any thread, in any order.
    pub(crate) fn for_each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync) {
        /// A pointer that may be shared, since each index is used by one thread.
        struct Base<T>(*mut T);
        // SAFETY: `run` hands every index out once, so no two threads reach the same item, and `T: Send`.
        unsafe impl<T: Send> Sync for Base<T> {}
        let base = Base(items.as_mut_ptr());
        let base = &base;
        self.run(items.len(), &|i| {
            // SAFETY: `i` is below `items.len()` and nobody else has it; `items` is borrowed until `run` ends.
            work(unsafe { &mut *base.0.add(i) });
        });
    }

    /// Calls `work` once with each number below `items`.
    fn run(&self, items: usize, work: &(dyn Fn(usize) + Sync)) {
        if items <= 1 || self.workers.is_empty() {
            (0..items).for_each(work);
            return;
        }
        let _turn = lock(&self.turn);
        // SAFETY: only the lifetime changes. The job is reachable by others only between opening the doors
        // and `close`, which waits for everyone inside, on a panic too.
        let work = unsafe {
            std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const (dyn Fn(usize) + Sync + 'static)>(
                ptr::from_ref(work),
            )
        };
        let job = PoolJob { work, items, next: AtomicUsize::new(0), panicked: AtomicBool::new(false) };
        self.state.job.store(ptr::from_ref(&job).cast_mut(), Ordering::Relaxed);
        // Closed and empty, the doors are the caller's alone.
        let last = self.state.doors.load(Ordering::Relaxed);
        self.state.doors.store(last.wrapping_add(JOB) | OPEN, Ordering::SeqCst);
        if self.state.asleep.load(Ordering::SeqCst) > 0 {
            let _sleepers = lock(&self.state.sleepers);
            self.state.wake.notify_all();
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| job.take_part()));
        self.state.close();
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
        assert!(!job.panicked.load(Ordering::Relaxed), "a worker thread of the engine panicked");
    }
}

impl PoolState {
    /// Lets nobody in any more and waits until everybody is out.
    fn close(&self) {
        self.doors.fetch_and(!OPEN, Ordering::AcqRel);
        let mut turns = 0u32;
        while self.doors.load(Ordering::Acquire) & INSIDE != 0 {
            turns += 1;
            if turns.is_multiple_of(256) { std::thread::yield_now() } else { std::hint::spin_loop() }
        }
    }

    fn serve(&self) {
        loop {
            if let Some(entered) = self.enter() {
                // SAFETY: we are counted inside, so the caller keeps the job alive until we leave.
                let job = unsafe { &*self.job.load(Ordering::Acquire) };
                if catch_unwind(AssertUnwindSafe(|| job.take_part())).is_err() {
                    job.panicked.store(true, Ordering::Relaxed);
                }
                self.doors.fetch_sub(1, Ordering::Release);
                // The items are all taken; do not come in again before the next job. That one may be open already
                // when a worker looks that the system kept waiting, so open doors alone would not tell it.
                let mut turns = 0u32;
                while self.doors.load(Ordering::Relaxed) & !INSIDE == entered {
                    turns += 1;
                    if turns.is_multiple_of(256) { std::thread::yield_now() } else { std::hint::spin_loop() }
                }
            }
            if !self.wait_for_a_job() {
                return;
            }
        }
    }

    /// Goes inside, if the doors are open: they and the job's number, as `doors` has them.
    fn enter(&self) -> Option<u64> {
        self.doors
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |doors| {
                (doors & OPEN != 0).then_some(doors + 1)
            })
            .ok()
            .map(|doors| doors & !INSIDE)
    }

    /// Returns when the doors are open, or with `false` when the pool ends.
    fn wait_for_a_job(&self) -> bool {
        let open = || self.doors.load(Ordering::SeqCst) & OPEN != 0;
        let since = Instant::now();
        while since.elapsed() < SPIN {
            for _ in 0..64 {
                if open() {
                    return true;
                }
                std::hint::spin_loop();
            }
            std::thread::yield_now();
        }
        let mut sleepers = lock(&self.sleepers);
        *sleepers += 1;
        self.asleep.store(*sleepers, Ordering::SeqCst);
        while !open() && !self.stop.load(Ordering::SeqCst) {
            sleepers = self.wake.wait(sleepers).unwrap_or_else(PoisonError::into_inner);
        }
        *sleepers -= 1;
        self.asleep.store(*sleepers, Ordering::SeqCst);
        !self.stop.load(Ordering::SeqCst)
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        {
            let _sleepers = lock(&self.state.sleepers);
            self.state.wake.notify_all();
        }
        for worker in self.workers.drain(..) {
            // A worker's panics were caught and reported where the job was given.
            let _ = worker.join();
        }
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads()).finish_non_exhaustive()
    }
}

/// A lock whose holder panicked guards nothing that the panic could have broken here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
