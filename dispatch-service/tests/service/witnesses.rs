//! The log and its witnesses: nothing is signed before what was witnessed last is shown to be a prefix.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use dispatch_core::language::Message;
use dispatch_core::log::view::LogView;
use dispatch_core::log::{KeyKind, LogPolicy, SignerKey};
use dispatch_core::witness::asking::{Reply, WitnessLink};
use dispatch_core::witness::{AddCheckpoint, Held, Submission};
use dispatch_service::log::prefix::{Shown, establish};
use dispatch_service::log::witness::{StoreFiles, bring, cosign_latest};
use dispatch_service::log::{Guard, LogSigner, begin_log};
use dispatch_service::store::{Limits, Store};

use crate::store::{BODY, Hand, NOON, key, step};
use crate::support::cluster::{Place, backends};

/// Witnesses by their address, deciding as `dispatch witness serve` does.
#[derive(Clone, Default)]
struct Witnesses(Rc<RefCell<HashMap<String, Witness>>>);

struct Witness {
    key: SignerKey,
    held: Option<Held>,
    silent: bool,
    /// Whether it tells what it saw last without being asked to cosign.
    tells: bool,
    time: u64,
}

impl Witnesses {
    fn new() -> Self {
        let witnesses = Self::default();
        for number in 1..=3_u8 {
            let name = format!("w{number}.example/w");
            let key = SignerKey::new(name, KeyKind::Cosignature, [number; 32]).unwrap();
            witnesses.0.borrow_mut().insert(
                format!("http://w{number}"),
                Witness {
                    key,
                    held: None,
                    silent: false,
                    tells: true,
                    time: NOON + u64::from(number),
                },
            );
        }
        witnesses
    }

    fn change(&self, number: u8, change: impl FnOnce(&mut Witness)) {
        let mut all = self.0.borrow_mut();
        change(all.get_mut(&format!("http://w{number}")).unwrap());
    }

    /// Two of the three.
    fn policy(&self) -> LogPolicy {
        let mut text = format!("log {}\n", key().verifier());
        for number in 1..=3 {
            let url = format!("http://w{number}");
            let vkey = self.0.borrow()[&url].key.verifier();
            text.push_str(&format!("witness w{number} {vkey} {url}\n"));
        }
        text.push_str("group all 2 w1 w2 w3\nquorum all\n");
        LogPolicy::read(text).unwrap()
    }
}

impl WitnessLink for Witnesses {
    fn submit(&self, prefix: &str, request: &[u8]) -> Result<Reply, Message> {
        let mut all = self.0.borrow_mut();
        let witness = all.get_mut(prefix).unwrap();
        if witness.silent {
            return Err(Message::new("no answer", "无应答"));
        }
        let request = AddCheckpoint::read(request).unwrap();
        let submission = Submission::new(request, &[key().verifier()]).unwrap();
        Ok(
            match submission.decide(witness.held.as_ref(), &witness.key, witness.time) {
                Ok(cosigned) => {
                    witness.held = Some(cosigned.held);
                    Reply {
                        status: 200,
                        body: cosigned.line.into_bytes(),
                        content_type: "text/plain".to_owned(),
                    }
                }
                Err(refusal) => Reply {
                    status: refusal.status(),
                    body: refusal
                        .size()
                        .map_or_else(Vec::new, |size| format!("{size}\n").into_bytes()),
                    content_type: refusal
                        .size()
                        .map_or("text/plain", |_| "text/x.tlog.size")
                        .to_owned(),
                },
            },
        )
    }

    fn latest(&self, prefix: &str, _: &str) -> Result<Option<Vec<u8>>, Message> {
        let all = self.0.borrow();
        let witness = &all[prefix];
        if witness.silent {
            return Err(Message::new("no answer", "无应答"));
        }
        let held = witness.held.as_ref().filter(|_| witness.tells);
        Ok(held.map(|held| held.to_text().into_bytes()))
    }
}

/// A log with these steps, its guard closed; `memory`: whether this machine remembers what it signs.
fn log_of(place: &Place, labels: &[&str], memory: bool) -> (Store, LogSigner) {
    place.backend.migrate().unwrap();
    let hand = Hand::at(NOON);
    let memory = memory.then(|| place.folder.path().join("latest-checkpoint"));
    let signer = LogSigner::new(key(), Guard::closed(), memory);
    let begun = signer.clone();
    let begin = place
        .backend
        .once(true, |sql| Ok(begin_log(sql, &begun, NOON)?));
    begin.unwrap();
    let store = Store::start(
        place.backend.clone(),
        hand.clock(),
        signer.clone(),
        Limits::default(),
    );
    let store = store.unwrap();
    signer.guard().open();
    for label in labels {
        append(&store, label).unwrap();
    }
    (store, signer)
}

fn append(store: &Store, label: &str) -> Result<u64, u16> {
    let label = label.to_owned();
    let done = store.write_blocking(move |change| change.append(BODY, step(&label)));
    done.map_err(|problem| problem.status)
}

/// Closes the guard, as a new process finds it.
fn closed(signer: &LogSigner) -> &LogSigner {
    signer
        .guard()
        .close(Message::new("a new process", "新进程"));
    signer
}

#[test]
fn a_checkpoint_reaches_the_quorum_and_is_served_with_its_lines() {
    for place in backends() {
        let witnesses = Witnesses::new();
        let policy = witnesses.policy();
        let (store, signer) = log_of(&place, &["1", "2", "3"], false);
        let shown = establish(&store, closed(&signer), Some(&policy), &witnesses, false);
        assert_eq!(shown, Ok(Shown::Agreed), "{}", place.name);
        witnesses.change(2, |witness| witness.silent = true);
        append(&store, "4").unwrap();
        assert_eq!(
            cosign_latest(&store, signer.guard(), &policy, &witnesses),
            Ok(1)
        );
        let files = StoreFiles(store.clone());
        let served = LogView(&files).checkpoint().unwrap();
        assert_eq!(served.checkpoint.size, 4);
        // Two of three, the later of their times.
        assert_eq!(policy.judge(&served).unwrap().quorum, Some(NOON + 3));
        assert_eq!(LogView(&files).numbered(4).unwrap().unwrap(), served);
        store.stop();
    }
}

#[test]
fn an_old_copy_is_not_continued() {
    for tells in [true, false] {
        for (place, older) in backends().into_iter().zip(backends()) {
            let witnesses = Witnesses::new();
            let policy = witnesses.policy();
            for number in 1..=3 {
                witnesses.change(number, |witness| witness.tells = tells);
            }
            let (store, signer) = log_of(&place, &["1", "2", "3"], false);
            assert_eq!(
                cosign_latest(&store, signer.guard(), &policy, &witnesses),
                Ok(0)
            );
            store.stop();
            // The same log as it was before the third step, put back from a backup, with what the
            // witnesses had said of it then.
            let (store, signer) = log_of(&older, &["1", "2"], false);
            let then = Witnesses::new();
            let cosigned = cosign_latest(&store, signer.guard(), &policy, &then);
            assert_eq!(cosigned, Ok(0));
            let shown = establish(&store, closed(&signer), Some(&policy), &witnesses, false);
            assert!(
                matches!(shown, Ok(Shown::Disagreed(_))),
                "{} {tells} {shown:?}",
                place.name
            );
            assert_eq!(append(&store, "another third"), Err(503));
            store.stop();
        }
    }
}

#[test]
fn an_emptied_database_is_not_continued() {
    for tells in [true, false] {
        for (place, empty) in backends().into_iter().zip(backends()) {
            let witnesses = Witnesses::new();
            let policy = witnesses.policy();
            for number in 1..=3 {
                witnesses.change(number, |witness| witness.tells = tells);
            }
            let (store, signer) = log_of(&place, &["1"], false);
            assert_eq!(
                cosign_latest(&store, signer.guard(), &policy, &witnesses),
                Ok(0)
            );
            store.stop();
            let (store, signer) = log_of(&empty, &[], false);
            let shown = establish(&store, closed(&signer), Some(&policy), &witnesses, false);
            assert!(
                matches!(shown, Ok(Shown::Disagreed(_))),
                "{} {tells} {shown:?}",
                place.name
            );
            store.stop();
        }
    }
}

#[test]
fn what_another_process_signed_on_this_machine_counts() {
    for (place, older) in backends().into_iter().zip(backends()) {
        let (store, _) = log_of(&place, &["1", "2", "3"], true);
        store.stop();
        // A standby that is behind takes the place of the database, and a process that has signed
        // nothing since goes on with it; its guard was opened before.
        let (store, signer) = log_of(&older, &["1", "2"], false);
        store.stop();
        let memory = place.folder.path().join("latest-checkpoint");
        let remembering = LogSigner::new(key(), signer.guard().clone(), Some(memory));
        remembering.guard().open();
        let clock = Hand::at(NOON).clock();
        let store = Store::start(
            older.backend.clone(),
            clock,
            remembering.clone(),
            Limits::default(),
        );
        let store = store.unwrap();
        assert_eq!(append(&store, "another third"), Err(503), "{}", place.name);
        store.stop();
    }
}

#[test]
fn another_history_is_not_continued() {
    for (place, other) in backends().into_iter().zip(backends()) {
        let witnesses = Witnesses::new();
        let policy = witnesses.policy();
        let (store, signer) = log_of(&place, &["1", "2"], false);
        assert_eq!(
            cosign_latest(&store, signer.guard(), &policy, &witnesses),
            Ok(0)
        );
        store.stop();
        let (store, signer) = log_of(&other, &["1", "other", "3", "4"], false);
        // It is noticed at the start, and also when a witness refuses later.
        let shown = establish(&store, closed(&signer), Some(&policy), &witnesses, false);
        assert!(
            matches!(shown, Ok(Shown::Disagreed(_))),
            "{} {shown:?}",
            place.name
        );
        signer.guard().open();
        cosign_latest(&store, signer.guard(), &policy, &witnesses).unwrap();
        assert_eq!(append(&store, "5"), Err(503));
        store.stop();
    }
}

#[test]
fn enough_witnesses_have_to_be_heard() {
    for place in backends() {
        let witnesses = Witnesses::new();
        let policy = witnesses.policy();
        let (store, signer) = log_of(&place, &["1"], false);
        assert_eq!(
            cosign_latest(&store, signer.guard(), &policy, &witnesses),
            Ok(0)
        );
        // Two that are silent may have witnessed something together that the third has not seen.
        witnesses.change(1, |witness| witness.silent = true);
        witnesses.change(3, |witness| witness.silent = true);
        let shown = establish(&store, closed(&signer), Some(&policy), &witnesses, false);
        assert!(
            matches!(shown, Ok(Shown::Waiting(_))),
            "{} {shown:?}",
            place.name
        );
        assert_eq!(append(&store, "2"), Err(503));
        witnesses.change(3, |witness| witness.silent = false);
        let shown = establish(&store, &signer, Some(&policy), &witnesses, false);
        assert_eq!(shown, Ok(Shown::Agreed));
        assert_eq!(append(&store, "2"), Ok(1));
        store.stop();
    }
}

#[test]
fn without_witnesses_the_memory_beside_the_key_tells() {
    for (place, older) in backends().into_iter().zip(backends()) {
        let witnesses = Witnesses::new();
        let (store, signer) = log_of(&place, &["1", "2"], true);
        let shown = establish(&store, closed(&signer), None, &witnesses, false);
        assert_eq!(shown, Ok(Shown::Agreed), "{}", place.name);
        store.stop();
        // An older database beside the same keys.
        let (store, signer) = log_of(&older, &["1"], false);
        let memory = place.folder.path().join("latest-checkpoint");
        let remembering = LogSigner::new(key(), signer.guard().clone(), Some(memory));
        let shown = establish(&store, closed(&remembering), None, &witnesses, true);
        assert!(
            matches!(shown, Ok(Shown::Disagreed(_))),
            "{} {shown:?}",
            place.name
        );
        // With nothing to compare, an operator has to vouch for it.
        let shown = establish(&store, closed(&signer), None, &witnesses, false);
        assert!(
            matches!(shown, Ok(Shown::Disagreed(_))),
            "{} {shown:?}",
            place.name
        );
        assert_eq!(append(&store, "2"), Err(503));
        let shown = establish(&store, &signer, None, &witnesses, true);
        assert_eq!(shown, Ok(Shown::Agreed));
        assert_eq!(append(&store, "2"), Ok(1));
        store.stop();
    }
}

#[test]
fn a_memory_that_cannot_be_read_is_not_none() {
    for place in backends() {
        let witnesses = Witnesses::new();
        let (store, signer) = log_of(&place, &["1"], true);
        let memory = place.folder.path().join("latest-checkpoint");
        std::fs::write(&memory, "something else").unwrap();
        let shown = establish(&store, closed(&signer), None, &witnesses, false);
        let Ok(Shown::Waiting(why)) = shown else {
            panic!("{} {shown:?}", place.name);
        };
        assert!(why.english.contains("latest-checkpoint"), "{why}");
        assert_eq!(append(&store, "2"), Err(503));
        // An empty one is what a power failure leaves: it tells nothing, so somebody has to vouch.
        std::fs::write(&memory, "").unwrap();
        let shown = establish(&store, &signer, None, &witnesses, false);
        assert!(matches!(shown, Ok(Shown::Disagreed(_))), "{shown:?}");
        let shown = establish(&store, &signer, None, &witnesses, true);
        assert_eq!(shown, Ok(Shown::Agreed));
        assert_eq!(append(&store, "2"), Ok(1));
        let remembered = signer.remembered().unwrap().unwrap();
        assert_eq!(remembered.checkpoint.size, 2);
        store.stop();
    }
}

#[test]
fn a_cosignature_that_was_carried_by_hand() {
    for place in backends() {
        let witnesses = Witnesses::new();
        let policy = witnesses.policy();
        let (store, _) = log_of(&place, &["1", "2"], false);
        let files = StoreFiles(store.clone());
        let view = LogView(&files);
        let checkpoint = view.checkpoint().unwrap();
        let request = dispatch_core::witness::asking::request(&view, &checkpoint, 0).unwrap();
        let answer = witnesses
            .submit("http://w1", request.to_text().as_bytes())
            .unwrap();
        // Another checkpoint was signed while it was on its way.
        append(&store, "3").unwrap();
        assert_eq!(bring(&store, &policy, &answer.body), Ok(2));
        let key = policy.witnesses()[0].key.clone();
        let served = view.numbered(2).unwrap().unwrap();
        let time = dispatch_core::log::cosigned_at(&served, &key).unwrap();
        assert_eq!(time, Some(NOON + 1), "{}", place.name);
        let mut forged = answer.body;
        let place = forged.len() - 10;
        forged[place] ^= 1;
        assert_eq!(
            bring(&store, &policy, &forged).map_err(|p| p.status),
            Err(422)
        );
        store.stop();
    }
}
