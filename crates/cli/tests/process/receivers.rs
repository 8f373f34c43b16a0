//! Realistic receivers: real servers that close connections at any time, and more receivers than descriptors. Retries
//! are disabled, so every loss shows.

use crate::support::{
    self, alone,
    client::Client,
    free_port, loopback,
    receiver::Receiver,
    server::{Launch, Process, Server},
    wait_until,
};
use serde_json::json;
use std::{collections::HashSet, net::SocketAddr, path::Path, time::Duration};
use tokio::net::TcpStream;

const P521: [(&str, &str); 2] = [
    ("p521.pem", include_str!("../../../../testing/certificates/p521.pem")),
    ("p521-key.pem", include_str!("../../../../testing/certificates/p521-key.pem")),
];

async fn listens(address: SocketAddr) {
    wait_until("the receiver listens", async || TcpStream::connect(address).await.ok()).await;
}

/// nginx with its defaults: it closes a connection after 1,000 requests. HTTP/2 with a P-521 key at the first address;
/// HTTP/1.1 at the second one, where it also closes connections after a short idle time. The third and the fourth
/// address, HTTP/2 and HTTP/1.1, close them after a millisecond and after 5 requests.
async fn nginx(folder: &Path) -> (Process, [SocketAddr; 4]) {
    for (name, pem) in P521 {
        std::fs::write(folder.join(name), pem).unwrap();
    }
    let addresses = [(); 4].map(|()| loopback(free_port()));
    let [http2, http1, brief2, brief1] = addresses;
    let servers = format!(
        "log_format ids '$http_webhook_id';
         server {{
             listen {http2} ssl http2;
             ssl_certificate p521.pem; ssl_certificate_key p521-key.pem;
             access_log http2.log ids;
             location / {{ return 204; }}
         }}
         server {{
             listen {http1};
             keepalive_timeout 20ms;
             access_log http1.log ids;
             location / {{ return 200 'thanks'; }}
         }}
         server {{
             listen {brief2} ssl http2;
             ssl_certificate p521.pem; ssl_certificate_key p521-key.pem;
             # With 1 ms a busy machine closes new connections before their first request has arrived.
             keepalive_timeout 100ms; keepalive_requests 5;
             access_log brief2.log ids;
             location / {{ return 204; }}
         }}
         server {{
             listen {brief1};
             keepalive_timeout 1ms; keepalive_requests 5;
             access_log brief1.log ids;
             location / {{ return 200 'thanks'; }}
         }}"
    );
    let process = support::nginx::start(folder, &servers, &addresses).await;
    (process, addresses)
}

/// The ids that a receiver has logged, one per line.
fn ids(log: &Path) -> Vec<String> {
    std::fs::read_to_string(log).unwrap().lines().filter(|line| *line != "-").map(str::to_owned).collect()
}

/// Waits until no delivery waits, and asserts that none has failed.
async fn all_delivered(client: &Client) {
    wait_until("all deliveries are sent", async || client.none("pending").await.then_some(())).await;
    let failed = client.deliveries("failed").await;
    assert!(failed.is_empty(), "{} failed, for example {}", failed.len(), failed[0]);
}

fn never_retried() -> serde_json::Value {
    json!({"retry_enabled": false, "timeout_seconds": 60})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_closes_connections_after_a_thousand_requests_and_nothing_is_lost() {
    const EVENTS: u64 = 20_000;
    let _alone = alone().await;
    let (folder, receivers) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_nginx, [http2, http1, ..]) = nginx(receivers.path()).await;
    let trusted = receivers.path().join(P521[0].0);
    let server = Launch::server(folder.path()).env("SSL_CERT_FILE", trusted.to_str().unwrap()).start().await;
    let client = server.tenant("acme").await;
    for url in [format!("https://{http2}/"), format!("http://{http1}/")] {
        client.subscribe(&url, &never_retried()).await;
    }
    client.publish_batch("invoice.created", 0..EVENTS).await;
    all_delivered(&client).await;
    for log in ["http2.log", "http1.log"] {
        let got = ids(&receivers.path().join(log));
        let distinct: HashSet<&String> = got.iter().collect();
        assert_eq!(distinct.len() as u64, EVENTS, "{log}");
        assert_eq!(got.len() as u64, EVENTS, "{log}: only requests that nginx did not process were sent again");
    }
    assert_eq!(server.stop().await.stderr, "");
}

/// Events one by one: each meets a connection that nginx may be closing at that moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_closes_idle_connections_and_no_attempt_is_spent() {
    const EVENTS: u64 = 300;
    let _alone = alone().await;
    let (folder, receivers) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_nginx, [.., brief2, brief1]) = nginx(receivers.path()).await;
    let trusted = receivers.path().join(P521[0].0);
    let server = Launch::server(folder.path()).env("SSL_CERT_FILE", trusted.to_str().unwrap()).start().await;
    let client = server.tenant("acme").await;
    for url in [format!("https://{brief2}/"), format!("http://{brief1}/")] {
        client.subscribe(&url, &never_retried()).await;
    }
    for seq in 0..EVENTS {
        client.publish("invoice.created", seq).await;
    }
    all_delivered(&client).await;
    let deliveries = client.deliveries("success").await;
    assert_eq!(deliveries.len() as u64, 2 * EVENTS);
    assert!(deliveries.iter().all(|delivery| delivery["attempt_number"] == 1));
    for log in ["brief2.log", "brief1.log"] {
        let got = ids(&receivers.path().join(log));
        println!("{log}: {} requests", got.len());
        assert_eq!(got.iter().collect::<HashSet<_>>().len() as u64, EVENTS, "{log}");
        assert_eq!(got.len() as u64, EVENTS, "{log}: only requests that nginx did not process were sent again");
    }
    assert_eq!(server.stop().await.stderr, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_closes_idle_connections_at_the_moment_of_reuse_and_nothing_is_lost() {
    const EVENTS: u64 = 5_000;
    let _alone = alone().await;
    let (folder, receivers) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let address = loopback(free_port());
    let script = format!(
        "const fs = require('fs'), http = require('http');
         const log = fs.openSync('node.log', 'a');
         const server = http.createServer((request, response) => {{
             request.resume().on('end', () => {{
                 fs.writeSync(log, request.headers['webhook-id'] + '\\n');
                 response.end('thanks');
             }});
         }});
         server.listen({}, '127.0.0.1');
         setInterval(() => server.closeIdleConnections(), 1);",
        address.port()
    );
    std::fs::write(receivers.path().join("server.js"), script).unwrap();
    let _node = Launch::script(receivers.path(), "exec node server.js").spawn();
    listens(address).await;
    let server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&format!("http://{address}/"), &never_retried()).await;
    client.publish_batch("invoice.created", 0..EVENTS).await;
    all_delivered(&client).await;
    let got = ids(&receivers.path().join("node.log"));
    assert_eq!(got.iter().collect::<HashSet<_>>().len() as u64, EVENTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_receivers_than_descriptors_are_all_served_and_the_api_answers_meanwhile() {
    const RECEIVERS: usize = 200;
    const DESCRIPTORS: u32 = 128;
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let server: Server = Launch::server(folder.path()).descriptors(DESCRIPTORS).start().await;
    let client = server.tenant("acme").await;
    let mut receivers = Vec::new();
    for _ in 0..RECEIVERS {
        let receiver = Receiver::start().await;
        client.subscribe(&receiver.url(), &never_retried()).await;
        receivers.push(receiver);
    }
    for round in 0..3 {
        client.publish("invoice.created", round).await;
        wait_until("every receiver has the event", async || {
            let asked = tokio::time::timeout(Duration::from_secs(5), client.get("/healthz"));
            assert_eq!(asked.await.expect("the API answers").status, 200);
            assert!(server.descriptors() < DESCRIPTORS as usize);
            receivers.iter().all(|receiver| receiver.distinct() as u64 == round + 1).then_some(())
        })
        .await;
    }
    all_delivered(&client).await;
    for delivery in client.deliveries("success").await {
        assert_eq!(delivery["attempt_number"], 1, "a shortage of this machine counts as no attempt: {delivery}");
    }
}
