//! `dispatch-service`: a bureau's draws, run on time and recorded in one public log.
//!
//! The service is thin: what a draw is, how it is computed, verified and logged is `dispatch-core`'s.
//! Here are the store (PostgreSQL or an embedded file), the life cycle of a draw, the people and what
//! each may do, and the interfaces. Requests go one way: [`http`] reads and answers, [`routes`] say what
//! there is, operations of [`campaign`] and [`people`] do it in one transaction of the [`store`], and
//! every public step becomes an entry of the [`log`] in that same transaction.

pub mod access;
pub mod answer;
pub mod args;
pub mod audit;
pub mod backup;
pub mod campaign;
pub mod clock;
pub mod commands;
pub mod context;
pub mod doctor;
pub mod http;
pub mod integrity;
pub mod keys;
pub mod log;
pub mod metrics;
pub mod people;
pub mod problem;
pub mod register;
pub mod routes;
pub mod scheduler;
pub mod settings;
pub mod spooled;
pub mod store;
