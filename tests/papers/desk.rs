//! A drawn campaign and all its papers.

use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::papers::{Campaign as Papers, Load, Opened, Reader, Supplement};
use dispatch_core::seed::SourceValue;
use dispatch_core::visit::{Source, Visit, visits};
use dispatch_tests::campaign::{self, Campaign, numbers, prepare};

/// What was drawn.
pub(crate) struct Desk {
    pub(crate) prepared: Prepared,
    pub(crate) draw: Draw,
    pub(crate) values: Vec<SourceValue>,
    pub(crate) secret: [u8; 32],
}

impl Desk {
    pub(crate) fn new(campaign: &Campaign) -> Self {
        let frozen = campaign.freeze();
        let prepared = prepare(&frozen).unwrap();
        let values = numbers(1);
        let draw = prepared.draw(&values).unwrap();
        Self {
            prepared,
            draw,
            values,
            secret: campaign.secret,
        }
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            plan: &self.prepared.announced.document.plan,
            officers: &self.prepared.officers,
            records: &self.draw.records,
        }
    }

    pub(crate) fn visits(&self) -> Vec<Visit<'_>> {
        let strata = Some(self.prepared.strata());
        visits(&self.prepared.subjects, strata, self.source(), &[])
    }

    pub(crate) fn papers<'d>(&'d self, visits: Vec<Visit<'d>>, open: bool) -> Papers<'d> {
        Papers {
            announced: &self.prepared.announced,
            visits,
            loads: Load::all(&self.prepared.announced.document, &self.draw.teams),
            values: &self.values,
            result: &self.draw.result,
            joint: &[],
            stages: &[],
            opened: open.then(|| Opened {
                secret: dispatch_core::digest::Digest::new(self.secret),
                seed: self.draw.seed,
            }),
        }
    }

    /// Every paper with its name.
    pub(crate) fn all(&self, open: bool) -> Vec<(&'static str, String)> {
        let papers = self.papers(self.visits(), open);
        let supplement = Supplement::default();
        vec![
            ("public record", papers.record(Reader::Public)),
            ("sealed record", papers.record(Reader::Sealed)),
            ("drawn list", papers.drawn_list()),
            ("notices", papers.notices(&supplement, 0, 1000)),
            ("visit records", papers.visit_records(0, 1000)),
            ("duties", papers.duties().html(&papers, 0, 1000)),
        ]
    }
}

/// Forty subjects with addresses, eight officers, ten drawn.
pub(crate) fn campaign() -> Campaign {
    let subjects = (0..40).map(|at| {
        let (id, name) = (campaign::subject_id(at), format!("第{at}号企业"));
        let (address, risk) = (format!("某路{at}号"), ["一级", "二级"][at % 2]);
        campaign::row(&[
            ("id", &id),
            ("name", &name),
            ("address", &address),
            ("risk", risk),
        ])
    });
    let officers = (0..8).map(|at| {
        let name = format!("检查员{at}");
        campaign::officer(at, &[("name", &name), ("unit", "某所")])
    });
    Campaign::new(subjects.collect(), officers.collect(), campaign::count(10))
}
