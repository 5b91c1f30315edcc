//! From a draft to an announcement, and what comes from outside: on both back ends.

#[path = "campaign/announcing.rs"]
mod announcing;
#[path = "campaign/drafts.rs"]
mod drafts;
#[path = "campaign/lists.rs"]
mod lists;
#[path = "campaign/outside.rs"]
mod outside;
#[path = "campaign/secrets.rs"]
mod secrets;
#[path = "campaign/voiding.rs"]
mod voiding;
