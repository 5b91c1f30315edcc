//! The front: routing, limits, headers; and the process from outside.

#[path = "http/front.rs"]
mod front;
#[path = "http/full.rs"]
mod full;
#[path = "http/openapi.rs"]
mod openapi;
#[path = "http/process.rs"]
mod process;
