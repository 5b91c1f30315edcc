//! HTTP: from a connection to an endpoint, and back.
//!
//! warp's types stay in this module and its children. All routes stand in one table of
//! [`endpoint::Endpoint`]s, from which the router and the OpenAPI document are made, so that no route is
//! outside of it.

pub mod endpoint;
