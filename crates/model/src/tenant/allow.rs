//! Allow lists of a tenant: the networks that the address policy exempts for it, and the hosts to which it is limited.

use crate::url_rules::{BadHost, check_name};
pub use ipnet::IpNet;
use std::{fmt, net::IpAddr};
use url::Host;

/// The allow lists of a tenant, which only the operator sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowLists {
    /// Exempt from the address policy for this tenant, beside the networks of the installation.
    pub networks: Vec<IpNet>,
    /// The hosts that its requests may go to; any host when empty.
    pub hosts: Vec<HostPattern>,
}

/// Entries of one list, at most.
pub const ENTRIES_MAX: usize = 100;
/// Characters of an entry, at most: a host name and the beginning of a pattern.
pub const ENTRY_MAX: usize = 255;

/// Why an entry is refused. Displayed as the rest of a sentence about the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    #[error("must be a network or an address, for example 10.1.2.0/24")]
    Network,
    #[error("must be a host name, *. and a domain, or an address, for example *.example.com ({0})")]
    Host(url::ParseError),
    #[error("{0}, for example hooks.example.com or *.example.com")]
    Name(#[from] BadHost),
    #[error("must have * only as the whole first part, for example *.example.com")]
    Star,
    #[error("must have a domain after *., for example *.example.com")]
    StarOfAddress,
}

impl AllowLists {
    pub const fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.hosts.is_empty()
    }

    /// True when requests to this host are allowed by the list of hosts.
    pub fn has_host(&self, host: &Host<&str>) -> bool {
        self.hosts.is_empty() || self.hosts.iter().any(|pattern| pattern.matches(host))
    }
}

/// A network in CIDR notation, or one address.
pub fn parse_network(text: &str) -> Result<IpNet, BadEntry> {
    text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| BadEntry::Network)
}

/// A host, or every name below a domain (`*.example.com`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    /// The host, or the domain, as the URL parser normalises it and without a dot at its end.
    host: Host<String>,
    is_below: bool,
}

impl HostPattern {
    pub fn parse(text: &str) -> Result<Self, BadEntry> {
        let (rest, is_below) = text.strip_prefix("*.").map_or((text, false), |rest| (rest, true));
        if rest.contains('*') {
            return Err(BadEntry::Star);
        }
        let host = match Host::parse(rest).map_err(BadEntry::Host)? {
            Host::Domain(name) => {
                check_name(&name)?;
                Host::Domain(without_dot(&name).to_owned())
            }
            Host::Ipv4(_) | Host::Ipv6(_) if is_below => return Err(BadEntry::StarOfAddress),
            address => address,
        };
        Ok(Self { host, is_below })
    }

    pub fn matches(&self, host: &Host<&str>) -> bool {
        match (&self.host, host) {
            (Host::Ipv4(own), Host::Ipv4(other)) => own == other,
            (Host::Ipv6(own), Host::Ipv6(other)) => own == other,
            (Host::Domain(own), Host::Domain(other)) => {
                let other = without_dot(other);
                match (self.is_below, other.len().checked_sub(own.len())) {
                    (false, _) => other.eq_ignore_ascii_case(own),
                    (true, None | Some(0)) => false,
                    (true, Some(at)) => {
                        other.as_bytes()[at - 1] == b'.' && other.as_bytes()[at..].eq_ignore_ascii_case(own.as_bytes())
                    }
                }
            }
            _ => false,
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.is_below { "*." } else { "" };
        write!(f, "{star}{}", self.host)
    }
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// The entries of a list as stores keep them, separated by spaces.
pub fn entries_text<T: fmt::Display>(entries: &[T]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Reads [`entries_text`].
pub fn parse_entries<T>(text: &str, parse: impl Fn(&str) -> Result<T, BadEntry>) -> Result<Vec<T>, BadEntry> {
    text.split_terminator(' ').map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, host: &str) -> bool {
        let url = url::Url::parse(&format!("https://{host}/")).unwrap();
        HostPattern::parse(pattern).unwrap().matches(&url.host().unwrap())
    }

    #[test]
    fn a_pattern_is_a_host_or_all_names_below_a_domain() {
        for (pattern, host) in [
            ("hooks.example.com", "hooks.example.com"),
            ("hooks.example.com", "HOOKS.Example.com."),
            ("Hooks.Example.com.", "hooks.example.com"),
            ("*.example.com", "a.example.com"),
            ("*.example.com", "a.b.example.com."),
            ("*.münchen.example", "a.xn--mnchen-3ya.example"),
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7", "0xcb.0.0x7107"),
            ("[2001:db8::1]", "[2001:db8:0::1]"),
        ] {
            assert!(matches(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("hooks.example.com", "a.hooks.example.com"),
            ("hooks.example.com", "example.com"),
            ("*.example.com", "example.com"),
            ("*.example.com", "aexample.com"),
            ("*.example.com", "a.example.com.evil.example"),
            ("*.example.com", "203.0.113.7"),
            ("203.0.113.7", "203.0.113.70"),
            ("203.0.113.7", "[::ffff:203.0.113.7]"),
        ] {
            assert!(!matches(pattern, host), "{pattern} {host}");
        }
    }

    #[test]
    fn errors_of_entries_name_the_reason() {
        let long = format!("{}.example", "a".repeat(64));
        for (pattern, part) in [
            ("", "empty host"),
            ("*", "only as the whole first part"),
            ("*.", "empty host"),
            ("*.*.example.com", "only as the whole first part"),
            ("a*.example.com", "only as the whole first part"),
            ("*.203.0.113.7", "a domain after"),
            ("https://example.com", "host name"),
            ("example.com/hook", "host name"),
            ("example.com:443", "host name"),
            ("a..b", "empty parts"),
            ("-a.example", "hyphen"),
            (&long, "at most 63"),
        ] {
            let fault = HostPattern::parse(pattern).unwrap_err().to_string();
            assert!(fault.contains(part), "{pattern}: {fault}");
        }
        for text in ["", "10.0.0.0/33", "10.0.0", "example.com", "10.0.0.0/8,10.1.0.0/16"] {
            assert_eq!(parse_network(text), Err(BadEntry::Network), "{text}");
        }
        assert_eq!(parse_network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
    }

    #[test]
    fn lists_are_read_back_as_they_were_stored() {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|text| parse_network(text).unwrap());
        let hosts = ["*.example.com", "[::1]", "a_b"].map(|text| HostPattern::parse(text).unwrap());
        assert_eq!(entries_text(&hosts), "*.example.com [::1] a_b");
        assert_eq!(parse_entries(&entries_text(&networks), parse_network).unwrap(), networks);
        assert_eq!(parse_entries(&entries_text(&hosts), HostPattern::parse).unwrap(), hosts);
        assert_eq!(parse_entries("", parse_network).unwrap(), []);
        assert!(parse_entries("x/y", HostPattern::parse).is_err());
    }

    proptest! {
        #[test]
        fn a_stored_pattern_is_the_pattern(text in "(\\*\\.)?[a-zA-Z0-9ä_.-]{1,30}") {
            if let Ok(pattern) = HostPattern::parse(&text) {
                prop_assert_eq!(HostPattern::parse(&pattern.to_string()), Ok(pattern));
            }
        }

        #[test]
        fn a_name_below_a_domain_ends_with_it(domain in "[a-z]{1,5}\\.[a-z]{1,3}", host in "[a-z.]{1,12}") {
            let Ok(url) = url::Url::parse(&format!("https://{host}/")) else { return Ok(()) };
            let found = HostPattern::parse(&format!("*.{domain}")).unwrap().matches(&url.host().unwrap());
            prop_assert_eq!(found, host.trim_end_matches('.').len() > domain.len() + 1
                && host.strip_suffix('.').unwrap_or(&host).ends_with(&format!(".{domain}")));
        }
    }
}
