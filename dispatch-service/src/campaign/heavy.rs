//! Heavy work: off the asynchronous threads, and only a little of it at once.
//!
//! A list of a million rows takes memory and seconds. Invariant: no more than [`AT_ONCE`] of them are
//! read at the same time, and no more than [`WAITING`] wait, however many ask; who comes later is told
//! to come again. What the public brings has a place of its own and never keeps staff waiting.

use tokio::sync::Semaphore;

use crate::problem::Problem;

/// How many pieces of heavy work are done at once.
pub const AT_ONCE: usize = 2;
/// How many wait or are done.
pub const WAITING: usize = 32;

static STAFF: Lane = Lane {
    places: Semaphore::const_new(AT_ONCE),
    queue: Semaphore::const_new(WAITING),
};
static PUBLIC: Lane = Lane {
    places: Semaphore::const_new(1),
    queue: Semaphore::const_new(WAITING),
};

struct Lane {
    places: Semaphore,
    queue: Semaphore,
}

/// Does heavy work on a thread of its own, in its turn.
///
/// # Errors
/// What the work says; 503 if too many wait.
pub async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    STAFF.run(work).await
}

/// Does what somebody unknown has brought, in the public's turn.
///
/// # Errors
/// What the work says; 503 if too many wait.
pub async fn run_public<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    PUBLIC.run(work).await
}

impl Lane {
    async fn run<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let waiting = self.queue.try_acquire().map_err(|_| {
            Problem::unavailable(
                "busy",
                "too many long requests wait; nothing was done, try again",
                "等待处理的耗时请求过多，未做任何处理，请稍后重试",
            )
        })?;
        let place = self.places.acquire().await;
        let place = place.map_err(|error| Problem::internal(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((place, waiting));
            done
        });
        done.await
            .unwrap_or_else(|error| Err(Problem::internal(&error)))
    }
}
