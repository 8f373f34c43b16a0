//! The port policy: by default a POST reaches no port of another protocol, whose server could take the lines of a request
//! for commands.

use std::{fmt, ops::RangeInclusive};

/// Ports that are refused by default.
///
/// The first part is the list of bad ports of the Fetch standard ("Port blocking"), which browsers refuse for
/// the same reason, without 1 (tcpmux) and 9 (discard): their servers take no commands, and tests use these ports as those
/// where nobody listens. The second part has file shares, directories, remote access, message brokers, databases and control
/// planes whose clients send no webhooks. No port from 32768 on is listed: receivers of tests get theirs from there.
const REFUSED: &[u16] = &[
    0, 7, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    // SMB, RPC over HTTP, rsync, SOCKS, RDP, VNC, X11, MQTT, NATS, AMQP, Kafka.
    445, 593, 873, 1080, 3389, 5900, 6001, 1883, 4222, 5671, 5672, 8883, 9092,
    // SQL Server, Oracle, MySQL, PostgreSQL, PgBouncer, Redis and its sentinel, memcached, MongoDB, Cassandra,
    // Elasticsearch, CouchDB, Neo4j.
    1433, 1434, 1521, 3306, 5432, 6432, 6379, 26379, 11211, 27017, 27018, 27019, 9042, 9200, 9300, 5984, 7687,
    // ZooKeeper, Docker, etcd, kubelet.
    2181, 2375, 2376, 2377, 2379, 2380, 10250, 10255,
];

/// The ports that requests may go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortPolicy {
    /// `None`: all but [`REFUSED`].
    allowed: Option<Vec<RangeInclusive<u16>>>,
}

/// Why a list of ports is refused. Displayed as the rest of a sentence about the setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "has {0:?}, which is not a port or a range; it must be comma-separated ports from 1 to 65535, for example {EXAMPLE}"
)]
pub struct BadPorts(String);

const EXAMPLE: &str = "443,8443,1024-65535";

impl PortPolicy {
    /// Every port.
    pub fn all() -> Self {
        Self { allowed: Some(vec![1..=u16::MAX]) }
    }

    /// Comma-separated ports and ranges; the default when the text is empty.
    pub fn parse(text: &str) -> Result<Self, BadPorts> {
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| {
                let digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
                text.parse::<u16>().ok().filter(|port| digits && *port > 0)
            };
            match (number(first), number(last)) {
                (Some(first), Some(last)) if first <= last => Ok(first..=last),
                _ => Err(BadPorts(part.to_owned())),
            }
        };
        let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
        let allowed: Vec<_> = parts.map(range).collect::<Result<_, _>>()?;
        Ok(Self { allowed: (!allowed.is_empty()).then_some(allowed) })
    }

    pub const fn is_default(&self) -> bool {
        self.allowed.is_none()
    }

    pub fn allows(&self, port: u16) -> bool {
        match &self.allowed {
            None => !REFUSED.contains(&port),
            Some(ranges) => ranges.iter().any(|range| range.contains(&port)),
        }
    }

    /// The first port that the default refuses and this policy allows; `None` for the default.
    pub fn first_risk(&self) -> Option<u16> {
        let allowed = self.allowed.as_ref()?;
        REFUSED.iter().copied().filter(|port| allowed.iter().any(|range| range.contains(port))).min()
    }
}

/// The text that [`PortPolicy::parse`] reads.
impl fmt::Display for PortPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |range: &RangeInclusive<u16>| match (range.start(), range.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        let ranges: Vec<String> = self.allowed.iter().flatten().map(shown).collect();
        f.write_str(&ranges.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports_of_other_protocols_are_refused_by_default() {
        let policy = PortPolicy::default();
        for port in [0, 21, 22, 23, 25, 53, 110, 143, 389, 445, 465, 587, 993, 1433, 2375, 2379, 3306, 3389, 5432, 5672]
            .into_iter()
            .chain([6379, 6667, 9042, 9092, 9200, 10250, 11211, 27017])
        {
            assert!(!policy.allows(port), "{port}");
        }
        for port in [1, 9, 80, 443, 3000, 5000, 8000, 8080, 8443, 9000, 9001, 9443, 32_768, 33_060, 49_152, 65_535] {
            assert!(policy.allows(port), "{port}");
        }
        assert!((32_768..=u16::MAX).all(|port| policy.allows(port)), "ports that the system gives to test receivers");
    }

    #[test]
    fn no_port_is_listed_twice() {
        let distinct: std::collections::BTreeSet<_> = REFUSED.iter().collect();
        assert_eq!(distinct.len(), REFUSED.len());
    }

    #[test]
    fn a_list_has_ports_and_ranges() {
        let policy = PortPolicy::parse("443, 8443,1024-2048").unwrap();
        for (port, is_allowed) in [(443, true), (8443, true), (1023, false), (1024, true), (2048, true), (2049, false)]
        {
            assert_eq!(policy.allows(port), is_allowed, "{port}");
        }
        assert_eq!((policy.to_string().as_str(), policy.first_risk()), ("443,8443,1024-2048", Some(1080)));
        assert_eq!(PortPolicy::parse("443").unwrap().first_risk(), None);
        assert_eq!(PortPolicy::parse(" ,").unwrap(), PortPolicy::default());
        assert!(PortPolicy::parse("6379").unwrap().allows(6379), "an explicit list replaces the default");
        assert_eq!(PortPolicy::all().to_string(), "1-65535");
        for bad in ["0", "65536", "-1", "443-", "-443", "9-8", "https", "0-80", "+80", "1-2-3", "80;443", "0x50"] {
            assert!(PortPolicy::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_shown_policy_is_read_back(text in "[0-9, -]{0,30}") {
            if let Ok(policy) = PortPolicy::parse(&text) {
                prop_assert_eq!(PortPolicy::parse(&policy.to_string()), Ok(policy));
            }
        }
    }
}
