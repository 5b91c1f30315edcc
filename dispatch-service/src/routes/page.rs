//! Pages of lists that go from the newest to the oldest.
//!
//! Invariant: what is added while somebody turns pages shifts nothing: a page begins after a row, not
//! after a number of rows.

use crate::http::endpoint::{Form, Parameter, Request};
use crate::problem::Problem;

/// Which page is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    after: Option<(u64, String)>,
    /// Most rows.
    pub limit: u64,
}

impl Page {
    /// The page that a request asks for by `after` and `limit`.
    ///
    /// # Errors
    /// 400 if `after` is nothing that an answer gave.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let limit = request.query.get("limit");
        let limit = limit.and_then(|text| text.parse().ok()).unwrap_or(50_u64);
        let after = request.query.get("after").map(|text| {
            let (time, id) = text.split_once('.')?;
            Some((time.parse().ok()?, id.to_owned()))
        });
        let after = match after {
            None => None,
            Some(Some(after)) => Some(after),
            Some(None) => {
                return Err(Problem::new(
                    400,
                    "parameter",
                    "after: give what `next` of the page before says",
                    "after：请填写上一页的 next",
                ));
            }
        };
        Ok(Self {
            after,
            limit: limit.clamp(1, MOST),
        })
    }

    /// The row after which it begins.
    #[must_use]
    pub fn after(&self) -> Option<(u64, &str)> {
        self.after.as_ref().map(|(time, id)| (*time, id.as_str()))
    }

    /// The `after` of the next page, if these rows fill this one.
    pub fn next<T>(&self, rows: &[T], key: impl Fn(&T) -> (u64, &String)) -> Option<String> {
        let full = rows.len() as u64 >= self.limit;
        let (time, id) = key(rows.last().filter(|_| full)?);
        Some(format!("{time}.{id}"))
    }
}

const MOST: u64 = 500;
/// Query parameter: most rows.
pub const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "每页条数，默认50，至多500",
    form: Form::Number(MOST),
};
/// Query parameter: where to begin.
pub const AFTER: Parameter = Parameter {
    name: "after",
    about: "上一页的 next",
    form: Form::Text(100),
};
