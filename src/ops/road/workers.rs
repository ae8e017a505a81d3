//! Independent pieces of work on all cores, one piece a core at a time, so that memory does not grow with their number.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::base::diagnostic::Diagnostic;
use crate::base::interrupt;

/// Hears how many of how many pieces are done.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Does the work of every item, and returns the results in the order of the items.
///
/// # Errors
/// When a thread cannot be started, or the person stops.
pub fn each<T: Sync, R: Send>(items: &[T], progress: Progress<'_>, work: impl Fn(&T) -> R + Sync) -> Result<Vec<R>, Diagnostic> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len()).max(1);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let work_off = &|| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            if interrupt::check().is_err() {
                return;
            }
            let result = work(item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, items.len());
        }
    };
    // A pool of one thread each: what a check does in parallel stays on the core of its piece, and a core that waits
    // does not begin another piece meanwhile.
    let pool = || {
        rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| {
            Diagnostic::failed("threads", "no thread could be started")
                .because(error.to_string())
                .fix("close other programs, and run it again")
        })
    };
    let pools = (0..cores).map(|_| pool()).collect::<Result<Vec<_>, _>>()?;
    std::thread::scope(|scope| {
        for pool in &pools {
            scope.spawn(|| pool.install(work_off));
        }
    });
    interrupt::check()?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        let heard = AtomicUsize::new(0);
        let results = each(
            &items,
            &|done, of| {
                heard.fetch_max(done * 1000 + of, Ordering::Relaxed);
            },
            |item| item * 2,
        )
        .unwrap();
        assert_eq!(results, (0..100).map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(heard.into_inner(), 100_100);
        assert!(each(&[] as &[usize], &|_, _| {}, |item| *item).unwrap().is_empty());
    }
}
