//! Where a log is read from: a folder, or a web server, file by file.
//!
//! Answers are bounded in time and length; a redirection is not followed, nothing is tried twice.

use std::path::PathBuf;
use std::time::Duration;

use dispatch_core::language::Message;
use dispatch_core::log::LogFiles;
use ureq::Agent;

use crate::http;

/// A source.
#[derive(Debug)]
pub(super) enum Source {
    Folder(PathBuf),
    Web { agent: Agent, base: String },
}

impl Source {
    /// By its name.
    pub(super) fn open(name: &str) -> Self {
        if !name.starts_with("http://") && !name.starts_with("https://") {
            return Self::Folder(PathBuf::from(name));
        }
        Self::Web {
            agent: http::agent(TIMEOUT),
            base: name.trim_end_matches('/').to_owned(),
        }
    }
}

impl LogFiles for Source {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        match self {
            Self::Folder(dir) => {
                if !dir.is_dir() {
                    return Err(unreachable(&dir.display().to_string(), "no such folder"));
                }
                let path = dir.join(path);
                match std::fs::read(&path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(unreachable(&path.display().to_string(), &error.to_string())),
                }
            }
            Self::Web { agent, base } => fetch(agent, &format!("{base}/{path}")),
        }
    }
}

fn fetch(agent: &Agent, url: &str) -> Result<Option<Vec<u8>>, Message> {
    let failed = |error: String| unreachable(url, &error);
    let mut response = agent.get(url).call().map_err(|e| failed(e.to_string()))?;
    match response.status().as_u16() {
        200 => {}
        404 | 410 => return Ok(None),
        other => return Err(failed(format!("HTTP status {other}"))),
    }
    let body = http::body(&mut response, MOST).map_err(|e| failed(e.to_string()))?;
    body.map(Some)
        .ok_or_else(|| failed(format!("longer than {MOST} bytes")))
}

fn unreachable(what: &str, why: &str) -> Message {
    Message::new(
        format!(
            "{what}: cannot be read: {why}; nothing was judged, and the state is unchanged: try again"
        ),
        format!("{what}：无法读取：{why}；未作判断，状态不变，请稍后再试"),
    )
}

/// Longest file: a bundle of entries has at most 16.8 MB, an evidence bundle may have more.
const MOST: u64 = 256 << 20;
const TIMEOUT: Duration = Duration::from_secs(120);
