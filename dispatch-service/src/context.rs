//! What every request needs: the store, the keys, the clock, the settings. Clones share all of it.

use std::sync::Arc;

use crate::clock::Clock;
use crate::keys::Envelope;
use crate::log::LogSigner;
use crate::metrics::Metrics;
use crate::people::Logins;
use crate::settings::Settings;
use crate::store::Store;

/// The running service.
#[derive(Clone, Debug)]
pub struct Context {
    /// The store.
    pub store: Store,
    /// Seals what is secret.
    pub envelope: Envelope,
    /// The log's key and guard.
    pub signer: LogSigner,
    /// The time.
    pub clock: Clock,
    /// Settings.
    pub settings: Arc<Settings>,
    /// What is counted.
    pub metrics: Metrics,
    /// What is remembered of logins.
    pub logins: Logins,
}

impl Context {
    /// A context whose counts begin at nothing.
    #[must_use]
    pub fn new(
        store: Store,
        envelope: Envelope,
        signer: LogSigner,
        clock: Clock,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            envelope,
            signer,
            clock,
            settings: Arc::new(settings),
            metrics: Metrics::new(),
            logins: Logins::default(),
        }
    }
}
