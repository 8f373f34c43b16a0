//! Egress of a tenant: the source addresses of its requests to receivers, or the proxy that they go through.

mod proxy;

pub use proxy::{BadProxyUrl, Proxy, ProxyCredentials, ProxyScheme, ProxyUrl};

use crate::policy::parse_object;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The egress of a tenant that has one of its own, in the form in which stores seal it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TenantEgress {
    SourceAddresses(SourceAddresses),
    Proxy(Proxy),
}

impl TenantEgress {
    /// The addresses that receivers see; none for a proxy without a list of them.
    pub fn addresses(&self) -> Vec<IpAddr> {
        match self {
            Self::SourceAddresses(source) => source.all(),
            Self::Proxy(proxy) => proxy.addresses.clone(),
        }
    }

    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        parse_object(text)
    }
}

/// The source addresses of requests: one for each family. Receivers of a family without one are not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<IpAddr>", into = "Vec<IpAddr>")]
pub struct SourceAddresses {
    v4: Option<Ipv4Addr>,
    v6: Option<Ipv6Addr>,
}

/// Why addresses cannot be source addresses. Displayed as the rest of a sentence about the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSource {
    #[error("must have an address; use null for no egress of its own")]
    None,
    #[error("must have at most one IPv4 and one IPv6 address")]
    Several,
    #[error("must not have {0}: connections cannot be made from it")]
    Unusable(IpAddr),
}

impl SourceAddresses {
    pub fn try_new(addresses: &[IpAddr]) -> Result<Self, BadSource> {
        let mut source = Self { v4: None, v6: None };
        for address in addresses {
            let known = match address {
                IpAddr::V4(v4) if v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() => {
                    return Err(BadSource::Unusable(*address));
                }
                // A link-local address needs a zone, and an IPv4-mapped one is an IPv4 address.
                IpAddr::V6(v6)
                    if v6.is_unspecified()
                        || v6.is_multicast()
                        || v6.is_unicast_link_local()
                        || v6.to_ipv4_mapped().is_some() =>
                {
                    return Err(BadSource::Unusable(*address));
                }
                IpAddr::V4(v4) => source.v4.replace(*v4).is_some(),
                IpAddr::V6(v6) => source.v6.replace(*v6).is_some(),
            };
            if known {
                return Err(BadSource::Several);
            }
        }
        if addresses.is_empty() { Err(BadSource::None) } else { Ok(source) }
    }

    /// The source address of connections to this address.
    pub fn towards(&self, address: IpAddr) -> Option<IpAddr> {
        match address {
            IpAddr::V4(_) => self.v4.map(IpAddr::V4),
            IpAddr::V6(_) => self.v6.map(IpAddr::V6),
        }
    }

    /// IPv4 first.
    pub fn all(&self) -> Vec<IpAddr> {
        self.v4.map(IpAddr::V4).into_iter().chain(self.v6.map(IpAddr::V6)).collect()
    }
}

impl TryFrom<Vec<IpAddr>> for SourceAddresses {
    type Error = BadSource;

    fn try_from(addresses: Vec<IpAddr>) -> Result<Self, BadSource> {
        Self::try_new(&addresses)
    }
}

impl From<SourceAddresses> for Vec<IpAddr> {
    fn from(source: SourceAddresses) -> Self {
        source.all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn source_addresses_are_one_of_each_family() {
        for (texts, expected) in [
            (&["203.0.113.7"][..], Ok(&["203.0.113.7"][..])),
            (&["2001:db8::7", "203.0.113.7"], Ok(&["203.0.113.7", "2001:db8::7"])),
            (&["127.0.0.2"], Ok(&["127.0.0.2"])),
            (&[], Err(BadSource::None)),
            (&["203.0.113.7", "203.0.113.8"], Err(BadSource::Several)),
            (&["203.0.113.7", "203.0.113.7"], Err(BadSource::Several)),
            (&["::1", "::2"], Err(BadSource::Several)),
            (&["0.0.0.0"], Err(BadSource::Unusable("0.0.0.0".parse().unwrap()))),
            (&["255.255.255.255"], Err(BadSource::Unusable("255.255.255.255".parse().unwrap()))),
            (&["224.0.0.1"], Err(BadSource::Unusable("224.0.0.1".parse().unwrap()))),
            (&["::"], Err(BadSource::Unusable("::".parse().unwrap()))),
            (&["fe80::1"], Err(BadSource::Unusable("fe80::1".parse().unwrap()))),
            (&["ff02::1"], Err(BadSource::Unusable("ff02::1".parse().unwrap()))),
            (&["::ffff:203.0.113.7"], Err(BadSource::Unusable("::ffff:203.0.113.7".parse().unwrap()))),
        ] {
            let source = SourceAddresses::try_new(&addresses(texts)).map(|source| source.all());
            assert_eq!(source, expected.map(addresses), "{texts:?}");
        }
    }

    #[test]
    fn a_family_without_a_source_address_is_not_dialled() {
        let source = SourceAddresses::try_new(&addresses(&["203.0.113.7"])).unwrap();
        assert_eq!(source.towards("198.51.100.1".parse().unwrap()), Some("203.0.113.7".parse().unwrap()));
        assert_eq!(source.towards("2001:db8::1".parse().unwrap()), None);
    }

    #[test]
    fn a_stored_egress_is_read_back() {
        for text in [
            r#"{"source_addresses":["203.0.113.7","2001:db8::7"]}"#,
            r#"{"proxy":{"url":"http://proxy:3128"}}"#,
            r#"{"proxy":{"url":"socks5://[::1]:1080","credentials":{"username":"me","password":"hush"},"addresses":["198.51.100.4"]}}"#,
        ] {
            let egress = TenantEgress::parse(text).unwrap();
            assert_eq!(serde_json::to_string(&egress).unwrap(), text);
            assert!(!format!("{egress:?}").contains("hush"));
        }
        for bad in [
            r#"{}"#,
            r#"{"source_addresses":[]}"#,
            r#"{"source_addresses":["x"]}"#,
            r#"{"proxy":{"url":"ftp://proxy"}}"#,
            r#"{"proxy":{"url":"http://proxy","user":"me"}}"#,
            r#"{"source_addresses":["::1"],"proxy":{"url":"http://proxy"}}"#,
        ] {
            assert!(TenantEgress::parse(bad).is_err(), "{bad}");
        }
    }
}
