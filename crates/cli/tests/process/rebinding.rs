//! DNS rebinding against the real binary: a name server of its own in a mount namespace with another `/etc/resolv.conf`,
//! and receivers on the same port of two addresses of loopback, of which one may be reached.

use crate::support::{client::Client, receiver::Receiver, server::Launch, wait_until};
use serde_json::{Value, json};
use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    thread,
};

/// The address that the server may reach.
const OUTER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const INNER: Ipv4Addr = Ipv4Addr::LOCALHOST;

const A: u16 = 1;
const CNAME: u16 = 5;

/// Starts a name server on port 53 of an address of loopback. `rebind.test` has the good address once, and then the bad
/// one; `mixed.test` has both; `alias.test` is an alias of `localhost`. Nothing may be cached (TTL 0).
fn name_server() -> (Ipv4Addr, Arc<AtomicU32>) {
    let own = Ipv4Addr::new(127, 78, std::process::id() as u8, (std::process::id() >> 8) as u8 | 1);
    let socket = UdpSocket::bind((own, 53)).expect("port 53 of loopback; this test needs root");
    let rebound = Arc::new(AtomicU32::new(0));
    let count = rebound.clone();
    thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, peer)) = socket.recv_from(&mut query) {
            let _ = socket.send_to(&answer(&query[..length], &count), peer);
        }
    });
    (own, rebound)
}

fn answer(query: &[u8], rebound: &AtomicU32) -> Vec<u8> {
    let end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let question = &query[12..end];
    let name = String::from_utf8_lossy(&question[1..question.len() - 5]).to_ascii_lowercase();
    let is_a = question[question.len() - 4..][..2] == A.to_be_bytes();
    let address = |address: Ipv4Addr| record(A, &address.octets());
    let records = match name.as_str() {
        "rebind\u{4}test" if is_a && rebound.fetch_add(1, Relaxed) == 0 => vec![address(OUTER)],
        "rebind\u{4}test" if is_a => vec![address(INNER)],
        "mixed\u{4}test" if is_a => vec![address(INNER), address(OUTER), address(INNER)],
        "alias\u{4}test" if is_a => vec![record(CNAME, b"\x09localhost\0"), address(INNER)],
        _ => Vec::new(),
    };
    let head = [&query[..2], &[0x81, 0x80, 0, 1, 0, records.len() as u8, 0, 0, 0, 0]].concat();
    [head, question.to_vec(), records.concat()].concat()
}

/// A record of the name of the question (RFC 1035, section 4.1.3).
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&[0xc0, 12], &kind.to_be_bytes()[..], &[0, 1, 0, 0, 0, 0, 0, data.len() as u8], data].concat()
}

/// A listener at the bad address, and a port that is free at the good one.
fn inner() -> (TcpListener, u16) {
    for _ in 0..50 {
        let inner = TcpListener::bind((INNER, 0)).unwrap();
        let port = inner.local_addr().unwrap().port();
        if TcpListener::bind((OUTER, port)).is_ok() {
            inner.set_nonblocking(true).unwrap();
            return (inner, port);
        }
    }
    panic!("no port is free on both addresses");
}

/// The last attempt's status and error of an event that has ended.
async fn ended(client: &Client, event_type: &str, seq: u64) -> (Value, Value) {
    let event = client.publish(event_type, seq).await;
    wait_until("the delivery has ended", async || {
        let one = client.get(&format!("/api/v1/events/{event}")).await.body["deliveries"][0].clone();
        ["success", "failed"].contains(&one["status"].as_str()?).then(|| {
            let part = |name: &str| one[name].clone();
            (part("status"), part("error_message"))
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebinding_name_server_leads_to_no_refused_address() {
    let folder = tempfile::tempdir().unwrap();
    let (server, rebound) = name_server();
    fs::write(folder.path().join("resolv.conf"), format!("nameserver {server}\noptions timeout:1 attempts:1\n"))
        .unwrap();
    let script = format!(
        "mount --bind resolv.conf /etc/resolv.conf; exec {} serve --listen 127.0.0.1:0",
        env!("CARGO_BIN_EXE_postrider")
    );
    let script = format!("exec unshare --mount bash -e -c '{script}'");
    let server = Launch::script(folder.path(), &script)
        .env("POSTRIDER_ADMIN_KEY", crate::support::server::ADMIN_KEY)
        .env("POSTRIDER_ALLOW_HTTP", "true")
        .env("POSTRIDER_ALLOW_NETWORKS", &format!("{OUTER}/32"))
        .env("POSTRIDER_KEEP_ALIVE_SECONDS", "0")
        .env("POSTRIDER_LOG", "warn")
        .start()
        .await;
    let (inner, port) = inner();
    let outer = Receiver::start_at((OUTER, port).into()).await;
    let client = server.tenant("acme").await;
    for (host, event_type) in
        [("rebind.test", "invoice.paid"), ("mixed.test", "invoice.voided"), ("alias.test", "ticket.created")]
    {
        let more = json!({ "events": [event_type], "retry_enabled": false });
        client.subscribe(&format!("http://{host}:{port}/"), &more).await;
    }
    let blocked = json!("Not sent: the address policy does not allow loopback addresses");
    assert_eq!(ended(&client, "invoice.paid", 1).await.0, "success");
    for seq in 2..5 {
        assert_eq!(ended(&client, "invoice.paid", seq).await, (json!("failed"), blocked.clone()));
    }
    assert!(rebound.load(Relaxed) >= 4, "each attempt resolves the name");
    for seq in 5..8 {
        assert_eq!(ended(&client, "invoice.voided", seq).await.0, "success");
    }
    assert_eq!(ended(&client, "ticket.created", 8).await, (json!("failed"), blocked));
    assert_eq!((outer.distinct(), outer.answered()), (4, 4));
    assert_eq!(inner.accept().map(|(_, peer)| peer).unwrap_err().kind(), ErrorKind::WouldBlock, "nobody has connected");
    server.stop().await;
}
