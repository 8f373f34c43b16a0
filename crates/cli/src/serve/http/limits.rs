//! How many connections there may be, from one address and in all.

use super::descriptors;
use ipnet::IpNet;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

/// What an installation allows.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Connections in all.
    pub(crate) all: usize,
    /// Connections from one address, or one network of IPv6 with a prefix of 64 bits, which one customer usually has.
    pub(crate) per_address: usize,
    /// Addresses without a limit of their own: a reverse proxy has the connections of everybody.
    pub(crate) trusted: Vec<IpNet>,
}

/// Of all places this share is kept for trusted addresses, so that a flood from elsewhere leaves the proxy, health checks
/// and the operator on this machine a way in.
const KEPT: usize = 16;

impl Limits {
    /// Half of the file descriptors that the process may have, at most: receivers and the store need the rest.
    pub(crate) fn within(self, descriptors: u64) -> Self {
        let half = usize::try_from(descriptors / 2).unwrap_or(usize::MAX).max(KEPT);
        if self.all > half {
            tracing::info!(
                connections = half,
                descriptors,
                "POSTRIDER_MAX_CONNECTIONS is lowered to half of the file descriptors that this process may have"
            );
        }
        let all = self.all.min(half);
        // One address alone cannot take everybody's places.
        Self { all, per_address: self.per_address.min(all.div_ceil(2)), ..self }
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&peer))
    }
}

/// Which limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Address,
    All,
}

/// Counts who is inside.
#[derive(Debug)]
pub(super) struct Door {
    limits: Limits,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Door {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, inside: Mutex::default() })
    }

    /// A place for a connection, given back when it is dropped.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Result<Place, Refused> {
        let peer = peer.to_canonical();
        let trusted = self.limits.trusts(peer);
        let all = if trusted { self.limits.all } else { self.limits.all - self.limits.all.div_ceil(KEPT) };
        let mut inside = self.inside.lock();
        if inside.all >= all {
            return Err(Refused::All);
        }
        let counted = (!trusted).then(|| network(peer));
        if let Some(network) = counted {
            let count = inside.by_address.entry(network).or_default();
            if *count >= self.limits.per_address {
                return Err(Refused::Address);
            }
            *count += 1;
        }
        inside.all += 1;
        Ok(Place { door: self.clone(), counted })
    }
}

/// Who counts as one client.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// A connection's place.
#[derive(Debug)]
pub(super) struct Place {
    door: Arc<Door>,
    counted: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.door.inside.lock();
        inside.all -= 1;
        if let Some(network) = self.counted
            && let Some(count) = inside.by_address.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                inside.by_address.remove(&network);
            }
        }
    }
}

/// The limits as configured, within what the process may have open.
pub(crate) fn of(all: usize, per_address: usize, trusted: Vec<IpNet>) -> Limits {
    Limits { all, per_address, trusted }.within(descriptors::raise())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(all: usize, per_address: usize) -> Arc<Door> {
        let trusted = vec!["127.0.0.0/8".parse().unwrap()];
        Door::new(Limits { all, per_address, trusted })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_share_and_gets_it_back() {
        let door = door(1_000, 2);
        let one = door.admit(address("192.0.2.1")).unwrap();
        let _two = door.admit(address("::ffff:192.0.2.1")).unwrap();
        assert_eq!(door.admit(address("192.0.2.1")).unwrap_err(), Refused::Address);
        door.admit(address("192.0.2.2")).unwrap();
        drop(one);
        door.admit(address("192.0.2.1")).unwrap();
        assert_eq!(door.inside.lock().by_address.len(), 1, "who is gone is forgotten");
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let door = door(1_000, 1);
        let _one = door.admit(address("2001:db8::1")).unwrap();
        assert_eq!(door.admit(address("2001:db8::2")).unwrap_err(), Refused::Address);
        door.admit(address("2001:db8:0:1::1")).unwrap();
    }

    #[test]
    fn trusted_addresses_have_the_last_places_and_no_limit_of_their_own() {
        let door = door(32, 100);
        let from = |number: usize| address(&format!("192.0.2.{number}"));
        let _others: Vec<Place> = (0..30).map(|number| door.admit(from(number)).unwrap()).collect();
        assert_eq!(door.admit(from(200)).unwrap_err(), Refused::All);
        let _here: Vec<Place> = (0..2).map(|_| door.admit(address("127.0.0.1")).unwrap()).collect();
        assert_eq!(door.admit(address("127.0.0.1")).unwrap_err(), Refused::All);
    }

    #[test]
    fn limits_are_within_the_descriptors() {
        let limits = Limits { all: 10_000, per_address: 512, trusted: vec![] };
        let few = limits.clone().within(1_024);
        assert_eq!((few.all, few.per_address), (512, 256));
        let many = limits.within(1 << 20);
        assert_eq!((many.all, many.per_address), (10_000, 512));
    }
}
