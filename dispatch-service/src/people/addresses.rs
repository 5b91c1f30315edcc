//! Failed logins by address: who tries many names from one place is slowed down.
//!
//! Kept in memory, and bounded: at most so many addresses, the oldest makes room. Invariant: an address
//! that others stand behind (the machine itself, where a proxy runs, and the gateway) is never refused,
//! or one of them could lock all out; there the proxy has to do it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::problem::Problem;

/// Failures by address. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Addresses(Arc<Mutex<HashMap<IpAddr, Failures>>>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: u64,
    count: u64,
}

impl Addresses {
    /// Refuses an address with too many failures.
    ///
    /// # Errors
    /// 429.
    pub fn check(&self, address: IpAddr, now: u64) -> Result<(), Problem> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = map.get(&network(address)) else {
            return Ok(());
        };
        let end = failures.since.saturating_add(WINDOW);
        if now >= end || failures.count < MOST {
            return Ok(());
        }
        let mut problem = Problem::new(
            429,
            "too-many-logins",
            "too many logins have failed from this address; wait a few minutes",
            "该地址登录失败次数过多，请几分钟后再试",
        );
        problem.retry_after = Some(end.saturating_sub(now));
        Err(problem)
    }

    /// Counts a failure.
    pub fn failed(&self, address: IpAddr, now: u64) {
        if address.is_loopback() {
            return;
        }
        let address = network(address);
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= ADDRESSES && !map.contains_key(&address) {
            let oldest = map.iter().min_by_key(|(_, failures)| failures.since);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                map.remove(&oldest);
            }
        }
        let fresh = Failures {
            since: now,
            count: 0,
        };
        let failures = map.entry(address).or_insert(fresh);
        if now >= failures.since.saturating_add(WINDOW) || now < failures.since {
            *failures = fresh;
        }
        failures.count = failures.count.saturating_add(1);
    }
}

/// One customer of a provider has 2^64 IPv6 addresses: they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let bits = address.to_bits() & !u128::from(u64::MAX);
            std::net::Ipv6Addr::from_bits(bits).into()
        }
    }
}

/// Failures within the window, after which an address waits.
pub const MOST: u64 = 100;
/// Seconds of the window.
pub const WINDOW: u64 = 600;
const ADDRESSES: usize = 4096;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn an_address_waits_others_do_not_and_the_window_ends() {
        let addresses = Addresses::default();
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..MOST {
            addresses.check(one, 1000).unwrap();
            addresses.failed(one, 1000);
        }
        let refused = addresses.check(one, 1500).unwrap_err();
        assert_eq!((refused.status, refused.retry_after), (429, Some(100)));
        let mapped = "::ffff:192.0.2.1".parse().unwrap();
        assert!(addresses.check(mapped, 1500).is_err());
        assert!(addresses.check("192.0.2.2".parse().unwrap(), 1500).is_ok());
        assert!(addresses.check(one, 1600).is_ok());
    }

    #[test]
    fn addresses_of_one_network_are_one_and_the_machine_itself_is_never_refused() {
        let addresses = Addresses::default();
        for low in 0..MOST {
            let low = u16::try_from(low).unwrap();
            let address = std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, low);
            addresses.failed(address.into(), 0);
            addresses.failed("127.0.0.1".parse().unwrap(), 0);
        }
        let refused = |text: &str| addresses.check(text.parse().unwrap(), 0).is_err();
        assert!(refused("2001:db8:0:1:ffff::1"));
        assert!(!refused("2001:db8:0:2::1"));
        assert!(!refused("127.0.0.1"));
    }

    #[test]
    fn memory_is_bounded() {
        let addresses = Addresses::default();
        for number in 0..20_000_u32 {
            let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number);
            addresses.failed(address.into(), u64::from(number));
        }
        assert_eq!(addresses.0.lock().unwrap().len(), ADDRESSES);
    }
}
