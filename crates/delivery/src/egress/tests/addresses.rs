//! Connecting by host name: resolution, address policy and timeout.

use super::support::{answered, failed, post_within, request, server, settings};
use crate::egress::{AddressPolicy, Egress, EgressSettings, hosts::Hosts, resolve::Resolver};
use rustls::RootCertStore;
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpSocket};

fn egress(policy: AddressPolicy, hosts: &std::path::Path) -> Egress {
    let resolver = Resolver::new(Hosts::new(hosts), None);
    Egress::with_resolver(EgressSettings { policy, ..settings() }, RootCertStore::empty(), resolver).unwrap()
}

#[tokio::test]
async fn a_name_with_an_underscore_is_delivered_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hosts");
    std::fs::write(&path, "127.0.0.1 my_app\n").unwrap();
    let address = server(|_, mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    })
    .await;
    let egress = egress(settings().policy, &path);
    let sent = post_within(&egress, &format!("http://my_app:{}/", address.port()), "1", Duration::from_secs(30)).await;
    assert_eq!(answered(sent).0, 200);
}

/// Regression: connecting was once limited to ten seconds, whatever the subscription's timeout.
#[tokio::test]
async fn connecting_is_bounded_by_the_timeout_alone() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(stream);
    }
    let folder = tempfile::tempdir().unwrap();
    let egress = egress(settings().policy, &folder.path().join("none"));
    for millis in [200, 400] {
        let timeout = Duration::from_millis(millis);
        let sent = post_within(&egress, &format!("http://{address}/"), "1", timeout).await;
        let took = sent.as_ref().unwrap().took;
        let expected = format!("Timeout: could not connect to {address} within {} s", timeout.as_secs_f64());
        assert_eq!(failed(sent), expected);
        assert!((timeout..timeout + Duration::from_secs(20)).contains(&took), "{took:?}");
    }
}

#[tokio::test]
async fn a_blocked_address_is_neither_dialled_nor_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hosts");
    std::fs::write(&path, "127.0.0.1 inside.example\n").unwrap();
    let address = server(|_, _| async { panic!("dialled") }).await;
    let egress = egress(AddressPolicy::default(), &path);
    for host in ["inside.example", "127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{}/", address.port());
        let message = failed(post_within(&egress, &url, "1", Duration::from_secs(30)).await);
        assert_eq!(message, "Not sent: the address policy does not allow loopback addresses");
    }
}
