//! DNS and egress: real requests, refused URLs, dead name servers.

use super::{Findings, Installation};
use crate::support::{
    free_port, loopback,
    receiver::Receiver,
    server::{Finished, Launch},
};
use axum::{Router, http::StatusCode, routing::post};
use serde_json::json;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    thread,
};
use tokio::net::TcpListener;

/// A receiver that answers with a status at a path of that number, and not at all at `/hangs`.
async fn statuses() -> SocketAddr {
    let listener = TcpListener::bind(loopback(0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer =
        |axum::extract::Path(status): axum::extract::Path<u16>| async move { StatusCode::from_u16(status).unwrap() };
    let router = Router::new().route("/{status}", post(answer)).route("/hangs", post(std::future::pending::<()>));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_says_what_the_receiver_answers() {
    let mut installation = Installation::sqlite();
    installation.set("WEBHOOK_TIMEOUT_SECONDS", "1");
    let address = statuses().await;
    for (path, status, part) in [
        ("200", "ok", "answered with 200 in "),
        ("401", "ok", "as a receiver does that verifies signatures"),
        ("302", "warning", "a redirect, which is never followed"),
        ("404", "warning", "it must take POST requests"),
        ("410", "warning", "would disable the subscription"),
        ("500", "warning", "Ask the receiver's owner"),
        ("hangs", "problem", "Timeout: no complete response"),
    ] {
        let found = installation.examine(&["--url", &format!("http://{address}/{path}")]).await;
        found.has("egress", status, &[part]);
    }
    let nobody = format!("http://127.0.0.1:{}/", free_port());
    installation.examine(&["--url", &nobody]).await.has("egress", "problem", &["Connection refused", "Check the port"]);
    let no_tls = format!("https://{address}/200");
    installation.examine(&["--url", &no_tls]).await.has("egress", "problem", &["TLS error", "certificate"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urls_that_the_address_policy_refuses_are_explained() {
    let mut installation = Installation::sqlite();
    for (url, parts) in [
        ("https://169.254.169.254/latest", &["leads to 169.254.169.254", "the metadata service of a cloud"][..]),
        ("https://10.1.2.3/", &["addresses of a private network", "add 10.1.2.3 to POSTRIDER_ALLOW_NETWORKS"]),
        ("https://[::ffff:10.1.2.3]/", &["addresses of a private network"]),
    ] {
        installation.examine(&["--url", url]).await.has("egress", "problem", parts);
    }
    installation.environment.retain(|(name, _)| !name.starts_with("POSTRIDER_ALLOW"));
    let receiver = Receiver::start().await;
    let found = installation.examine(&["--url", &receiver.url()]).await;
    found.has("egress", "problem", &["only https:// URLs are allowed", "POSTRIDER_ALLOW_HTTP"]);
    let secure = receiver.url().replace("http://", "https://");
    installation.examine(&["--url", &secure]).await.has("egress", "problem", &["does not allow loopback addresses"]);
    assert_eq!(receiver.distinct(), 0, "a refused URL gets no request");
    // As a server with --dev.
    let address = statuses().await;
    let found = installation.examine(&["--dev", "--url", &format!("http://{address}/200")]).await;
    found.has("egress", "ok", &["answered with 200"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_url_of_a_subscription_is_read_from_the_store() {
    for mut installation in Installation::both() {
        let address = statuses().await;
        let server = installation.start().await;
        let client = server.tenant("acme").await;
        let made = client.subscribe(&format!("http://{address}/200"), &json!({})).await;
        let (name, other) =
            (format!("{} (http://{address}/200) of tenant acme answered", made.id), "no subscription sub_");
        installation.examine(&["--subscription", &made.id]).await.has("egress", "ok", &[&name]);
        server.stop().await;
        installation.examine(&["--subscription", &made.id]).await.has("egress", "ok", &[&name]);
        let unknown = "sub_06f8k2m4q9v1x3z5b7d9f1h3k5";
        installation.examine(&["--subscription", unknown]).await.has("egress", "problem", &[other]);
    }
    let installation = Installation::sqlite();
    let found = installation.examine(&["--subscription", "sub_06f8k2m4q9v1x3z5b7d9f1h3k5"]).await;
    found.has("egress", "problem", &["cannot be read from the store"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_by_ports_and_by_the_allow_lists_of_a_tenant_are_explained() {
    for mut installation in Installation::both() {
        let address = statuses().await;
        let (server, url) = (installation.start().await, format!("http://{address}/200"));
        let made = server.tenant("acme").await.subscribe(&url, &json!({})).await;
        let operator = server.operator();
        let allow = async |lists| assert_eq!(operator.put("/api/v1/tenants/acme", &lists).await.status, 200);
        let subscription = ["--subscription", &made.id];
        allow(json!({ "allow_hosts": ["hooks.example.com", "*.example.org"] })).await;
        installation.examine(&subscription).await.has(
            "egress",
            "problem",
            &[
                "the tenant's list of hosts does not allow 127.0.0.1",
                "one of acme's hosts (hooks.example.com, *.example.org)",
                "`postrider tenant put acme`",
            ],
        );
        installation.examine(&["--url", &url]).await.has("egress", "ok", &["answered with 200"]);
        allow(json!({ "allow_hosts": null, "allow_networks": ["127.0.0.1"] })).await;
        installation.set("POSTRIDER_ALLOW_NETWORKS", "10.0.0.0/8");
        installation.examine(&subscription).await.has("egress", "ok", &["answered with 200"]);
        installation.examine(&["--url", &url]).await.has("egress", "problem", &["loopback addresses"]);
        allow(json!({ "allow_networks": [] })).await;
        let advice = "if acme alone may, run `postrider tenant put acme` with it as --allow-network";
        installation.examine(&subscription).await.has("egress", "problem", &["loopback addresses", advice]);
        installation.set("POSTRIDER_ALLOW_PORTS", "443,8443");
        let refused = format!("the port policy does not allow port {}", address.port());
        let advice = format!("list {} in POSTRIDER_ALLOW_PORTS", address.port());
        installation.examine(&subscription).await.has("egress", "problem", &[&refused, &advice]);
        server.stop().await;
    }
}

/// Runs the doctor with another `/etc/resolv.conf`.
async fn with_name_server(installation: &Installation, server: &str, arguments: &str) -> Finished {
    let file = installation.path("resolv.conf");
    fs::write(&file, format!("nameserver {server}\noptions timeout:1 attempts:1\n")).unwrap();
    let script = format!(
        "mount --bind resolv.conf /etc/resolv.conf; exec {} doctor --output json {arguments}",
        env!("CARGO_BIN_EXE_postrider")
    );
    let script = format!("exec unshare --mount bash -e -c '{script}'");
    installation.with_environment(Launch::script(installation.folder.path(), &script)).run().await
}

/// A name server on an address of loopback, which knows one name.
fn name_server(known: &'static str, address: Ipv4Addr) -> Ipv4Addr {
    let own = Ipv4Addr::new(127, 77, std::process::id() as u8, (std::process::id() >> 8) as u8 | 1);
    let socket = UdpSocket::bind((own, 53)).expect("port 53 of loopback; this test needs root");
    thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, peer)) = socket.recv_from(&mut query) {
            let answer = answer(&query[..length], known, address);
            let _ = socket.send_to(&answer, peer);
        }
    });
    own
}

/// The response to a query (RFC 1035, section 4.1): the address for an A query of the known name.
fn answer(query: &[u8], known: &str, address: Ipv4Addr) -> Vec<u8> {
    let end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
    let question = &query[12..end];
    let name: Vec<u8> = known.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    let is_known = question[..question.len() - 5].eq_ignore_ascii_case(&name);
    let has_address = is_known && question[question.len() - 4..][..2] == [0, 1];
    let code = if is_known { 0x80 } else { 0x83 };
    let head = [&query[..2], &[0x81, code, 0, 1, 0, u8::from(has_address), 0, 0, 0, 0]].concat();
    let record = [&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4][..], &address.octets()].concat();
    [&head[..], question, if has_address { &record } else { &[] }].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_and_living_name_servers_are_told_apart() {
    let mut installation = Installation::sqlite();
    installation.set("WEBHOOK_TIMEOUT_SECONDS", "5");
    let dead = Findings::of(&with_name_server(&installation, "127.77.0.1", "").await);
    dead.has("dns", "problem", &["example.com cannot be resolved", "name servers: 127.77.0.1", "/etc/resolv.conf"]);
    dead.no_problem_but(&["dns"]);

    // A name of the inside, as an attacker would register it.
    let server = name_server("inside.test", Ipv4Addr::new(10, 1, 2, 3)).to_string();
    let found = with_name_server(&installation, &server, "--url https://inside.test/hook").await;
    let found = Findings::of(&found);
    found.has("dns", "ok", &["inside.test has the addresses 10.1.2.3", &server]);
    found.has("egress", "problem", &["leads to 10.1.2.3", "addresses of a private network"]);
    let found = Findings::of(&with_name_server(&installation, &server, "").await);
    found.has("dns", "warning", &["answer, but know no example.com"]);
    let found = Findings::of(&with_name_server(&installation, &server, "--resolve other.test").await);
    found.has("dns", "problem", &["the host name does not exist", "Check the spelling"]);
}
