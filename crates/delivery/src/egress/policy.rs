//! The address policy against SSRF: by default only addresses of the public internet may be dialled, so that a
//! subscription cannot reach into Postrider's own network.

mod ranges;

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address that must not be dialled. The address is for the operator's log; a tenant is told only the kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address policy does not allow {kind}")]
pub struct Blocked {
    pub address: IpAddr,
    /// The kind of address, for example "loopback".
    pub kind: &'static str,
}

impl Blocked {
    /// The label `reason` of `postrider_egress_refusals_total`.
    pub(crate) fn reason(&self) -> &'static str {
        let reasons = [
            ("loopback", "loopback"),
            ("private network", "private_address"),
            ("shared address", "shared_address"),
            ("link-local", "link_local"),
            ("metadata service", "metadata_service"),
            ("multicast", "multicast"),
        ];
        reasons.into_iter().find(|(part, _)| self.kind.contains(part)).map_or("reserved_address", |(_, reason)| reason)
    }
}

/// The addresses that may be dialled.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    allowed: Vec<IpNet>,
}

impl AddressPolicy {
    /// Exempts the `allowed` networks. The metadata service of a cloud is exempt only when its single address is listed
    /// (`/32`, `/128`), and not as a part of a larger network.
    pub const fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// The same with more exempt networks.
    #[must_use]
    pub fn with(&self, networks: &[IpNet]) -> Self {
        Self { allowed: [&self.allowed, networks].concat() }
    }

    pub fn check(&self, address: IpAddr) -> Result<(), Blocked> {
        let plain = unwrapped(address);
        if let Some(kind) = ranges::metadata(plain) {
            let listed = |net: &&IpNet| net.prefix_len() == net.max_prefix_len();
            let exempt = self.allowed.iter().filter(listed).any(|net| [address, plain].contains(&net.addr()));
            return if exempt { Ok(()) } else { Err(Blocked { address, kind }) };
        }
        if self.allowed.iter().any(|net| net.contains(&address) || net.contains(&plain)) {
            return Ok(());
        }
        match ranges::special(plain) {
            Some(kind) => Err(Blocked { address, kind }),
            None => Ok(()),
        }
    }

    /// Checks the host of a URL without resolving it: an address, a name that is loopback by definition (RFC 6761,
    /// section 6.3), or the name of a cloud's metadata service.
    pub fn check_host(&self, host: &url::Host<&str>) -> Result<(), Blocked> {
        match host {
            url::Host::Ipv4(address) => self.check(IpAddr::V4(*address)),
            url::Host::Ipv6(address) => self.check(IpAddr::V6(*address)),
            // Allowed when one of the two addresses is, since the other is not dialled.
            url::Host::Domain(name) if is_localhost(name) => {
                LOOPBACK.into_iter().map(|address| self.check(address)).reduce(Result::or).unwrap_or(Ok(()))
            }
            url::Host::Domain(name) if ranges::is_metadata_name(name) => self.check(METADATA),
            url::Host::Domain(_) => Ok(()),
        }
    }
}

/// The usual address of metadata services, whose exemption is also that of their names.
const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// The addresses of `localhost`.
pub(super) const LOOPBACK: [IpAddr; 2] = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];

/// `localhost` and every name below it.
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
}

/// The IPv4 address embedded in an IPv6 address, or the address itself.
fn unwrapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => embedded(v6).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IPv4 address in an IPv6 one that a host or a gateway translates: IPv4-mapped (RFC 4291), IPv4-translated
/// (`::ffff:0:0:0/96`, RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056) and ISATAP (RFC 5214).
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => from(high, low),
        // Only inside the global range: elsewhere the prefix decides.
        [0x2000..=0x3fff, _, _, _, 0 | 0x200, 0x5efe, high, low] => {
            let is_special = |v4: &Ipv4Addr| {
                let v4 = IpAddr::V4(*v4);
                ranges::special(v4).or(ranges::metadata(v4)).is_some()
            };
            from(high, low).filter(is_special)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
