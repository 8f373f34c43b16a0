//! Requests of tenants with source addresses or a proxy of their own.

use super::{
    peer::acceptor,
    support::{LONG, acme, answered, egress, egress_trusting, failed, post, post_of, request, server, settings},
};
use crate::egress::{AddressPolicy, Egress, EgressSettings, Own, Sent};
use model::{TenantEgress, TenantId, attempt::AttemptErrorKind, shape::HttpVersion};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn route(egress: &Egress, tenant: &TenantId, text: &str) {
    let own = Own { egress: TenantEgress::parse(text).ok(), ..Own::default() };
    egress.routes().set(tenant, Some(&own));
}

/// A receiver that reports the address of the peer of each connection.
async fn receiver() -> (SocketAddr, mpsc::UnboundedReceiver<IpAddr>) {
    let (sender, peers) = mpsc::unbounded_channel();
    let address = server(move |_, mut stream| {
        sender.send(stream.peer_addr().unwrap().ip()).unwrap();
        async move {
            while request(&mut stream).await.is_some() {
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    (address, peers)
}

/// The kind and the message of a failed request.
#[track_caller]
fn fault(sent: Result<Sent, crate::egress::LocalFault>) -> (AttemptErrorKind, String) {
    let error = sent.unwrap().result.expect_err("no answer");
    (error.kind, error.message)
}

#[tokio::test]
async fn a_tenants_requests_leave_from_its_source_address_and_share_no_connection() {
    let (address, mut peers) = receiver().await;
    let (egress, url) = (egress(), format!("http://{address}/"));
    let other = TenantId::parse("other").unwrap();
    route(&egress, &acme(), r#"{"source_addresses":["127.0.0.2"]}"#);
    let of = async |tenant: &TenantId| answered(post_of(&egress, tenant, &url, HttpVersion::Auto, "1", LONG).await).0;
    for (tenant, source) in
        [(acme(), Some("127.0.0.2")), (other.clone(), Some("127.0.0.1")), (acme(), None), (other, None)]
    {
        assert_eq!(of(&tenant).await, 200);
        let connected = peers.try_recv().ok();
        assert_eq!(connected, source.map(|text| text.parse().unwrap()), "{tenant}");
    }
    route(&egress, &acme(), r#"{"source_addresses":["127.0.0.3"]}"#);
    assert_eq!(of(&acme()).await, 200);
    assert_eq!(peers.try_recv().unwrap().to_string(), "127.0.0.3");
    egress.routes().set(&acme(), None);
    assert_eq!(of(&acme()).await, 200, "over the other tenant's connection");
    assert!(peers.try_recv().is_err());
}

#[tokio::test]
async fn a_source_address_that_cannot_be_used_is_named() {
    let (address, _peers) = receiver().await;
    let (egress, url) = (egress(), format!("http://{address}/"));
    for (source, expected) in [
        (r#"["203.0.113.7"]"#, "Not sent: the source address 203.0.113.7 is not an address of this machine"),
        (
            r#"["2001:db8::7"]"#,
            "Not sent: the source address is an IPv6 address, and the receiver has no address of that family",
        ),
    ] {
        route(&egress, &acme(), &format!(r#"{{"source_addresses":{source}}}"#));
        let sent = post(&egress, &url, "1").await;
        assert_eq!(fault(sent), (AttemptErrorKind::Unsendable, expected.to_owned()));
    }
}

/// The behaviour of a scripted proxy towards its next connection.
#[derive(Clone, Copy)]
enum Script {
    Tunnel,
    Answer(&'static [u8]),
    Close,
    Silence,
}

/// A proxy that records the beginning of each connection, as one text.
async fn connect_proxy(script: Script) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let (sender, heads) = mpsc::unbounded_channel();
    let address = server(move |_, mut stream| {
        let sender = sender.clone();
        async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                head.push(byte);
            }
            let head = String::from_utf8(head).unwrap();
            let destination = head.split(' ').nth(1).unwrap().to_owned();
            sender.send(head).unwrap();
            match script {
                Script::Answer(bytes) => {
                    let _ = stream.write_all(bytes).await;
                    let _ = stream.read_to_end(&mut Vec::new()).await;
                }
                Script::Close => {}
                Script::Silence => drop(stream.read_to_end(&mut Vec::new()).await),
                Script::Tunnel => {
                    let mut receiver = TcpStream::connect(destination).await.unwrap();
                    // In pieces, as a network may deliver them.
                    for piece in [&b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Ok\r\nVia: x\r"[..], b"\n\r", b"\n"] {
                        stream.write_all(piece).await.unwrap();
                        tokio::task::yield_now().await;
                    }
                    let _ = copy_bidirectional(&mut stream, &mut receiver).await;
                }
            }
        }
    })
    .await;
    (address, heads)
}

#[tokio::test]
async fn connect_gets_the_checked_address_and_tls_is_end_to_end() {
    let (tls, certificate) = acceptor(&["http/1.1"]);
    let address = server(move |_, tcp| {
        let tls = tls.clone();
        async move {
            let mut stream = tls.accept(tcp).await.unwrap();
            while request(&mut stream).await.is_some() {
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let (plain, _peers) = receiver().await;
    let (proxy, mut heads) = connect_proxy(Script::Tunnel).await;
    let egress = egress_trusting(settings(), &[certificate]);
    let credentials = r#""credentials":{"username":"me","password":"h:u"}"#;
    route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"http://{proxy}",{credentials}}}}}"#));
    for (url, destination) in [(format!("https://{address}/"), address), (format!("http://{plain}/"), plain)] {
        for _ in 0..2 {
            let sent = post(&egress, &url, "1").await;
            assert_eq!(sent.as_ref().unwrap().remote_ip, Some(destination.ip()));
            assert_eq!(answered(sent).0, 200);
        }
        let head = heads.try_recv().unwrap();
        let expected = format!(
            "CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\nProxy-Authorization: Basic bWU6aDp1\r\n\r\n"
        );
        assert_eq!(head, expected);
        assert!(heads.try_recv().is_err(), "the second request uses the connection of the first");
    }
}

#[tokio::test]
async fn faults_of_a_connect_proxy_are_the_proxys() {
    let refused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refusal = "Proxy error: the proxy refused the connection";
    let (egress, url) = (egress(), "http://127.0.0.1:9/".to_owned());
    route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"http://{refused}"}}}}"#));
    assert_eq!(fault(post(&egress, &url, "1").await), (AttemptErrorKind::Proxy, refusal.into()));
    route(&egress, &acme(), r#"{"proxy":{"url":"http://nowhere.invalid:3128"}}"#);
    let unknown = "Proxy error: the host name of the proxy has no address";
    assert_eq!(fault(post(&egress, &url, "1").await), (AttemptErrorKind::Proxy, unknown.into()));
    let rows: [(Script, &str); 8] = [
        (
            Script::Answer(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            "the proxy did not accept the credentials of the tenant's egress",
        ),
        (
            Script::Answer(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
            "the proxy answered HTTP 403 to CONNECT",
        ),
        (Script::Answer(b"HTTP/1.0 503\r\n\r\n"), "the proxy answered HTTP 503 to CONNECT"),
        (Script::Answer(b"SSH-2.0-OpenSSH_9\r\n"), "the proxy does not speak HTTP"),
        (Script::Answer(&[b'H'; 64 * 1024]), "the proxy does not speak HTTP"),
        (Script::Answer(b"HTTP/1.1 200"), ""),
        (Script::Close, "the proxy closed the connection"),
        (Script::Silence, ""),
    ];
    for (script, expected) in rows {
        let (proxy, _heads) = connect_proxy(script).await;
        route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"http://{proxy}"}}}}"#));
        let short = expected.is_empty();
        let timeout = if short { Duration::from_millis(200) } else { LONG };
        let sent = post_of(&egress, &acme(), &url, HttpVersion::Auto, "1", timeout).await;
        let expected = match short {
            // The proxy may wait for the receiver.
            true => (AttemptErrorKind::Timeout, "Timeout: could not connect to 127.0.0.1:9 within 0.2 s".to_owned()),
            false => (AttemptErrorKind::Proxy, format!("Proxy error: {expected}")),
        };
        assert_eq!(fault(sent), expected);
    }
}

#[tokio::test]
async fn a_proxy_that_accepts_no_connection_is_named_in_the_timeout() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(stream);
    }
    let egress = egress();
    route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"socks5://{address}"}}}}"#));
    let timeout = Duration::from_millis(200);
    let sent = post_of(&egress, &acme(), "http://127.0.0.1:9/", HttpVersion::Auto, "1", timeout).await;
    let expected = "Proxy error: no connection to the proxy within 0.2 s";
    assert_eq!(fault(sent), (AttemptErrorKind::Proxy, expected.to_owned()));
}

/// A SOCKS5 proxy that reads what it expects, and answers, by turns; then it tunnels to `receiver`, if there is one.
async fn socks_proxy(
    steps: Vec<(Vec<u8>, Vec<u8>)>,
    receiver: Option<SocketAddr>,
) -> (SocketAddr, mpsc::UnboundedReceiver<()>) {
    let (done, finished) = mpsc::unbounded_channel();
    let steps = Arc::new(steps);
    let address = server(move |_, mut stream| {
        let (steps, done) = (steps.clone(), done.clone());
        async move {
            for (expected, answer) in &*steps {
                let mut read = vec![0; expected.len()];
                stream.read_exact(&mut read).await.unwrap();
                assert_eq!(&read, expected);
                stream.write_all(answer).await.unwrap();
            }
            done.send(()).unwrap();
            match receiver {
                None => drop(stream.read_to_end(&mut Vec::new()).await),
                Some(receiver) => {
                    let mut receiver = TcpStream::connect(receiver).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut receiver).await;
                }
            }
        }
    })
    .await;
    (address, finished)
}

#[tokio::test]
async fn socks5_gets_the_checked_address_with_and_without_credentials() {
    let (receiver, _peers) = receiver().await;
    let egress = egress();
    let request = [&[5, 1, 0, 1, 127, 0, 0, 1][..], &receiver.port().to_be_bytes()].concat();
    let plain = vec![(vec![5, 1, 0], vec![5, 0]), (request.clone(), [&[5, 0, 0, 3, 4][..], b"name", &[0, 1]].concat())];
    let secret = vec![
        (vec![5, 2, 0, 2], vec![5, 2]),
        ([&[1, 2][..], b"me", &[4], b"hush"].concat(), vec![1, 0]),
        (request, [&[5, 0, 0, 4][..], &[0; 18]].concat()),
    ];
    for (steps, credentials) in [(plain, ""), (secret, r#","credentials":{"username":"me","password":"hush"}"#)] {
        let (proxy, mut finished) = socks_proxy(steps, Some(receiver)).await;
        route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"socks5://{proxy}"{credentials}}}}}"#));
        let sent = post(&egress, &format!("http://localhost:{}/", receiver.port()), "1").await;
        assert_eq!(sent.as_ref().unwrap().remote_ip, Some("127.0.0.1".parse().unwrap()), "no name is sent");
        assert_eq!(answered(sent).0, 200);
        assert_eq!(finished.recv().await, Some(()));
    }
}

#[tokio::test]
async fn faults_of_a_socks5_proxy_are_the_proxys_unless_the_receiver_refused() {
    let egress = egress();
    let greeting = || (vec![5, 1, 0], vec![5, 0]);
    let request = [5, 1, 0, 1, 127, 0, 0, 1, 0, 9].to_vec();
    let reply = |code| vec![greeting(), (request.clone(), vec![5, code, 0, 1, 0, 0, 0, 0, 0, 0])];
    let (proxy, refused) = (AttemptErrorKind::Proxy, AttemptErrorKind::Refused);
    for (steps, kind, expected) in [
        (reply(1), proxy, "Proxy error: the proxy reports: general failure"),
        (reply(2), proxy, "Proxy error: the proxy reports: its rules do not allow the connection"),
        (reply(4), proxy, "Proxy error: the proxy reports: host unreachable"),
        (reply(5), refused, "Connection refused by 127.0.0.1:9, as the proxy reports"),
        (reply(77), proxy, "Proxy error: the proxy reports: an unknown error"),
        (
            vec![(vec![5, 1, 0], vec![5, 0xff])],
            proxy,
            "Proxy error: the proxy did not accept the credentials of the tenant's egress",
        ),
        (vec![(vec![5, 1, 0], vec![5, 2])], proxy, "Proxy error: the proxy does not speak SOCKS5"),
        (vec![(vec![5, 1, 0], vec![4, 0])], proxy, "Proxy error: the proxy does not speak SOCKS5"),
        (vec![(vec![5, 1, 0], b"HT".to_vec())], proxy, "Proxy error: the proxy does not speak SOCKS5"),
        (vec![greeting(), (request.clone(), vec![5, 0, 0, 9])], proxy, "Proxy error: the proxy does not speak SOCKS5"),
    ] {
        let (address, _finished) = socks_proxy(steps, None).await;
        route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"socks5://{address}"}}}}"#));
        let sent = post(&egress, "http://127.0.0.1:9/", "1").await;
        assert_eq!(fault(sent), (kind, expected.to_owned()));
    }
}

#[tokio::test]
async fn the_address_policy_applies_to_the_receiver_and_not_to_the_proxy() {
    let (proxy, mut heads) = connect_proxy(Script::Tunnel).await;
    let strict = EgressSettings { policy: AddressPolicy::default(), ..settings() };
    let egress = super::support::egress_with(strict);
    route(&egress, &acme(), &format!(r#"{{"proxy":{{"url":"http://{proxy}"}}}}"#));
    for host in ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]"] {
        let sent = post(&egress, &format!("http://{host}/"), "1").await;
        assert!(failed(sent).starts_with("Not sent: the address policy does not allow "), "{host}");
        assert!(heads.try_recv().is_err(), "the proxy is not asked");
    }
}
