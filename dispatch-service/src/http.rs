//! HTTP: from a connection to an endpoint, and back.
//!
//! warp's types stay in this module and its children. All routes stand in one table of
//! [`endpoint::Endpoint`]s, from which the router and the OpenAPI document are made, so that no route is
//! outside of it. A request is read by the [`filter`], goes to the [`front`], which finds its endpoint
//! by the [`router`], and its answer leaves by [`respond`].

pub mod body;
pub mod endpoint;
pub mod filter;
pub mod front;
mod layers;
pub mod openapi;
pub mod percent;
pub mod query;
pub mod respond;
pub mod router;
pub mod server;
mod stall;
pub mod tls;
