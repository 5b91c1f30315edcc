//! The Atom feed of the newest steps (RFC 4287).
//!
//! Invariant: an entry of the feed keeps its id for ever: it is made of the log's name and the index.

use dispatch_core::entry::{Entry, Step};

use super::public::read;
use crate::context::Context;
use crate::http::endpoint::{Answer, AnswerKind, Content, Endpoint};
use crate::problem::Problem;
use crate::register::draws;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![read(
        "/feed.atom",
        ("feed", "最新步骤的Atom订阅源"),
        &[],
        &[AnswerKind {
            status: 200,
            about: "Atom（RFC 4287）",
            content: Content::Media(ATOM),
        }],
        |context, _| Box::pin(feed(context)),
    )]
}

async fn feed(context: Context) -> Result<Answer, Problem> {
    let (entries, begun) = context
        .store
        .read(|sql| {
            let head = sql.query_one("SELECT size, time FROM log_head WHERE id = 1", &[])?;
            let head = head.ok_or_else(Problem::not_found)?;
            let from = head.count(0)?.saturating_sub(NEWEST);
            let mut entries = Vec::new();
            for (index, bytes) in draws::entries(sql, from, NEWEST)? {
                entries.push((index, Entry::read(&bytes)?));
            }
            Ok((entries, head.count(1)?))
        })
        .await?;
    let begun = dispatch_core::syntax::shown_time(begun);
    let origin = context.signer.key().name().to_owned();
    let text = write(&context.settings.public_url, &origin, &begun, &entries);
    Ok(Answer::bytes(200, ATOM, text).cached(60))
}

/// The feed; `begun` is its time when it has no entries.
fn write(url: &str, origin: &str, begun: &str, entries: &[(u64, Entry)]) -> String {
    let (url, origin) = (escaped(url), escaped(origin));
    let updated = entries
        .last()
        .map_or(begun, |(_, entry)| entry.time.as_str());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n  <title>双随机抽查公告</title>\n  <id>urn:dispatch:log:{origin}</id>\n  <updated>{updated}</updated>\n  <author><name>{origin}</name></author>\n  <link rel=\"self\" type=\"{ATOM}\" href=\"{url}/feed.atom\"/>\n  <link rel=\"alternate\" type=\"application/json\" href=\"{url}/api/v1/draws\"/>\n"
    );
    for (index, entry) in entries.iter().rev() {
        let kind = entry.step.kind();
        let body = escaped(&entry.body);
        let title = escaped(&title(entry));
        let target = match entry.commitment() {
            Some(commitment) => format!("{url}/api/v1/draws/{commitment}"),
            None => format!("{url}/api/v1/entries/{index}"),
        };
        let time = escaped(&entry.time);
        text.push_str(&format!(
            "  <entry>\n    <title>{title}</title>\n    <id>urn:dispatch:log:{origin}:{index}</id>\n    <updated>{time}</updated>\n    <author><name>{body}</name></author>\n    <category term=\"{kind}\"/>\n    <link rel=\"alternate\" type=\"application/json\" href=\"{target}\"/>\n    <link rel=\"related\" type=\"text/plain\" href=\"{url}/api/v1/entries/{index}/proof\"/>\n    <summary>{title}（{body}，日志第{index}条）</summary>\n  </entry>\n"
        ));
    }
    text.push_str("</feed>\n");
    text
}

/// What happened, in a line.
fn title(entry: &Entry) -> String {
    match &entry.step {
        Step::Plan(step) => format!("{}年度抽查计划", step.year),
        Step::Announcement(step) => format!("公告：{}", step.announcement.title),
        Step::Acknowledgement(_) => "保管方确认".to_owned(),
        Step::Contribution(_) => "收到随机数贡献".to_owned(),
        Step::Pulse(step) if step.stage == 0 => "随机脉冲已取得".to_owned(),
        Step::Pulse(step) => format!("第{}次补抽的随机脉冲已取得", step.stage),
        Step::Stage(step) => format!("第{}次补抽已公布", step.stage.number),
        Step::Result(step) if step.stage == 0 => "抽取完成".to_owned(),
        Step::Result(step) => format!("第{}次补抽完成", step.stage),
        Step::Disclosure(_) => "结果与证据包已公开".to_owned(),
        Step::Void(step) => format!("作废：{}", step.reason),
        Step::Key(_) => "日志密钥变更".to_owned(),
    }
}

/// Text for XML: characters with a meaning replaced, those that XML 1.0 does not know left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => escaped.push(one),
            '\u{10000}'.. => escaped.push(one),
            _ => {}
        }
    }
    escaped
}

const ATOM: &str = "application/atom+xml";
/// Steps in the feed.
const NEWEST: u64 = 50;
