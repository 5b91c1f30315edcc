//! Verifiable double-random draws of inspection subjects and officers.

pub mod announcement;
pub mod assignment;
pub mod beacon;
pub mod credit_code;
pub mod digest;
pub mod disclosure;
pub mod json;
pub mod language;
pub mod merkle;
pub mod officer;
pub mod plan;
pub mod result;
pub mod roster;
pub mod row;
pub mod seed;
pub mod selection;
pub mod slip;
pub mod stream;
pub mod syntax;
pub mod team;
