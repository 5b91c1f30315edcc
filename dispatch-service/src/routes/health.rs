//! Whether the service runs, and whether it can serve.

use http::Method;

use crate::context::Context;
use crate::http::endpoint::{Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request};
use crate::problem::Problem;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint {
        method: Method::GET,
        path: "/health/live",
        id: "healthLive",
        summary: "进程是否在运行",
        access: Access::Public,
        query: &[],
        body: BodyKind::None,
        answers: &[AnswerKind {
            status: 200,
            about: "在运行",
            content: Content::Media("text/plain; charset=utf-8"),
        }],
        handler: |context, request| Box::pin(live(context, request)),
    }]
}

#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
async fn live(_context: Context, _request: Request) -> Result<Answer, Problem> {
    Ok(Answer::bytes(200, "text/plain; charset=utf-8", "live\n")
        .with(http::header::CACHE_CONTROL, "no-store"))
}
