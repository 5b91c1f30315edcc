//! The front: routing, limits, headers; and the process from outside.

#[path = "http/front.rs"]
mod front;
#[path = "http/openapi.rs"]
mod openapi;
