//! People: who they are, how they show it, and what is remembered of it.
//!
//! Somebody logs in with a name and a password and has a [`session`] from then on, or comes with a
//! [`token`], or through a single-sign-on [`gateway`]; [`authenticate`] reads all three. Invariant: the
//! database holds no secret in clear: passwords as argon2id, sessions and tokens as SHA-256.

pub mod addresses;
mod credential;
pub mod gateway;
pub mod login;
pub mod password;
pub mod person;
pub mod secret;
pub mod session;
pub mod token;

pub use self::credential::{Presented, authenticate, check_site};
pub use self::login::Logins;
