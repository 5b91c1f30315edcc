//! The history of a draw's folder: the draw made again, then every stage that was drawn.

use std::path::Path;

use dispatch_core::evidence::Announced;
use dispatch_core::handover::Handover;
use dispatch_core::held::{self, Held, HeldFault};
use dispatch_core::language::Message;
use dispatch_core::material::{self, Source};

use crate::commands::draw::prepare;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder};

/// Reads a folder and does again what was drawn in it.
pub(crate) fn read(console: &Console, dir: &Path) -> Done<Held> {
    Held::again(&Folder(dir), prepare(console, dir)?, u64::MAX)
}

pub(crate) fn read_handover(path: &Path) -> Done<Handover> {
    held::read_handover(&folder::read(path)?).map_err(|fault| told(path, &fault))
}

/// Reads an announcement.
pub(crate) fn announced(path: &Path) -> Done<Announced> {
    let name = path.display().to_string();
    let bytes = folder::read(path)?;
    Ok(material::announced(&Source::new(&name, &bytes))?)
}

/// What is wrong with a folder's files, with their places.
pub(crate) fn fault(dir: &Path, fault: HeldFault) -> Failure {
    match fault {
        HeldFault::File { name, message } => told(&dir.join(name), &message),
        HeldFault::Refused(message) => message.into(),
        HeldFault::NotAnnounced(failed) => {
            let dir = dir.display();
            let mut failure = Failure::new(
                format!("{dir}: not as it was announced; restore the folder from your copy"),
                format!("{dir}：与公告时不一致，请用备份恢复该目录"),
            );
            failure.messages.extend(failed.into_iter().map(|result| {
                Message::new(
                    format!("{} {}", result.id, result.detail.english),
                    format!("{} {}", result.id, result.detail.chinese),
                )
            }));
            failure
        }
    }
}

fn told(path: &Path, fault: &Message) -> Failure {
    let path = path.display();
    Failure::new(
        format!("{path}: {}", fault.english),
        format!("{path}：{}", fault.chinese),
    )
}
