//! Work shared out so that a thread gets what stands together.
//!
//! Each thread keeps what it knows of tokens to itself, and comments that stand together repeat
//! each other's: with work taken as it comes, each thread would measure more of the tokens of the
//! others as well.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Calls `task` for `0..tasks` on all threads of the pool, each of which takes its own share and
/// then helps the others, and `beside` on one of them before that. The results come in order.
pub fn share_out<R: Send, T: Send>(
    tasks: usize,
    beside: impl FnOnce() -> R + Send,
    task: impl Fn(usize) -> T + Sync,
) -> (R, Vec<T>) {
    let threads = rayon::current_num_threads();
    let begin = |i: usize| i * tasks / threads;
    let shares: Vec<(AtomicUsize, usize)> =
        (0..threads).map(|i| (AtomicUsize::new(begin(i)), begin(i + 1))).collect();
    let done = Mutex::new(Vec::with_capacity(tasks));
    let work = |own: usize| {
        let mut results = Vec::new();
        for share in 0..threads {
            let (next, end) = &shares[(own + share) % threads];
            let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|i| i < end);
            results.extend(std::iter::from_fn(take).map(|i| (i, task(i))));
        }
        done.lock().unwrap_or_else(PoisonError::into_inner).extend(results);
    };
    let beside = rayon::scope(|scope| {
        scope.spawn_broadcast(|_, context| work(context.index()));
        beside()
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(i, _)| *i);
    (beside, done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_comes_in_order() {
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for tasks in [0, 1, 3, 100] {
                let calls = AtomicUsize::new(0);
                let task = |i: usize| (calls.fetch_add(1, Ordering::Relaxed), 2 * i).1;
                let (beside, results) = pool.install(|| share_out(tasks, || "beside", task));
                assert_eq!(beside, "beside");
                assert_eq!(results, (0..tasks).map(|i| 2 * i).collect::<Vec<_>>());
                assert_eq!(calls.into_inner(), tasks);
            }
        }
    }
}
