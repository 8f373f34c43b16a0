//! Name resolution against a DNS server on loopback that each test scripts.

use super::*;
use crate::egress::tests::{
    name_server::{A, AAAA, Say, name_server, resolver},
    support::LONG,
};
use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::Instant,
};

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
