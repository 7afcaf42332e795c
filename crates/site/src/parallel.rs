//! The same work for many things, on all cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The results of `work` on each item, in the order of the items. The first error ends it.
pub(super) fn map<T: Sync, R: Send, E: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let found = Mutex::new((Vec::with_capacity(items.len()), None));
    let take_part = || {
        let mut mine = Vec::new();
        let mut failed = None;
        while let Some((index, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?)))
        {
            match work(item) {
                Ok(made) => mine.push((index, made)),
                Err(error) => {
                    failed = Some(error);
                    // The others find nothing more to do.
                    next.store(items.len(), Ordering::Relaxed);
                    break;
                }
            }
        }
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.append(&mut mine);
        found.1 = found.1.take().or(failed);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // A thread that the system refuses is one fewer; the work gets done all the same.
            let _ = std::thread::Builder::new().spawn_scoped(scope, take_part);
        }
        take_part();
    });
    let (mut made, failed) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failed {
        return Err(error);
    }
    made.sort_unstable_by_key(|(index, _)| *index);
    Ok(made.into_iter().map(|(_, made)| made).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_their_items() {
        let items: Vec<u64> = (0..1000).collect();
        let doubled = map(&items, |n| Ok::<_, ()>(n * 2)).unwrap();
        assert_eq!(doubled, (0..1000).map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(map(&[], |n: &u64| Ok::<_, ()>(*n)), Ok(Vec::new()));
    }

    #[test]
    fn an_error_ends_it() {
        let items: Vec<u64> = (0..1000).collect();
        assert_eq!(map(&items, |n| if *n == 500 { Err(*n) } else { Ok(()) }), Err(500));
    }
}
