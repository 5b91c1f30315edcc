//! Verifiable double-random draws of inspection subjects and officers.
