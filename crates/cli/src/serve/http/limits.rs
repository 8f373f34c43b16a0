//! Limits of concurrent client connections: per address and in total.

use super::descriptors;
use ipnet::IpNet;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

/// Limits of an installation.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Connections in total.
    pub(crate) all: usize,
    /// Connections per IPv4 address or IPv6 network with a 64-bit prefix, which usually belongs to one customer.
    pub(crate) per_address: usize,
    /// Addresses without a limit per address, because a reverse proxy has the connections of all clients.
    pub(crate) trusted: Vec<IpNet>,
}

/// Reciprocal of the share of connections reserved for trusted addresses, so that the proxy, health checks and local
/// operators can still connect during a flood from elsewhere.
const KEPT: usize = 16;

impl Limits {
    /// Limits connections to half of the process's file descriptors: receivers and the store need the rest.
    pub(crate) fn within(self, descriptors: u64) -> Self {
        let half = usize::try_from(descriptors / 2).unwrap_or(usize::MAX).max(KEPT);
        if self.all > half {
            tracing::info!(
                connections = half,
                descriptors,
                "lowered POSTRIDER_MAX_CONNECTIONS to half of this process's limit of file descriptors"
            );
        }
        let all = self.all.min(half);
        // A single address must not be able to take all connections.
        Self { all, per_address: self.per_address.min(all.div_ceil(2)), ..self }
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&peer))
    }
}

/// The limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Address,
    All,
}

/// Counts open connections.
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

    /// Admits a connection; its place is released when it is dropped.
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

/// The address or network that counts as one client.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Place of an admitted connection.
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

/// The configured limits, reduced to the process's file descriptors.
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
    fn an_address_is_limited_and_released_places_are_reused() {
        let door = door(1_000, 2);
        let one = door.admit(address("192.0.2.1")).unwrap();
        let _two = door.admit(address("::ffff:192.0.2.1")).unwrap();
        assert_eq!(door.admit(address("192.0.2.1")).unwrap_err(), Refused::Address);
        door.admit(address("192.0.2.2")).unwrap();
        drop(one);
        door.admit(address("192.0.2.1")).unwrap();
        assert_eq!(door.inside.lock().by_address.len(), 1, "addresses without connections are removed");
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let door = door(1_000, 1);
        let _one = door.admit(address("2001:db8::1")).unwrap();
        assert_eq!(door.admit(address("2001:db8::2")).unwrap_err(), Refused::Address);
        door.admit(address("2001:db8:0:1::1")).unwrap();
    }

    #[test]
    fn trusted_addresses_use_reserved_places_and_have_no_limit_per_address() {
        let door = door(32, 100);
        let from = |number: usize| address(&format!("192.0.2.{number}"));
        let _others: Vec<Place> = (0..30).map(|number| door.admit(from(number)).unwrap()).collect();
        assert_eq!(door.admit(from(200)).unwrap_err(), Refused::All);
        let _here: Vec<Place> = (0..2).map(|_| door.admit(address("127.0.0.1")).unwrap()).collect();
        assert_eq!(door.admit(address("127.0.0.1")).unwrap_err(), Refused::All);
    }

    #[test]
    fn limits_are_reduced_to_the_file_descriptors() {
        let limits = Limits { all: 10_000, per_address: 512, trusted: vec![] };
        let few = limits.clone().within(1_024);
        assert_eq!((few.all, few.per_address), (512, 256));
        let many = limits.within(1 << 20);
        assert_eq!((many.all, many.per_address), (10_000, 512));
    }
}
