//! `dispatch witness cosign`: one request, answered by hand, with the same decision and state as
//! over HTTP.

use std::fs::File;
use std::io::Read as _;

use dispatch_core::witness::{MOST_BYTES, Refusal};

use crate::args::witness::Cosign;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::witness::{Outcome, Store};

pub(super) fn run(console: &Console, options: &Cosign) -> Done {
    // First of all: a cosignature that cannot be handed out is none.
    folder::must_not_exist(&options.out)?;
    let store = Store::open(&options.dir)?;
    // One byte more than a request may have, so that a longer one is seen as such.
    let limit = u64::try_from(MOST_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut request = Vec::new();
    let read =
        File::open(&options.request).and_then(|file| file.take(limit).read_to_end(&mut request));
    read.map_err(|error| Failure::file(&options.request, &error))?;
    let outcome = store.answer(&request)?;
    if let Some(notice) = &outcome.notice {
        console.complain(notice);
    }
    let out = options.out.display();
    match &outcome {
        Outcome {
            answer: Ok(cosigned),
            ..
        } => {
            folder::write(&options.out, cosigned.line.as_bytes(), false)?;
            let checkpoint = &cosigned.held.checkpoint().checkpoint;
            let (origin, size) = (&checkpoint.origin, checkpoint.size);
            console.say(
                format!("cosigned: {origin} at size {size}; carry {out} to the log"),
                format!("已联署：{origin}，规模{size}；请将{out}送交日志一方"),
            );
            Ok(())
        }
        // The same file again, because the first answer was lost: no new statement is made.
        Outcome {
            answer: Err(Refusal::Stale { held, .. }),
            again: Some(line),
            ..
        } => {
            folder::write(&options.out, line.as_bytes(), false)?;
            console.say(
                format!("this very checkpoint (size {held}) was cosigned before; the same cosignature is in {out}"),
                format!("该检查点（规模{held}）此前已联署；原联署在{out}"),
            );
            Ok(())
        }
        Outcome {
            answer: Err(refusal),
            ..
        } => {
            let message = refusal.message();
            folder::write(&options.out, refusal_text(refusal).as_bytes(), false)?;
            console.complain(&message);
            console.say(
                format!("not cosigned; the reason is in {out}"),
                format!("未联署；原因写在{out}"),
            );
            Err(Failure::said())
        }
    }
}

/// What is carried back instead of signature lines: the status that HTTP would give, the size of the
/// witness if that is all that is wrong, and the reason in both languages.
fn refusal_text(refusal: &Refusal) -> String {
    let size = refusal.size().map(|size| format!("size {size}\n"));
    let (status, size) = (refusal.status(), size.unwrap_or_default());
    let message = refusal.message();
    format!(
        "refused {status}\n{size}{}\n{}\n",
        message.english, message.chinese
    )
}
