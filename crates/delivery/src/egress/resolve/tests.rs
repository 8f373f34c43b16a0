//! Name resolution against a DNS server on loopback that each test scripts.

use super::*;
use crate::egress::tests::support::LONG;
use hickory_resolver::{
    config::{NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
};
use parking_lot::Mutex;
use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Instant,
};
use tokio::net::UdpSocket;

const A: u16 = 1;
const AAAA: u16 = 28;

/// A scripted response of the DNS server.
#[derive(Clone)]
enum Say {
    Addresses(Vec<IpAddr>),
    /// The name exists, without a record of this type.
    Nothing,
    Unknown,
    Fails,
    Silence,
}

/// Starts a DNS server. Returns its address, and the names and record types of its queries.
async fn name_server(say: impl Fn(&str, u16) -> Say + Send + 'static) -> (SocketAddr, Arc<Mutex<Vec<(String, u16)>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    tokio::spawn(async move {
        let mut query = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut query).await {
            let (name, kind, end) = question(&query[..length]);
            log.lock().push((name.clone(), kind));
            if let Some(answer) = answer(&query[..end], kind, &say(&name, kind)) {
                socket.send_to(&answer, from).await.unwrap();
            }
        }
    });
    (address, asked)
}

/// Name and record type of a query, and the offset at which its question ends (RFC 1035, section 4.1).
fn question(query: &[u8]) -> (String, u16, usize) {
    let (mut at, mut name) = (12, String::new());
    while query[at] != 0 {
        let length = usize::from(query[at]);
        name.push_str(std::str::from_utf8(&query[at + 1..=at + length]).unwrap());
        name.push('.');
        at += length + 1;
    }
    (name, u16::from_be_bytes([query[at + 1], query[at + 2]]), at + 5)
}

fn answer(query: &[u8], kind: u16, say: &Say) -> Option<Vec<u8>> {
    let (code, addresses) = match say {
        Say::Addresses(addresses) => (0, addresses.as_slice()),
        Say::Nothing => (0, &[][..]),
        Say::Unknown => (3, &[][..]),
        Say::Fails => (2, &[][..]),
        Say::Silence => return None,
    };
    let mut answer = query.to_vec();
    answer[2..12].copy_from_slice(&[0x81, 0x80 | code, 0, 1, 0, addresses.len() as u8, 0, 0, 0, 0]);
    for address in addresses {
        let bytes = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 60, 0, bytes.len() as u8]);
        answer.extend(bytes);
    }
    Some(answer)
}

/// A resolver that has a search domain, as machines and containers do.
fn resolver(server: SocketAddr, hosts: &str) -> Resolver {
    let mut name_server = NameServerConfig::udp(server.ip());
    name_server.connections[0].port = server.port();
    let search = vec![Name::from_ascii("search.example.").unwrap()];
    let config = ResolverConfig::from_parts(None, search, vec![name_server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().timeout = Duration::from_millis(500);
    builder.options_mut().attempts = 0;
    Resolver::new(Hosts::new(hosts), Some(builder.build().unwrap()))
}

fn all() -> AddressPolicy {
    AddressPolicy::new(vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()])
}

async fn resolve(resolver: &Resolver, name: &str, policy: &AddressPolicy) -> Result<Vec<IpAddr>, String> {
    let host = Host::parse(name).unwrap();
    let found = tokio::time::timeout(LONG, resolver.resolve(&host, policy)).await.expect("an end");
    found.map_err(|fault| fault.explain(name).unwrap().message)
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 7, 7));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 7));

fn both(_: &str, kind: u16) -> Say {
    Say::Addresses(vec![if kind == A { V4 } else { V6 }])
}

#[tokio::test]
async fn names_with_an_underscore_resolve_and_search_domains_do_not_apply() {
    let (server, asked) = name_server(both).await;
    let resolver = resolver(server, "/nonexistent");
    for name in ["my_app", "_dmarc.example.com", "a_b.example.com", "app", "app.example.com."] {
        assert_eq!(resolve(&resolver, name, &all()).await.unwrap(), [V6, V4], "{name}");
        let full = format!("{}.", name.trim_end_matches('.'));
        let mut queries = std::mem::take(&mut *asked.lock());
        queries.sort();
        assert_eq!(queries, [(full.clone(), A), (full, AAAA)]);
    }
}

#[tokio::test]
async fn the_hosts_file_comes_before_dns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hosts");
    std::fs::write(&path, "10.0.0.9 my_app\n10.0.0.8 other\n").unwrap();
    let (server, asked) = name_server(both).await;
    let resolver = resolver(server, path.to_str().unwrap());
    assert_eq!(resolve(&resolver, "my_app", &all()).await.unwrap(), ["10.0.0.9".parse::<IpAddr>().unwrap()]);
    assert!(asked.lock().is_empty());
    assert_eq!(resolve(&resolver, "third", &all()).await.unwrap(), [V6, V4]);
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
async fn an_address_family_without_a_response_does_not_delay_the_other() {
    for (silent, found) in [(AAAA, V4), (A, V6)] {
        let (server, _) =
            name_server(move |name, kind| if kind == silent { Say::Silence } else { both(name, kind) }).await;
        let start = Instant::now();
        assert_eq!(resolve(&resolver(server, "/nonexistent"), "app.example", &all()).await.unwrap(), [found]);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn dns_failures_are_distinguished() {
    let (server, _) = name_server(|name, kind| match (name, kind) {
        ("unknown.example.", _) => Say::Unknown,
        ("empty.example.", _) => Say::Nothing,
        ("fails.example.", _) => Say::Fails,
        ("half.example.", A) => Say::Fails,
        ("half.example.", _) => Say::Nothing,
        _ => Say::Silence,
    })
    .await;
    let resolver = resolver(server, "/nonexistent");
    for (name, words) in [
        ("unknown.example", "the host name does not exist"),
        ("empty.example", "the host name has no address"),
        ("fails.example", "the name servers gave no usable answer"),
        ("half.example", "the name servers gave no usable answer"),
        ("silent.example", "the name servers did not answer in time"),
        ("receiver.invalid", "the host name does not exist"),
    ] {
        let message = resolve(&resolver, name, &all()).await.unwrap_err();
        assert_eq!(message, format!("DNS error for {name}: {words}"));
    }
    let without = Resolver::new(Hosts::new("/nonexistent"), None);
    assert!(resolve(&without, "app.example", &all()).await.unwrap_err().contains("no name server is configured"));
}

#[tokio::test]
async fn only_addresses_that_the_policy_allows_are_returned() {
    let public: IpAddr = "93.184.215.14".parse().unwrap();
    let (server, _) = name_server(move |name, kind| match (name, kind) {
        ("mixed.example.", A) => Say::Addresses(vec![V4, public]),
        ("inside.example.", A) => Say::Addresses(vec![V4]),
        ("metadata.example.", A) => Say::Addresses(vec!["169.254.169.254".parse().unwrap()]),
        _ => Say::Nothing,
    })
    .await;
    let (resolver, policy) = (resolver(server, "/nonexistent"), AddressPolicy::default());
    assert_eq!(resolve(&resolver, "mixed.example", &policy).await.unwrap(), [public]);
    for (name, kind) in [
        ("inside.example", "addresses of a private network"),
        ("metadata.example", "the metadata service of a cloud"),
        ("localhost", "loopback addresses"),
        ("a.localhost", "loopback addresses"),
        ("127.0.0.1", "loopback addresses"),
        ("[::1]", "loopback addresses"),
    ] {
        let message = resolve(&resolver, name, &policy).await.unwrap_err();
        assert_eq!(message, format!("Not sent: the address policy does not allow {kind}"), "{name}");
    }
}
