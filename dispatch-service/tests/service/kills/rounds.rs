//! Rounds: started, looked at, put under load, killed.

use std::thread;
use std::time::Duration;

use dispatch_service::problem::Problem;

use super::CLIENTS;
use super::load::{At, Load, State};
use super::proof::Proof;
use super::service::{Service, Site};

/// The loop over kills.
#[derive(Debug)]
pub(super) struct Rounds<'l> {
    site: &'l Site,
    load: &'l Load,
    /// How many services run at once, at most.
    most: usize,
    running: Vec<Service>,
    started: usize,
    round: usize,
    next: [usize; 3],
    chance: Chance,
    proof: Proof,
    pub(super) kills: Kills,
}

/// How often a service was killed, and when.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kills {
    pub(super) all: usize,
    /// While it was starting.
    pub(super) starting: usize,
    /// While it had no request.
    pub(super) before: usize,
    /// While it worked on requests.
    pub(super) during: usize,
    /// When it had answered, and nobody had heard it.
    pub(super) unheard: usize,
    /// When somebody had just heard its answer.
    pub(super) after: usize,
    /// Two at once.
    pub(super) pairs: usize,
}

/// When it is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So long after its process has begun.
    Starting(Duration),
    /// When it is ready, and nobody has asked it for anything.
    Ready,
    /// So long after the load has begun.
    Soon(Duration),
    /// So long after a request of this kind was sent.
    Sent(&'static str, Duration),
    /// When a request of this kind is answered, and the answer is lost.
    Unheard(&'static str),
    /// When somebody has just heard the answer to a request of this kind.
    Heard(&'static str),
}

impl<'l> Rounds<'l> {
    pub(super) fn new(site: &'l Site, load: &'l Load, most: usize) -> Self {
        // The first start makes the keys.
        let first = site.start().ready(site, 0);
        Self {
            site,
            load,
            most,
            running: vec![first],
            started: 1,
            round: 0,
            next: [0, KINDS.len() / 3, 2 * KINDS.len() / 3],
            chance: Chance(20_261_126),
            proof: Proof::new(site.key()),
            kills: Kills::default(),
        }
    }

    /// One round.
    pub(super) fn round(&mut self) {
        let moment = self.moment();
        self.round += 1;
        if let Moment::Starting(after) = moment {
            let started = self.site.start();
            thread::sleep(after);
            started.kill();
            self.kills.all += 1;
            self.kills.starting += 1;
            return;
        }
        self.kill_at(moment, MOST);
    }

    /// A round that waits for a kind of step.
    pub(super) fn aim(&mut self, kind: &'static str) {
        let before = self.load.lock().tally.clone();
        self.let_claims_end();
        self.kill_at(Moment::Unheard(kind), PATIENCE);
        let after = self.load.lock().tally.clone();
        assert_ne!(before.unheard.get(kind), after.unheard.get(kind), "{kind}");
    }

    fn kill_at(&mut self, moment: Moment, most: Duration) {
        let wanted = 1 + self.chance.below(self.most);
        self.start(wanted);
        if !matches!(moment, Moment::Ready) {
            self.publish();
        }
        let target = self.wait(moment, most);
        self.kill(target);
        assert!(!self.load.lock().failed, "a client has failed");
    }

    /// The last start: what was begun comes to its end.
    pub(super) fn last(&mut self) {
        self.round = 0;
        self.start(1);
        self.publish();
        self.load.tell(|state| state.last = true);
        let done = |state: &State| state.failed || state.ended == CLIENTS.len();
        self.load.wait(PATIENCE, done);
        let state = self.load.lock();
        assert!(!state.failed, "a client has failed");
        assert_eq!(
            state.ended,
            CLIENTS.len(),
            "a life does not come to its end"
        );
    }

    /// What has to hold at the end; how often it was killed, and what the log
    /// says.
    pub(super) fn finish(mut self) -> (Kills, Proof) {
        let (address, _) = self.running[0].at;
        self.proof.check(address, self.load);
        self.proof.check_checkpoints(address);
        assert!(self.proof.check_bundles(address, 5) >= 2);
        for service in self.running.drain(..) {
            service.terminate();
            assert!(service.ended().success());
        }
        self.proof.check_store(self.site, self.load);
        (self.kills, self.proof)
    }

    fn moment(&mut self) -> Moment {
        let mut below = |most: usize| Duration::from_millis(self.chance.below(most) as u64);
        match self.round % 12 {
            0 => Moment::Starting(below(150)),
            1 => Moment::Ready,
            2 => Moment::Soon(below(400)),
            3 | 5 | 7 | 9 => Moment::Sent(turn(&mut self.next[0]), below(12)),
            4 | 6 | 8 => Moment::Unheard(turn(&mut self.next[1])),
            _ => Moment::Heard(turn(&mut self.next[2])),
        }
    }

    /// Starts what lacks, and looks at the log.
    fn start(&mut self, wanted: usize) {
        let alone = self.running.is_empty();
        if alone && self.round.is_multiple_of(3) {
            self.let_claims_end();
        }
        while self.running.len() < wanted {
            let service = self.site.start().ready(self.site, self.started);
            self.started += 1;
            self.running.push(service);
        }
        for service in &self.running {
            self.proof.check(service.at.0, self.load);
        }
        if alone {
            self.proof.mark(self.running[0].at.1);
        }
        if self.round.is_multiple_of(10) {
            self.proof.check_checkpoints(self.running[0].at.0);
        }
    }

    /// Lets the load come.
    fn publish(&self) {
        let services: Vec<At> = self.running.iter().map(|service| service.at).collect();
        self.load.tell(|state| {
            state.services = services;
            state.answers = 0;
            state.deaf = None;
            state.unheard = None;
            state.marked = None;
            state.heard = None;
        });
    }

    /// As if the two minutes had gone by for which whoever was killed has claimed its work.
    fn let_claims_end(&self) {
        let ended = self.site.place.backend.once(true, |sql| {
            let now = dispatch_service::clock::Clock::system().now();
            sql.execute(
                "UPDATE work SET due = ?1 WHERE due > ?1 AND due < ?2",
                &[now.into(), (now + 600).into()],
            )?;
            Ok::<_, Problem>(())
        });
        ended.unwrap();
    }

    /// Waits for the moment; which service is meant, if it is one.
    fn wait(&self, moment: Moment, most: Duration) -> Option<At> {
        match moment {
            Moment::Ready => None,
            Moment::Starting(after) | Moment::Soon(after) => {
                thread::sleep(after);
                None
            }
            Moment::Sent(kind, after) => {
                let sent = |state: &State| {
                    let mut all = state.in_flight.iter();
                    all.find(|(one, _)| *one == kind).map(|(_, at)| *at)
                };
                self.load.wait(most, |state| sent(state).is_some());
                let at = sent(&self.load.lock());
                thread::sleep(after);
                at
            }
            Moment::Unheard(kind) => {
                self.load.tell(|state| state.deaf = Some(kind));
                self.load.wait(most, |state| state.unheard.is_some());
                self.load.lock().unheard
            }
            Moment::Heard(kind) => {
                self.load.tell(|state| state.marked = Some(kind));
                self.load.wait(most, |state| state.heard.is_some());
                self.load.lock().heard
            }
        }
    }

    /// Kills the one that is meant, or all.
    fn kill(&mut self, target: Option<At>) {
        let target = target.filter(|_| self.chance.below(2) == 0);
        let dies = |service: &Service| target.is_none_or(|at| at == service.at);
        let (victims, left): (Vec<_>, Vec<_>) = self.running.drain(..).partition(dies);
        self.running = left;
        let (unheard, heard, busy) = self.load.tell(|state| {
            let dead = |at: &At| victims.iter().any(|service| service.at == *at);
            state.services.retain(|at| !dead(at));
            state.deaf = None;
            state.marked = None;
            let busy = state.in_flight.iter().any(|(_, at)| dead(at));
            let (unheard, heard) = (state.unheard.take(), state.heard.take());
            (unheard.is_some(), heard.is_some(), busy)
        });
        self.kills.pairs += usize::from(victims.len() > 1);
        for victim in victims {
            victim.kill();
            self.kills.all += 1;
            let when = match (unheard, heard, busy) {
                (true, ..) => &mut self.kills.unheard,
                (_, true, _) => &mut self.kills.after,
                (.., true) => &mut self.kills.during,
                _ => &mut self.kills.before,
            };
            *when += 1;
        }
    }
}

/// The next kind.
fn turn(next: &mut usize) -> &'static str {
    let kind = KINDS[*next % KINDS.len()];
    *next += 1;
    kind
}

/// Numbers from a fixed seed: SplitMix64.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

/// Every kind of step.
pub(super) const KINDS: [&str; 19] = [
    "announcement",
    "pulse",
    "disclosure",
    "plan",
    "void",
    "stage-pulse",
    "contribution",
    "acknowledgement",
    "file",
    "propose",
    "draft",
    "settings",
    "check",
    "plan-document",
    "token",
    "revoke",
    "login",
    "logout",
    "look",
];
/// Longest that a kind of step is waited for in most rounds.
const MOST: Duration = Duration::from_millis(1500);
/// Longest that something is waited for that has to come.
const PATIENCE: Duration = Duration::from_secs(300);
