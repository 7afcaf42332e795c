//! The worker threads: every item once, none missed, no panic lost.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/thread_pool.rs"]
mod thread_pool;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use thread_pool::{SPIN, ThreadPool};

#[test]
fn every_item_is_done_once_on_any_number_of_threads() {
    for threads in [1, 2, 3, 8] {
        let pool = ThreadPool::new(threads);
        for n in [0, 1, 2, 7, 1000] {
            let mut items = vec![0u32; n];
            for _ in 0..50 {
                pool.for_each(&mut items, |x| *x += 1);
            }
            assert!(items.iter().all(|&x| x == 50), "{threads} threads, {n} items");
        }
    }
}

#[test]
fn a_sleeping_worker_wakes_for_the_next_job() {
    let pool = ThreadPool::new(2);
    for _ in 0..5 {
        std::thread::sleep(20 * SPIN);
        let seen = Mutex::new(std::collections::BTreeSet::new());
        // The caller holds on to its item until the worker has come for the other.
        pool.for_each(&mut [0u8; 2], |_| {
            seen.lock().unwrap().insert(std::thread::current().name().map(str::to_owned));
            let since = Instant::now();
            while seen.lock().unwrap().len() < 2 && since.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        assert_eq!(seen.lock().unwrap().len(), 2);
    }
}

#[test]
fn a_worker_comes_to_every_job_however_soon_the_next_follows() {
    let pool = ThreadPool::new(2);
    for job in 0..200 {
        let begun = AtomicUsize::new(0);
        let since = Instant::now();
        // Each item needs the other to have begun: the caller alone never ends the job.
        pool.for_each(&mut [0u8; 2], |_| {
            begun.fetch_add(1, Ordering::SeqCst);
            while begun.load(Ordering::SeqCst) < 2 && since.elapsed() < Duration::from_secs(20) {
                std::thread::yield_now();
            }
        });
        assert!(since.elapsed() < Duration::from_secs(20), "the worker missed job {job}");
    }
}

#[test]
fn a_panic_in_an_item_reaches_the_caller_and_the_pool_lives_on() {
    let pool = ThreadPool::new(3);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        pool.for_each(&mut [1, 2, 3, 4, 5, 6], |x| assert_ne!(*x, 4, "on purpose"));
    }));
    assert!(caught.is_err());
    let mut items = [1; 64];
    pool.for_each(&mut items, |x| *x *= 3);
    assert_eq!(items, [3; 64]);
}
