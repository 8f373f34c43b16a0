//! Real proxies: tinyproxy (CONNECT) and microsocks (SOCKS5). Each connects to receivers from an address of its own, which
//! nginx records.

use super::{Gate, Place, ended, on_both_stores, set, shown, to};
use crate::support::{
    client::Client,
    free_port,
    server::{Launch, Process},
    wait_until,
};
use serde_json::json;
use std::{fs, net::SocketAddr};
use tempfile::TempDir;
use tokio::net::TcpStream;

on_both_stores! {
    requests_go_through_a_connect_proxy_also_after_a_kill,
    requests_go_through_a_socks5_proxy_also_after_a_kill,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Connect,
    Socks5,
}

/// A proxy on an address that the address policy of the server does not allow.
struct Proxy {
    kind: Kind,
    folder: TempDir,
    address: SocketAddr,
    process: Option<Process>,
}

impl Proxy {
    async fn start(kind: Kind) -> Self {
        let (folder, address) = (tempfile::tempdir().unwrap(), SocketAddr::from(([127, 0, 0, 9], free_port())));
        let mut proxy = Self { kind, folder, address, process: None };
        proxy.start_again().await;
        proxy
    }

    async fn start_again(&mut self) {
        let (address, port) = (self.address.ip(), self.address.port());
        let script = match self.kind {
            Kind::Connect => {
                let settings = format!(
                    "Listen {address}\nPort {port}\nBind 127.0.0.4\nTimeout 60\nMaxClients 50\nLogLevel Connect\n\
                     LogFile \"{}\"\nBasicAuth sender correct-horse\n",
                    self.folder.path().join("proxy.log").display()
                );
                fs::write(self.folder.path().join("tinyproxy.conf"), settings).unwrap();
                "exec tinyproxy -d -c tinyproxy.conf".to_owned()
            }
            Kind::Socks5 => {
                format!("exec microsocks -i {address} -p {port} -b 127.0.0.5 -u sender -P correct-horse 2> proxy.log")
            }
        };
        self.process = Some(Launch::script(self.folder.path(), &script).spawn());
        wait_until("the proxy listens", async || TcpStream::connect(self.address).await.ok()).await;
    }

    /// The address that receivers see.
    const fn outside(&self) -> &'static str {
        match self.kind {
            Kind::Connect => "127.0.0.4",
            Kind::Socks5 => "127.0.0.5",
        }
    }

    fn egress(&self, password: &str) -> serde_json::Value {
        let scheme = match self.kind {
            Kind::Connect => "http",
            Kind::Socks5 => "socks5",
        };
        let url = format!("{scheme}://{}", self.address);
        json!({ "proxy": { "url": url, "username": "sender", "password": password, "addresses": [self.outside()] } })
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("proxy.log")).unwrap_or_default()
    }
}

async fn requests_go_through_a_connect_proxy_also_after_a_kill(place: Place) {
    go_through(place, Kind::Connect).await;
}

async fn requests_go_through_a_socks5_proxy_also_after_a_kill(place: Place) {
    go_through(place, Kind::Socks5).await;
}

async fn go_through(place: Place, kind: Kind) {
    let (gate, mut proxy) = (Gate::open().await, Proxy::start(kind).await);
    // The proxy, and an address with a receiver, are not in the allowed network.
    let launch = place.launch().env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.1/32");
    let server = launch.start().await;
    let (acme, other) = (server.tenant("acme").await, server.tenant("other").await);
    set(&server.operator(), "acme", proxy.egress("correct-horse")).await;
    let (tls, none) = (json!({ "tls": { "authorities": gate.authority() } }), json!({}));
    other.subscribe(&gate.plain(), &to("invoice.created", &none)).await;
    for (url, event_type, more) in [
        (gate.plain(), "invoice.created", &none),
        (gate.tls_http2(), "invoice.paid", &tls),
        (gate.tls_http2_by_name(), "invoice.voided", &tls),
    ] {
        acme.subscribe(&url, &to(event_type, more)).await;
    }
    let hidden = to("customer.deleted", &json!({ "url": gate.hidden() }));
    assert_eq!(acme.post("/api/v1/webhooks/subscriptions", &hidden).await.status, 422, "its address is forbidden");
    let send = async |client: &Client, event_type: &str| {
        let event = client.publish(event_type, 1).await;
        ended(client, &event).await
    };
    for (event_type, version) in
        [("invoice.created", "HTTP/1.1"), ("invoice.paid", "HTTP/2.0"), ("invoice.voided", "HTTP/2.0")]
    {
        for _ in 0..2 {
            let sent = send(&acme, event_type).await;
            assert_eq!(sent["status"], "success", "{event_type}: {sent}");
            assert_eq!(gate.last(), format!("{} {version}", proxy.outside()), "{event_type}");
        }
    }
    assert_eq!(send(&other, "invoice.created").await["status"], "success");
    assert_eq!(gate.last(), "127.0.0.1 HTTP/1.1", "another tenant");
    assert!(!proxy.log().contains("localhost"), "a proxy gets no name: {}", proxy.log());

    let server = place.kill_and_start(server, &launch).await;
    let (acme, operator) = (acme.at(server.address), server.operator());
    assert_eq!(send(&acme, "invoice.paid").await["status"], "success");
    assert_eq!(gate.last(), format!("{} HTTP/2.0", proxy.outside()));
    let list = acme.get("/api/v1/egress-addresses").await.body;
    assert_eq!(list, json!({ "addresses": [proxy.outside()], "source": "tenant" }));
    let stored = operator.get("/api/v1/tenants/acme").await.body;
    assert_eq!(stored["egress"]["proxy"]["password"], "***");

    // A network that is allowed no more: the subscriptions are there, and nothing reaches them through the proxy.
    let strict = launch.env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.77/32");
    let server = place.kill_and_start(server, &strict).await;
    let acme = acme.at(server.address);
    let (before, asked) = (gate.requests().len(), proxy.log());
    for event_type in ["invoice.created", "invoice.voided"] {
        let refused = send(&acme, event_type).await;
        assert_eq!(refused["error_message"], "Not sent: the address policy does not allow loopback addresses");
    }
    assert_eq!((gate.requests().len(), proxy.log()), (before, asked), "the proxy is not asked");

    // Faults of the proxy open no circuit breaker.
    let server = place.kill_and_start(server, &place.launch()).await;
    let (acme, operator) = (acme.at(server.address), server.operator());
    let made = acme.subscribe(&gate.plain(), &to("customer.created", &json!({}))).await;
    set(&operator, "acme", proxy.egress("wrong")).await;
    let refused = "Proxy error: the proxy did not accept the credentials of the tenant's egress";
    for _ in 0..12 {
        let failed = send(&acme, "customer.created").await;
        assert_eq!(failed["error_message"], refused, "{}", proxy.log());
    }
    proxy.process = None;
    let failed = send(&acme, "customer.created").await;
    assert_eq!(failed["error_message"], "Proxy error: the proxy refused the connection");
    assert_eq!(shown(&acme, &made).await["breaker"]["state"], "closed");
    proxy.start_again().await;
    set(&operator, "acme", proxy.egress("correct-horse")).await;
    assert_eq!(send(&acme, "customer.created").await["status"], "success");
    assert_eq!(gate.last(), format!("{} HTTP/1.1", proxy.outside()));
}
