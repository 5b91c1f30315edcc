//! What is counted, for Prometheus.
//!
//! Invariant: no label names a draw, a department, a person or anything that somebody sent; and every
//! number that is not about the process itself can be read from the public log. So nothing that is
//! sealed can be read from a count.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::problem::Problem;
use crate::settings::PublishedPolicy;
use crate::store::Sql;

/// The counts. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Family<Of, Histogram>,
    waiting: Family<Queue, Gauge>,
    log_open: Gauge,
    log_size: Gauge,
    unwitnessed: Gauge,
    late: Family<Late, Gauge>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Answered {
    endpoint: &'static str,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Of {
    endpoint: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Queue {
    queue: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Late {
    step: &'static str,
}

/// What the log and the register tell of the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// Entries of the log.
    pub size: u64,
    /// Seconds since the newest checkpoint that reached the policy's quorum; none if there is no quorum
    /// or no such checkpoint.
    pub unwitnessed: Option<u64>,
    /// Draws that are announced and whose time has passed.
    pub late_draws: u64,
    /// Drawn ones whose disclosure time has passed.
    pub late_disclosures: u64,
}

impl Present {
    /// Reads it.
    ///
    /// # Errors
    /// If the database is gone.
    pub fn read(
        sql: &mut dyn Sql,
        policy: Option<&PublishedPolicy>,
        now: u64,
    ) -> Result<Self, Problem> {
        let head = sql.query_one("SELECT size FROM log_head WHERE id = 1", &[])?;
        let size = head.map_or(Ok(0), |row| row.count(0))?;
        let late = sql.query_one(
            "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'announced' AND draw_time < ?1 THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN state = 'drawn' AND disclosure_time < ?1 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM register_draw WHERE state IN ('announced', 'drawn') AND replay = 0",
            &[now.into()],
        )?;
        let (late_draws, late_disclosures) = match late {
            Some(row) => (row.count(0)?, row.count(1)?),
            None => (0, 0),
        };
        let witnessed = match policy {
            Some(told) => crate::log::witnessed::latest(sql, &told.policy)?,
            None => None,
        };
        Ok(Self {
            size,
            unwitnessed: witnessed.map(|time| now.saturating_sub(time)),
            late_draws,
            late_disclosures,
        })
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counts that begin at nothing.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("dispatch");
        let counts = Counts {
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram as fn() -> Histogram),
            waiting: Family::default(),
            log_open: Gauge::default(),
            log_size: Gauge::default(),
            unwitnessed: Gauge::default(),
            late: Family::default(),
            registry: Registry::default(),
        };
        registry.register(
            "requests",
            "Requests by endpoint and status",
            counts.requests.clone(),
        );
        registry.register(
            "request_seconds",
            "Time from the headers of a request to those of its answer",
            counts.latency.clone(),
        );
        registry.register(
            "waiting",
            "Jobs that wait for the database",
            counts.waiting.clone(),
        );
        registry.register(
            "log_open",
            "1 if the log may be signed",
            counts.log_open.clone(),
        );
        registry.register(
            "log_entries",
            "Entries of the public log",
            counts.log_size.clone(),
        );
        registry.register(
            "log_unwitnessed_seconds",
            "Seconds since the newest checkpoint that reached the quorum; -1 if there is none",
            counts.unwitnessed.clone(),
        );
        registry.register(
            "late",
            "Draws whose time for a step has passed without it",
            counts.late.clone(),
        );
        Self(Arc::new(Counts { registry, ..counts }))
    }

    /// Counts an answer.
    pub fn answered(&self, endpoint: &'static str, status: u16, took: Duration) {
        let labels = Answered { endpoint, status };
        self.0.requests.get_or_create(&labels).inc();
        let label = Of { endpoint };
        self.0
            .latency
            .get_or_create(&label)
            .observe(took.as_secs_f64());
    }

    /// All of it as OpenMetrics text; `waiting` are changes and reads that wait.
    ///
    /// # Errors
    /// None that is expected.
    pub fn text(
        &self,
        present: Option<&Present>,
        waiting: (usize, usize),
        log_open: bool,
    ) -> Result<String, Problem> {
        let counts = &self.0;
        for (queue, length) in [("changes", waiting.0), ("reads", waiting.1)] {
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            counts.waiting.get_or_create(&Queue { queue }).set(length);
        }
        counts.log_open.set(i64::from(log_open));
        if let Some(present) = present {
            counts.log_size.set(gauge(present.size));
            counts
                .unwitnessed
                .set(present.unwitnessed.map_or(-1, gauge));
            for (step, number) in [
                ("draw", present.late_draws),
                ("disclosure", present.late_disclosures),
            ] {
                counts.late.get_or_create(&Late { step }).set(gauge(number));
            }
        }
        let mut text = String::new();
        encode(&mut text, &counts.registry).map_err(|error| Problem::internal(&error))?;
        Ok(text)
    }
}

fn gauge(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}
