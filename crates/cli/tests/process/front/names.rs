//! By which names a server is addressed, and by whom.

use crate::support::{
    raw::Raw,
    server::{ADMIN_KEY, Launch, Server},
    wait_until,
};
use std::{net::Ipv4Addr, time::Duration};

const SOON: Duration = Duration::from_secs(5);

/// The answer to a request from an address of loopback.
async fn ask(server: &Server, from: u8, path: &str, headers: &str) -> (u16, String) {
    let mut raw = Raw::connect_from(Ipv4Addr::new(127, 0, 0, from), server.address).await;
    raw.send(format!("GET {path} HTTP/1.1\r\n{headers}\r\n").as_bytes());
    raw.answer(SOON).expect("an answer")
}

#[tokio::test]
async fn a_foreign_host_is_refused_unless_it_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(folder.path(), &["serve", "--dev", "--listen", "127.0.0.1:0"]);
    let server = launch.env("POSTRIDER_ADMIN_KEY", ADMIN_KEY).start().await;
    let own = server.address.to_string();
    for (host, path, expected) in [
        ("evil.example", "/api/v1/events", 421),
        ("evil.example:8080", "/", 421),
        ("127.0.0.1.evil.example", "/", 421),
        ("evil.example", "/healthz", 200),
        ("evil.example", "/readyz", 200),
        ("evil.example", "/metrics", 401),
        ("localhost", "/metrics", 200),
        (&own, "/", 200),
        ("localhost:8080", "/api/v1/events", 401),
        ("postrider", "/api/v1/events", 401),
    ] {
        let (status, body) = ask(&server, 1, path, &format!("host: {host}\r\n")).await;
        assert_eq!(status, expected, "{host} {path}: {body}");
        assert!(
            status != 421 || body.contains("\"misdirected_request\"") && body.contains("POSTRIDER_HOSTS"),
            "{body}"
        );
    }
    // A target with a host counts, whatever the header says.
    assert_eq!(ask(&server, 1, "http://evil.example/", &format!("host: {own}\r\n")).await.0, 421);
    server.stop().await;
    // Behind a proxy that passes the name on, other servers answer for any, but show their metrics to none without a key.
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let server = launch.start().await;
    assert_eq!(ask(&server, 1, "/api/v1/events", "host: hooks.example\r\n").await.0, 401);
    assert_eq!(ask(&server, 1, "/metrics", "host: hooks.example\r\n").await.0, 401);
    server.stop().await;
    let listed = launch.env("POSTRIDER_HOSTS", "evil.example").env("POSTRIDER_PUBLIC_URL", "https://hooks.example");
    let server = listed.start().await;
    for (host, expected) in [("evil.example", 401), ("hooks.example", 401), ("other.example", 421), ("postrider", 421)]
    {
        assert_eq!(ask(&server, 1, "/api/v1/events", &format!("host: {host}\r\n")).await.0, expected, "{host}");
    }
    server.stop().await;
}

/// The line of the log about the refused request for a path.
async fn line(server: &Server, path: &str) -> String {
    wait_until("the log has the request", async || {
        let log = server.process.stderr();
        log.lines().find(|line| line.contains(&format!("path=\"/{path}\" "))).map(str::to_owned)
    })
    .await
}

#[tokio::test]
async fn only_a_trusted_proxy_can_name_its_client() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path()).env("POSTRIDER_TRUSTED_PROXIES", "127.0.0.1");
    let server = launch.start().await;
    let headers = "host: a\r\nforwarded: for=203.0.113.9\r\nx-forwarded-for: 203.0.113.8, 192.0.2.7\r\n";
    assert_eq!(ask(&server, 1, "/api/by-a-proxy", headers).await.0, 404);
    let logged = line(&server, "api/by-a-proxy").await;
    assert!(logged.contains("peer=127.0.0.1:") && logged.contains("client=192.0.2.7 "), "{logged}");
    assert_eq!(ask(&server, 2, "/api/by-a-liar", headers).await.0, 404);
    let logged = line(&server, "api/by-a-liar").await;
    assert!(logged.contains("peer=127.0.0.2:") && !logged.contains("client="), "{logged}");
    server.stop().await;
    let server = launch.env("POSTRIDER_FORWARDED_HEADER", "forwarded").start().await;
    assert_eq!(ask(&server, 1, "/api/by-another", headers).await.0, 404);
    let logged = line(&server, "api/by-another").await;
    assert!(logged.contains("client=203.0.113.9 "), "{logged}");
}
