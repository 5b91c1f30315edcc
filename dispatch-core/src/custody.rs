//! Custody 密钥保管: how a draw comes out without the bureau that holds it.
//!
//! Source: docs/spec.md section 18. At the announcement the operator's secret and everything sealed
//! is encrypted to *custodians* 密钥保管方, and the secret alone is locked to the disclosure time.
//! Invariant: both are bound by the commitment, so what opens is what was announced or convicts the
//! bureau.

mod acknowledgement;
mod announced;
mod card;
pub mod opening;
mod package;
#[cfg(feature = "sealing")]
pub mod sealing;
pub mod timelock;

pub use self::acknowledgement::{acknowledgement_text, acknowledges};
pub use self::announced::{Custodian, Custody};
pub use self::card::Card;
pub use self::package::CustodyPackage;
