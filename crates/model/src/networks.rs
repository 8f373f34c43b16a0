//! The networks from which a key may be used.

use ipnet::IpNet;
use std::{fmt, net::IpAddr};

/// Networks in CIDR form; empty means everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Maximum number of networks of a key.
    pub const MAX: usize = 50;

    /// The network of a text such as `203.0.113.0/24`; a single address is a network of one.
    pub fn parse_one(text: &str) -> Option<IpNet> {
        text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok().map(|net| net.trunc())
    }

    /// The networks in the form in which they are stored: with spaces between them.
    pub fn parse(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().map(Self::parse_one).collect::<Option<_>>().map(Self)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// True when requests from `address` are allowed; an unknown address is only allowed where all are.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        let is_in = |address: IpAddr| self.0.iter().any(|net| net.contains(&address.to_canonical()));
        self.0.is_empty() || address.is_some_and(is_in)
    }
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_with_the_networks() {
        let some = Networks::parse("203.0.113.9/24 2001:db8::/32 198.51.100.7").unwrap();
        assert_eq!(some.to_string(), "203.0.113.0/24 2001:db8::/32 198.51.100.7/32");
        assert_eq!(Networks::parse(&some.to_string()), Some(some.clone()));
        for (address, is_allowed) in [
            ("203.0.113.255", true),
            ("203.0.114.0", false),
            ("::ffff:203.0.113.1", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
        ] {
            assert_eq!(some.allow(address.parse().ok()), is_allowed, "{address}");
        }
        assert!(!some.allow(None));
        assert!(Networks::default().allow(None) && Networks::parse("").unwrap().is_empty());
        for bad in ["300.0.0.1", "10.0.0.0/33", "example.com", "10.0.0.0/8,11.0.0.0/8", "10.0.0.0 / 8"] {
            assert_eq!(Networks::parse(bad), None, "{bad}");
        }
    }
}
