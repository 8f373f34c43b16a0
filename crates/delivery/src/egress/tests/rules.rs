//! The port policy, and the allow lists of tenants: at each attempt, and for pooled connections.

use super::support::{LONG, acme, answered, egress_with, failed, post_of, request, server, settings};
use crate::egress::{AddressPolicy, Egress, EgressSettings, Own, PortPolicy};
use model::{
    AllowLists, HostPattern, TenantId,
    shape::HttpVersion,
    tenant::allow::{parse_entries, parse_network},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};
use tokio::io::AsyncWriteExt;

const BLOCKED: &str = "Not sent: the address policy does not allow loopback addresses";

/// A receiver that counts its connections.
async fn receiver() -> (SocketAddr, Arc<AtomicU32>) {
    let connections = Arc::new(AtomicU32::new(0));
    let counted = connections.clone();
    let address = server(move |_, mut stream| {
        counted.fetch_add(1, Relaxed);
        async move {
            while request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    (address, connections)
}

fn allow(egress: &Egress, tenant: &TenantId, networks: &str, hosts: &str) {
    let networks = parse_entries(networks, parse_network).unwrap();
    let allow = AllowLists { networks, hosts: parse_entries(hosts, HostPattern::parse).unwrap() };
    egress.routes().set(tenant, (!allow.is_empty()).then_some(Own { egress: None, allow }).as_ref());
}

async fn send(egress: &Egress, tenant: &TenantId, url: &str) -> Result<u16, String> {
    let sent = post_of(egress, tenant, url, HttpVersion::Auto, "1", LONG).await;
    if sent.as_ref().unwrap().result.is_ok() { Ok(answered(sent).0) } else { Err(failed(sent)) }
}

#[tokio::test]
async fn an_allowed_network_is_the_tenants_alone_also_for_pooled_connections() {
    let (address, connections) = receiver().await;
    let egress = egress_with(EgressSettings { policy: AddressPolicy::default(), ..settings() });
    let (other, url) = (TenantId::parse("other").unwrap(), format!("http://{address}/"));
    assert_eq!(send(&egress, &acme(), &url).await, Err(BLOCKED.into()));
    allow(&egress, &acme(), "127.0.0.1", "");
    for _ in 0..2 {
        assert_eq!(send(&egress, &acme(), &url).await, Ok(200));
    }
    assert_eq!(connections.load(Relaxed), 1, "the connection is kept");
    assert_eq!(send(&egress, &other, &url).await, Err(BLOCKED.into()));
    allow(&egress, &other, "127.0.0.2", "");
    assert_eq!(send(&egress, &other, &url).await, Err(BLOCKED.into()));
    // The connection of before is still in the pool.
    allow(&egress, &acme(), "127.0.0.2", "");
    assert_eq!(send(&egress, &acme(), &url).await, Err(BLOCKED.into()));
    allow(&egress, &acme(), "", "");
    assert_eq!(send(&egress, &acme(), &url).await, Err(BLOCKED.into()));
    assert_eq!(connections.load(Relaxed), 1);
}

#[tokio::test]
async fn a_metadata_service_is_allowed_only_by_its_own_address() {
    let egress = egress_with(EgressSettings { policy: AddressPolicy::default(), ..settings() });
    let url = |host: &str| url::Url::parse(&format!("http://{host}/")).unwrap();
    for (networks, is_allowed) in [("169.254.0.0/16 0.0.0.0/0", false), ("169.254.169.254", true)] {
        allow(&egress, &acme(), networks, "");
        for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "metadata.google.internal"] {
            assert_eq!(egress.check_url_of(&acme(), &url(host)).is_ok(), is_allowed, "{networks} {host}");
            assert!(egress.check_url(&url(host)).is_err(), "nothing changes for others");
        }
    }
}

#[tokio::test]
async fn a_list_of_hosts_limits_the_requests_of_its_tenant() {
    let (address, connections) = receiver().await;
    let egress = egress_with(settings());
    let (other, url) = (TenantId::parse("other").unwrap(), format!("http://{address}/"));
    assert_eq!(send(&egress, &acme(), &url).await, Ok(200));
    allow(&egress, &acme(), "", "hooks.example.com *.example.org");
    let refused = "Not sent: the tenant's list of hosts does not allow 127.0.0.1";
    assert_eq!(send(&egress, &acme(), &url).await, Err(refused.into()), "although a connection is in the pool");
    assert_eq!(send(&egress, &other, &url).await, Ok(200));
    allow(&egress, &acme(), "", "hooks.example.com 127.0.0.1");
    assert_eq!(send(&egress, &acme(), &url).await, Ok(200));
    assert_eq!(connections.load(Relaxed), 2);
}

#[tokio::test]
async fn a_refused_port_is_not_dialled_and_named() {
    let (address, connections) = receiver().await;
    let url = format!("http://{address}/");
    for (ports, expected) in [
        ("443,8443", Err(format!("Not sent: the port policy does not allow port {}", address.port()))),
        ("443,1024-65535", Ok(200)),
        ("", Ok(200)),
    ] {
        let egress = egress_with(EgressSettings { ports: PortPolicy::parse(ports).unwrap(), ..settings() });
        assert_eq!(send(&egress, &acme(), &url).await, expected, "{ports}");
    }
    assert_eq!(connections.load(Relaxed), 2);
    let refused = send(&egress_with(settings()), &acme(), "http://127.0.0.1:6379/").await;
    assert_eq!(refused, Err("Not sent: the port policy does not allow port 6379".into()));
}
