//! Heavy work: off the asynchronous threads, and only a little of it at once.
//!
//! A list of a million rows takes memory and seconds. Invariant: no more than [`AT_ONCE`] of them are
//! read at the same time, however many ask; who comes later is told to come again.

use tokio::sync::Semaphore;

use crate::problem::Problem;

/// How many pieces of heavy work are done at once.
pub const AT_ONCE: usize = 2;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// Does heavy work on a thread of its own, in its turn.
///
/// # Errors
/// What the work says; 503 if its turn does not come.
pub async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let place = PLACES.acquire().await;
    let place = place.map_err(|error| Problem::internal(&error))?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    });
    done.await
        .unwrap_or_else(|error| Err(Problem::internal(&error)))
}
