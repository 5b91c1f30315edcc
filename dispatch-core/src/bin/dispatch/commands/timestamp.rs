//! `dispatch timestamp`: what is sent to a time-stamp authority, and what comes back.
//!
//! Nothing is sent from here: how a request reaches the authority is up to its network.

use std::path::Path;

use dispatch_core::digest::Digest;
use dispatch_core::language::Message;
use dispatch_core::log::Note;
use dispatch_core::syntax::shown_time;
use dispatch_core::timestamp::{Authority, TimestampError, Token, request};

use crate::args::timestamp::{StampRequest, StampVerify, Stamped, Timestamp, TimestampCommand};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;

pub(crate) fn run(console: &Console, options: &Timestamp) -> Done {
    match &options.command {
        TimestampCommand::Request(options) => ask(console, options),
        TimestampCommand::Verify(options) => verify(console, options),
    }
}

/// Reads the certificate that is trusted; it is called by the name of its file.
pub(crate) fn authority(path: &Path) -> Done<Authority> {
    let bytes = folder::read(path)?;
    Authority::read(path.display().to_string(), &bytes).map_err(|error| in_file(path, &error))
}

/// Reads a token or the answer around it.
pub(crate) fn token(path: &Path) -> Done<Token> {
    Token::read(&folder::read(path)?).map_err(|error| in_file(path, &error))
}

/// When the authority stamped `message` with the token in a file: seconds since 1970.
pub(crate) fn stamped_at(path: &Path, message: &[u8], authority: &Authority) -> Done<u64> {
    let time = token(path)?.verify(message, authority);
    time.map_err(|error| in_file(path, &error))
}

fn ask(console: &Console, options: &StampRequest) -> Done {
    folder::must_not_exist(&options.out)?;
    let message = message(&options.stamped)?;
    folder::write(&options.out, &request(&message, None), false)?;
    let (out, digest) = (options.out.display(), Digest::of(&message));
    console.say(
        format!("{out}: request for a time-stamp of SHA-256 {digest}; send it to the authority as application/timestamp-query"),
        format!("{out}：时间戳请求，所盖内容的SHA-256为{digest}；请以application/timestamp-query发送给时间戳服务机构"),
    );
    Ok(())
}

fn verify(console: &Console, options: &StampVerify) -> Done {
    let message = message(&options.stamped)?;
    let authority = authority(&options.authority)?;
    let time = stamped_at(&options.token, &message, &authority)?;
    let time = shown_time(time);
    let file = options.stamped.file.display();
    console.say(
        format!("the token holds: {file} existed at {time}"),
        format!("时间戳有效：{file}在{time}（协调世界时）已经存在"),
    );
    if let Some(seconds) = token(&options.token)?.accuracy() {
        console.say(
            format!("accuracy of the authority's clock: {seconds} s"),
            format!("时间戳服务机构的时钟精度：{seconds}秒"),
        );
    }
    let (name, subject) = (authority.name(), authority.common_name());
    let digest = Digest::of(authority.certificate());
    console.say(
        format!("trusted: \"{subject}\" ({name}), SHA-256 of the certificate {digest}; whether it was revoked was not looked up"),
        format!("所信任的证书：“{subject}”（{name}），证书的SHA-256为{digest}；未查询证书是否已被吊销"),
    );
    Ok(())
}

/// The bytes that are stamped.
fn message(stamped: &Stamped) -> Done<Vec<u8>> {
    let bytes = folder::read(&stamped.file)?;
    if !stamped.checkpoint {
        return Ok(bytes);
    }
    let note = Note::read(&bytes).map_err(|error| {
        let file = stamped.file.display();
        Failure::new(
            format!("{file}: {error}; without --checkpoint the file is stamped as it is"),
            format!("{file}：{error}；不加--checkpoint则对整个文件盖时间戳"),
        )
    })?;
    Ok(note.text.into_bytes())
}

fn in_file(path: &Path, error: &TimestampError) -> Failure {
    let path = path.display();
    let message = error.message();
    Message::new(
        format!("{path}: {}", message.english),
        format!("{path}：{}", message.chinese),
    )
    .into()
}
