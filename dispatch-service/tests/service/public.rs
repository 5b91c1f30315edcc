//! What everybody may read, over both back ends.

#[path = "public/log.rs"]
mod log;
#[path = "public/open.rs"]
mod open;
#[path = "public/register.rs"]
mod register;

use dispatch_core::entry::Step;
use dispatch_service::campaign::files;

use crate::support::cluster::{Place, backends};
use crate::support::desk::Desk;
use crate::support::steps;

/// A desk with a log of several draws in several states, for each back end.
fn desks() -> impl Iterator<Item = Desk> {
    backends().into_iter().map(filled)
}

fn filled(place: Place) -> Desk {
    let desk = Desk::new(place);
    desk.set_time(NOON);
    append(&desk, vec![steps::plan(&["a", "b", "c_%"], "")]);
    append(&desk, vec![steps::announcement("a", 1)]);
    append(&desk, steps::until_result("a").to_vec());
    append(&desk, vec![steps::disclosure("a")]);
    append(&desk, vec![steps::announcement("b", 2)]);
    append(&desk, vec![steps::void("b", true)]);
    append(&desk, vec![steps::announcement("c_%", 3)]);
    let (envelope, holder) = (
        desk.context.envelope.clone(),
        steps::commitment("a").to_string(),
    );
    let done = desk.context.store.write_blocking(move |change| {
        let (sql, now) = (&mut *change.sql, change.now);
        files::add_public(sql, &holder, "slip.html", "text/html", b"<p>slip", now)?;
        files::add_sealed(sql, &envelope, &holder, "secret/cells.jsonl", b"{}", now)
    });
    done.unwrap();
    desk
}

fn append(desk: &Desk, steps: Vec<Step>) {
    let done = desk.context.store.write_blocking(move |change| {
        for step in steps {
            change.append(BODY, step)?;
        }
        Ok(())
    });
    done.unwrap();
}

const BODY: &str = "某市市场监督管理局";
/// 2026-07-23T07:00:00Z.
const NOON: u64 = 1_784_790_000;
