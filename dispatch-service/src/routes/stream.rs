//! Bodies that are made piece by piece while they are sent, so that nothing long is held in memory.
//!
//! Invariant: what is read from the store for a body is one piece, or one page of rows, at a time; a
//! body that cannot be finished breaks off, so that nobody takes it for whole.

use bytes::Bytes;
use dispatch_core::digest::Digest;
use futures_util::stream::try_unfold;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH};

use crate::http::endpoint::{Answer, AnswerBody};
use crate::problem::Problem;
use crate::store::{Sql, Store, blob};

/// A blob as an answer that never changes.
///
/// # Errors
/// 404 if it is not there, 410 if it has expired.
pub async fn blob(store: &Store, digest: Digest, media: &str) -> Result<Answer, Problem> {
    let info = store.read(move |sql| Ok(blob::info(sql, &digest)?)).await?;
    let info = info.ok_or_else(Problem::not_found)?;
    if let Some((time, reason)) = info.expired {
        return Err(expired(time, &reason));
    }
    let store = store.clone();
    let body = try_unfold(0_u64, move |number| {
        let store = store.clone();
        async move {
            let piece = store.read(move |sql| Ok(blob::piece(sql, &digest, number)?));
            let piece = piece.await.map_err(broken)?;
            Ok(piece.map(|piece| (Bytes::from(piece), number.saturating_add(1))))
        }
    });
    let mut answer = of(media, body).immutable(&digest);
    answer.set(CONTENT_LENGTH, &info.length.to_string());
    // What somebody sent in is not to be opened as a page of this site.
    if !media.starts_with("text/plain") && !media.starts_with("application/json") {
        answer.set(CONTENT_DISPOSITION, "attachment");
    }
    Ok(answer)
}

/// Pages of rows as one body. `page` gives the text of the page that begins at a place, and where the
/// next one begins; a page that is the last names none.
pub fn pages<P, F>(store: &Store, media: &str, head: String, page: F) -> Answer
where
    P: Clone + Default + Send + Sync + 'static,
    F: Fn(&mut dyn Sql, P) -> Result<(String, Option<P>), Problem> + Clone + Send + Sync + 'static,
{
    let store = store.clone();
    let begin = (head, Some(P::default()));
    let body = try_unfold(begin, move |(head, place)| {
        let (store, page) = (store.clone(), page.clone());
        async move {
            let Some(place) = place else {
                return Ok(None);
            };
            let (text, next) = store
                .read(move |sql| page(sql, place))
                .await
                .map_err(broken)?;
            Ok(Some((Bytes::from(head + &text), (String::new(), next))))
        }
    });
    of(media, body)
}

fn of(
    media: &str,
    body: impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send + Sync + 'static,
) -> Answer {
    let mut answer = Answer::bytes(200, "application/octet-stream", Bytes::new());
    answer.set(http::header::CONTENT_TYPE, media);
    answer.body = AnswerBody::Stream(Box::pin(body));
    answer
}

fn broken(problem: Problem) -> std::io::Error {
    std::io::Error::other(problem.message.english)
}

fn expired(time: u64, reason: &str) -> Problem {
    let time = dispatch_core::syntax::shown_time(time);
    Problem::new(
        410,
        "expired",
        format!("this expired by law at {time}; only its hash is left. {reason}"),
        format!("该内容已于{time}依法到期销毁，仅保留其哈希值。{reason}"),
    )
}
