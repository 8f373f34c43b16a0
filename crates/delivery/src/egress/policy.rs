//! Which addresses may be dialled: by default only those that are somebody's on the public internet, so that nobody
//! can use a subscription to reach into the network that Postrider stands in (SSRF).
//!
//! The ranges are the special-purpose registries of IANA (RFC 6890 and its updates).

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address that must not be dialled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} is not allowed: it is {range}")]
pub struct Blocked {
    pub address: IpAddr,
    pub range: &'static str,
}

/// Which addresses may be dialled.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    allowed: Vec<IpNet>,
}

impl AddressPolicy {
    /// `allowed` networks are exempt.
    pub const fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    pub fn check(&self, address: IpAddr) -> Result<(), Blocked> {
        let exempt = |ip: IpAddr| self.allowed.iter().any(|net| net.contains(&ip));
        let plain = unmapped(address);
        if exempt(address) || exempt(plain) {
            return Ok(());
        }
        match special(plain) {
            Some(range) => Err(Blocked { address, range }),
            None => Ok(()),
        }
    }
}

/// The IPv4 address that an IPv6 one stands for, if it does.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => embedded(v6).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// IPv4-mapped, IPv4-compatible, NAT64 (64:ff9b::/96) and 6to4 (2002::/16) addresses carry an IPv4 one.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = v6.segments();
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    }
}

fn special_v4(v4: Ipv4Addr) -> Option<&'static str> {
    match v4.octets() {
        [0, ..] => Some("\"this network\" (0.0.0.0/8)"),
        [127, ..] => Some("loopback (127.0.0.0/8)"),
        [10, ..] | [192, 168, ..] => Some("a private network"),
        [172, 16..=31, ..] => Some("a private network"),
        [100, 64..=127, ..] => Some("shared address space (100.64.0.0/10)"),
        [169, 254, ..] => Some("link-local (169.254.0.0/16)"),
        [192, 0, 0, _] => Some("reserved for protocol assignments (192.0.0.0/24)"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some("reserved for documentation"),
        [192, 88, 99, _] => Some("a 6to4 relay (192.88.99.0/24)"),
        [198, 18..=19, ..] => Some("reserved for benchmarks (198.18.0.0/15)"),
        [224..=239, ..] => Some("multicast"),
        [240..=255, ..] => Some("reserved (240.0.0.0/4)"),
        _ => None,
    }
}

fn special_v6(v6: Ipv6Addr) -> Option<&'static str> {
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("unspecified (::)"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("loopback (::1)"),
        [0, 0, 0, 0, 0, 0, ..] => Some("reserved (::/96)"),
        [0xfc00..=0xfdff, ..] => Some("a private network (fc00::/7)"),
        [0xfe80..=0xfebf, ..] => Some("link-local (fe80::/10)"),
        [0xfec0..=0xfeff, ..] => Some("a private network (fec0::/10)"),
        [0xff00..=0xffff, ..] => Some("multicast (ff00::/8)"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("reserved for documentation"),
        [0x2001, 0..=0x1ff, ..] => Some("reserved for protocol assignments (2001::/23)"),
        [0x64, 0xff9b, 1, ..] => Some("a translation prefix (64:ff9b:1::/48)"),
        [0x100, 0, 0, 0, ..] => Some("discard-only (100::/64)"),
        [0x5f00, ..] => Some("segment routing (5f00::/16)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_special_is_dialled() {
        let policy = AddressPolicy::default();
        for blocked in [
            "0.0.0.0",
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "192.0.0.8",
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "198.18.0.1",
            "192.88.99.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "2001::1",
            "64:ff9b:1::1",
            "100::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "::7f00:1",
        ] {
            assert!(policy.check(blocked.parse().unwrap()).is_err(), "{blocked}");
        }
        for open in ["93.184.215.14", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(policy.check(open.parse().unwrap()).is_ok(), "{open}");
        }
    }

    #[test]
    fn exempt_networks_may_be_dialled() {
        let policy = AddressPolicy::new(vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        for open in ["127.0.0.1", "::ffff:127.0.0.1", "fd00::5"] {
            assert!(policy.check(open.parse().unwrap()).is_ok(), "{open}");
        }
        assert!(policy.check("10.0.0.1".parse().unwrap()).is_err());
        assert!(policy.check("::1".parse().unwrap()).is_err());
    }
}
