//! What has to hold after every kill: read over HTTP, as everybody may.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::net::SocketAddr;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::digest::Digest;
use dispatch_core::entry::{Entry, Step};
use dispatch_core::language::Message;
use dispatch_core::log::view::{CHECKPOINT, CHECKPOINTS};
use dispatch_core::log::{LogFiles, LogView, SignerKey};
use dispatch_core::verify::{Expectations, Grade, verify};
use dispatch_service::{audit, register};

use super::exchange::{Ask, finish};
use super::load::{Acknowledged, Load};
use super::service::Site;
use crate::store::register::dump;
use crate::support::log;

/// What the log said until now.
#[derive(Debug)]
pub(super) struct Proof {
    key: SignerKey,
    leaves: Vec<Vec<u8>>,
    /// Where a step of a draw stands: kind, what it is of, stage and contributor.
    steps: BTreeMap<(&'static str, String, String), u64>,
    roots: BTreeMap<String, String>,
    /// How long the log was before a service with this number or a later one had any request.
    sizes: BTreeMap<usize, u64>,
}

/// The files of the log as a service shows them.
struct HttpLog {
    address: SocketAddr,
    /// The latest checkpoint when it was first read: what is appended later is not looked at.
    latest: RefCell<Option<Vec<u8>>>,
    past: Cell<bool>,
}

impl HttpLog {
    const fn new(address: SocketAddr) -> Self {
        Self {
            address,
            latest: RefCell::new(None),
            past: Cell::new(false),
        }
    }
}

impl LogFiles for HttpLog {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        let latest = match self.latest.borrow().clone() {
            Some(latest) => latest,
            None => get(self.address, "/log/checkpoint").unwrap(),
        };
        *self.latest.borrow_mut() = Some(latest.clone());
        if path == CHECKPOINT {
            return Ok(Some(latest));
        }
        if !path.starts_with(CHECKPOINTS) {
            return Ok(get(self.address, &format!("/log/{path}")));
        }
        if self.past.get() {
            return Ok(None);
        }
        let read = get(self.address, &format!("/log/{path}"));
        self.past.set(read.as_ref() == Some(&latest));
        Ok(read)
    }
}

impl Proof {
    pub(super) const fn new(key: SignerKey) -> Self {
        Self {
            key,
            leaves: Vec::new(),
            steps: BTreeMap::new(),
            roots: BTreeMap::new(),
            sizes: BTreeMap::new(),
        }
    }

    /// How long the log is.
    pub(super) const fn size(&self) -> usize {
        self.leaves.len()
    }

    /// The log is the one that was there, with more behind it; everything in it was done once; and what
    /// was acknowledged is in it, where the answer said.
    pub(super) fn check(&mut self, address: SocketAddr, load: &Load) {
        // First what was acknowledged, then the log, which may grow meanwhile.
        let acknowledged = load.lock().acknowledged.clone();
        let files = HttpLog::new(address);
        let view = LogView(&files);
        let signed = view.checkpoint().unwrap();
        assert!(signed.verify(&self.key.verifier()).unwrap());
        let size = signed.checkpoint.size;
        let before = self.leaves.len();
        assert!(
            before as u64 <= size,
            "{before} entries were there, now {size}"
        );
        let mut new = Vec::new();
        let read = view.for_each_bundle::<Message>(before as u64..size, size, |_, leaves| {
            new.extend(leaves);
            Ok(())
        });
        read.unwrap();
        self.leaves.extend(new);
        assert_eq!(self.leaves.len() as u64, size);
        // From the entries as they were read first: none of them has become another.
        assert_eq!(log::root(&self.leaves), signed.checkpoint.root);
        for index in before..self.leaves.len() {
            self.take(index);
        }
        for step in &acknowledged {
            self.find(step);
        }
    }

    /// Notes how long the log is when no service before this one runs any more.
    pub(super) fn mark(&mut self, service: usize) {
        let size = self.leaves.len() as u64;
        self.sizes.entry(service).or_insert(size);
    }

    /// How many of the steps that were cut had been done, and how many had not.
    pub(super) fn cut(&self, load: &Load) -> (usize, usize) {
        let state = load.lock();
        let cut = state.acknowledged.iter().filter_map(|step| {
            let (_, size) = self.sizes.range(step.cut? + 1..).next()?;
            Some(self.place(step) < *size)
        });
        let (done, not): (Vec<_>, Vec<_>) = cut.partition(|done| *done);
        (done.len(), not.len())
    }

    /// Takes an entry in.
    fn take(&mut self, index: usize) {
        let entry = Entry::read(&self.leaves[index]).unwrap();
        let kind = entry.step.kind();
        let (of, which) = match &entry.step {
            Step::Plan(step) => (step.draws[0].draw.clone(), String::new()),
            step => {
                let of = entry.commitment().unwrap().to_string();
                let which = match step {
                    Step::Pulse(step) => step.stage.to_string(),
                    Step::Result(step) => step.stage.to_string(),
                    Step::Stage(step) => step.stage.number.to_string(),
                    Step::Contribution(step) => step.contributor.clone(),
                    _ => String::new(),
                };
                (of, which)
            }
        };
        if let Step::Result(step) = &entry.step
            && step.stage == 0
        {
            let root = step.result.root.to_string();
            self.roots.insert(of.clone(), root);
        }
        let place = (kind, of, which);
        let other = self.steps.insert(place.clone(), index as u64);
        assert_eq!(other, None, "twice in the log: {place:?}, at {index} again");
    }

    /// What was acknowledged is there, where the answer said.
    fn find(&self, step: &Acknowledged) {
        let index = self.place(step);
        assert!(
            step.index.is_none_or(|told| told == index),
            "{step:?} {index}"
        );
        if let Some(root) = &step.root {
            assert_eq!(self.roots.get(&step.of), Some(root), "{step:?}");
        }
    }

    /// Where a step that was acknowledged stands.
    fn place(&self, step: &Acknowledged) -> u64 {
        let which = match step.kind {
            "contribution" => "司法局",
            "result" => "0",
            _ => "",
        };
        let place = (step.kind, step.of.clone(), which.to_owned());
        let index = self.steps.get(&place);
        *index.unwrap_or_else(|| panic!("acknowledged and lost: {step:?}"))
    }

    /// Everything that was ever signed, too.
    pub(super) fn check_checkpoints(&self, address: SocketAddr) {
        let entries = log::verified(&HttpLog::new(address), &self.key);
        let known = self.leaves.iter().zip(&entries);
        assert!(self.leaves.len() <= entries.len());
        for (leaf, entry) in known {
            assert_eq!(&Entry::read(leaf).unwrap(), entry);
        }
    }

    /// The bundles of the last draws that were disclosed can be verified by everybody.
    pub(super) fn check_bundles(&self, address: SocketAddr, most: usize) -> usize {
        let disclosed = self
            .steps
            .iter()
            .filter(|((kind, ..), _)| *kind == "disclosure");
        let mut disclosed: Vec<_> = disclosed.map(|((_, of, _), index)| (index, of)).collect();
        disclosed.sort();
        let last = disclosed.iter().rev().take(most);
        let verified = last.map(|(_, commitment)| {
            let path = format!("/api/v1/draws/{commitment}/files/evidence.zip");
            let bundle = get(address, &path).unwrap();
            let files = Files::unpack(Cursor::new(bundle), Limits::default());
            let expected = Expectations {
                commitment: Digest::from_hex(commitment).ok(),
                policy: None,
                log_policy: None,
            };
            let report = verify("evidence.zip", files, &expected, &mut |_| {});
            assert!(report.holds(), "{report:#?}");
            assert_eq!(report.grade, Grade::Replay);
        });
        verified.count()
    }

    /// What stands in no log, once no service runs: the register is what the log says, the audit trail
    /// is whole and has every step once, nothing was made twice.
    pub(super) fn check_store(&self, site: &Site, load: &Load) {
        let state = load.lock();
        let backend = &site.place.backend;
        let checked = backend.once(true, |sql| {
            let before = dump(sql);
            assert_eq!(register::rebuild(sql)?, self.leaves.len() as u64);
            assert_eq!(dump(sql), before, "the register is not what the log says");
            assert_eq!(audit::check_chain(sql)?.fault, None);
            let mut made = BTreeMap::new();
            for (kind, query) in [
                ("draft", "SELECT title FROM draft"),
                ("token", "SELECT label FROM token WHERE label <> 'load'"),
                ("proposal", "SELECT target FROM proposal"),
            ] {
                for row in sql.query(query, &[])? {
                    let other = made.insert((kind, row.text(0)?.to_owned()), ());
                    assert_eq!(other, None, "made twice: {kind} {}", row.text(0)?);
                }
            }
            for (kind, of) in &state.beside {
                let place = (*kind, of.clone());
                assert!(
                    made.contains_key(&place),
                    "acknowledged and lost: {place:?}"
                );
            }
            for (action, kind) in [
                ("draw", "result"),
                ("disclose", "disclosure"),
                ("acknowledge", "acknowledgement"),
                ("contribute", "contribution"),
            ] {
                let rows = sql.query(
                    "SELECT target FROM audit WHERE action = ?1 ORDER BY target",
                    &[action.into()],
                )?;
                let recorded = rows.iter().map(|row| Ok(row.text(0)?.to_owned()));
                let recorded =
                    recorded.collect::<Result<Vec<_>, dispatch_service::problem::Problem>>()?;
                let logged = self.steps.keys().filter(|(one, _, which)| {
                    // Draws of stages are recorded by another name.
                    *one == kind && which != "1"
                });
                let logged: BTreeSet<_> = logged.map(|(_, of, _)| of.clone()).collect();
                assert_eq!(recorded, logged.into_iter().collect::<Vec<_>>(), "{action}");
            }
            Ok(())
        });
        checked.unwrap();
        drop(state);
        let log = site.log();
        let panic = log.lines().find(|line| line.contains("a panic"));
        assert_eq!(panic, None);
        // What was uploaded lies nowhere any more, whoever was killed over it.
        assert_eq!(site.spooled(), Vec::<String>::new());
    }
}

/// Gets a file; none if it is not there.
fn get(address: SocketAddr, path: &str) -> Option<Vec<u8>> {
    let ask = Ask::new("look", "GET", path);
    let reply = finish(ask.send(address).unwrap()).unwrap();
    let reply = reply.expect(&[200, 404], &ask);
    (reply.status == 200).then_some(reply.body)
}
