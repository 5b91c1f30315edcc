//! What is counted, for Prometheus.
//!
//! Invariant: no label names a draw, a department, a person or anything that somebody sent; so nothing
//! that is sealed can be read from a count.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The counts. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    registry: Registry,
    requests: Family<Labels, Counter>,
    latency: Family<EndpointLabel, Histogram>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Labels {
    endpoint: &'static str,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct EndpointLabel {
    endpoint: &'static str,
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
        let requests = Family::default();
        let latency = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register(
            "requests",
            "Requests by endpoint and status",
            requests.clone(),
        );
        registry.register(
            "request_seconds",
            "Time from a request's headers to its answer's",
            latency.clone(),
        );
        Self(Arc::new(Counts {
            registry,
            requests,
            latency,
        }))
    }

    /// Counts an answer.
    pub fn answered(&self, endpoint: &'static str, status: u16, took: Duration) {
        let labels = Labels { endpoint, status };
        self.0.requests.get_or_create(&labels).inc();
        let label = EndpointLabel { endpoint };
        self.0
            .latency
            .get_or_create(&label)
            .observe(took.as_secs_f64());
    }

    /// The registry.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }
}

fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}
