//! A single-sign-on gateway in front, which has authenticated the person and says so in headers.
//!
//! `X-Dispatch-User` is the login name, `X-Dispatch-Time` the seconds since 1970, and
//! `X-Dispatch-Signature` the lower-case hexadecimal HMAC-SHA-256, under the shared secret, of the lines
//! `dispatch-gateway-v1`, method, path with query, time, user, each ended by a line feed. Roles come
//! from the database. Invariant: the headers count only from the gateway's own addresses, only for the
//! request that they were made for, and only for a minute; from elsewhere they are refused.

use std::net::IpAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, Method};
use sha2::Sha256;

use crate::problem::Problem;
use crate::settings::Gateway;

/// Whom the gateway says it is; none if it says nothing.
///
/// # Errors
/// 401 if the headers do not come from the gateway, are not whole, too old, or signed otherwise.
pub fn presented(
    gateway: Option<&Gateway>,
    headers: &HeaderMap,
    (method, target): (&Method, &str),
    peer: Option<IpAddr>,
    now: u64,
) -> Result<Option<String>, Problem> {
    if ![USER, TIME, SIGNATURE]
        .iter()
        .any(|name| headers.contains_key(*name))
    {
        return Ok(None);
    }
    let peer = peer.map(|peer| peer.to_canonical());
    let gateway = gateway.filter(|gateway| {
        let mut peers = gateway.peers.iter().map(IpAddr::to_canonical);
        peers.any(|known| Some(known) == peer)
    });
    let gateway = gateway.ok_or_else(refused)?;
    let (user, time) = (one(headers, USER)?, one(headers, TIME)?);
    let signature = one(headers, SIGNATURE)?;
    let seconds: u64 = time.parse().map_err(|_| refused())?;
    if now.abs_diff(seconds) > SKEW {
        return Err(refused());
    }
    let signature = dispatch_core::digest::Digest::from_hex(signature).map_err(|_| refused())?;
    let mac = mac(&gateway.secret, method.as_str(), target, time, user)?;
    // Compared in constant time.
    mac.verify_slice(signature.as_bytes())
        .map_err(|_| refused())?;
    Ok(Some(user.to_owned()))
}

/// The signature that a gateway puts into `X-Dispatch-Signature`.
///
/// # Errors
/// Never in practice: a secret may have any length.
pub fn signature(
    secret: &[u8],
    method: &str,
    target: &str,
    time: &str,
    user: &str,
) -> Result<String, Problem> {
    let mac = mac(secret, method, target, time, user)?;
    Ok(dispatch_core::digest::hex(&mac.finalize().into_bytes()))
}

/// What is said of headers that are not the gateway's: not why, for whoever tries.
#[must_use]
pub fn refused() -> Problem {
    Problem::new(
        401,
        "gateway",
        "the headers of the single-sign-on gateway are not valid here",
        "统一身份认证网关的请求头无效",
    )
}

fn mac(
    secret: &[u8],
    method: &str,
    target: &str,
    time: &str,
    user: &str,
) -> Result<Hmac<Sha256>, Problem> {
    let mac = Hmac::<Sha256>::new_from_slice(secret);
    let mut mac = mac.map_err(|error| Problem::internal(&error))?;
    // None of them holds a line feed: headers and request lines cannot.
    for line in ["dispatch-gateway-v1", method, target, time, user] {
        mac.update(line.as_bytes());
        mac.update(b"\n");
    }
    Ok(mac)
}

fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| refused()),
        _ => Err(refused()),
    }
}

const USER: &str = "x-dispatch-user";
const TIME: &str = "x-dispatch-time";
const SIGNATURE: &str = "x-dispatch-signature";
/// How far the gateway's clock may be from ours.
const SKEW: u64 = 60;
