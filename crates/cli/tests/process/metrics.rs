//! `/metrics` of the binary: real deliveries of every outcome, on both stores, counted exactly; the own listener; and
//! Debian's `promtool` reads the output.

use crate::{
    nodes::MASTER_KEY,
    support::{
        client::Client,
        free_port, loopback,
        receiver::url,
        server::{Launch, Server},
        wait_until,
    },
};
use axum::{Router, extract::Path, response::IntoResponse, routing::post};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy, rt::TokioExecutor};
use metrics::families;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
    time::Duration,
};
use testing::Postgres;
use tokio::net::TcpListener;

/// A response of `/metrics`.
pub(crate) struct Scraped {
    status: StatusCode,
    content_type: String,
    text: String,
}

impl Scraped {
    /// The value of a series as the text has it.
    pub(crate) fn value(&self, series: &str) -> Option<f64> {
        let line = self.text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        Some(line.parse().unwrap())
    }

    #[track_caller]
    fn expect(&self, series: &str, value: f64) {
        assert_eq!(self.value(series), Some(value), "{series}\n{}", self.text);
    }

    /// The families that have samples.
    fn families(&self) -> BTreeSet<&str> {
        let types = self.text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        types.filter_map(|line| line.split(' ').next()).collect()
    }

    fn labels(&self, name: &str) -> BTreeMap<&str, f64> {
        let series = self.text.lines().filter(|line| line.starts_with(&format!("{name}{{")));
        series
            .map(|line| line.rsplit_once(' ').unwrap())
            .map(|(series, value)| (series, value.parse().unwrap()))
            .collect()
    }
}

async fn scrape_with(address: SocketAddr, headers: &[(&str, &str)]) -> Scraped {
    let client = legacy::Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut request = Request::get(format!("http://{address}/metrics"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
    let status = response.status();
    let content_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Scraped { status, content_type, text: String::from_utf8(body.to_vec()).unwrap() }
}

pub(crate) async fn scrape(server: &Server) -> Scraped {
    let scraped = scrape_with(server.address, &[]).await;
    assert_eq!(scraped.status, 200, "{}", scraped.text);
    scraped
}

/// A receiver that answers at `/{code}` with that status, and hangs at `/0`.
async fn receiver() -> SocketAddr {
    async fn answer(Path(code): Path<u16>) -> impl IntoResponse {
        if code == 0 {
            std::future::pending::<()>().await;
        }
        StatusCode::from_u16(code).unwrap()
    }
    let listener = TcpListener::bind(loopback(0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/{code}", post(answer))).await });
    address
}

/// Subscribes `url` to one type, and publishes an event of it.
async fn deliver(client: &Client, kind: &str, url: &str, more: Value) -> String {
    let mut fields = json!({ "events": [kind] });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let subscription = client.subscribe(url, &fields).await;
    client.publish(kind, 1).await;
    subscription.id
}

/// Postrider on a store, with deliveries of every outcome behind it.
async fn with_every_outcome(launch: &Launch) -> Server {
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    let at = receiver().await;
    let to = |code: u16| format!("http://{at}/{code}");
    deliver(&client, "invoice.created", &to(204), json!({})).await;
    deliver(&client, "invoice.paid", &to(404), json!({ "retry": { "retry_on": ["5xx"] } })).await;
    deliver(&client, "invoice.voided", &to(410), json!({})).await;
    deliver(&client, "payment.succeeded", &to(503), json!({ "max_retries": 0 })).await;
    deliver(&client, "payment.failed", &to(429), json!({})).await;
    deliver(&client, "payment.refunded", &to(500), json!({})).await;
    deliver(&client, "customer.created", &to(302), json!({})).await;
    deliver(&client, "customer.updated", &url(loopback(free_port())), json!({})).await;
    deliver(&client, "customer.deleted", &to(0), json!({ "timeout_seconds": 5 })).await;
    deliver(&client, "user.login", &format!("https://{at}/200"), json!({})).await;
    client.publish("nobody.wants_this", 1).await;
    deliver(&client, "user.updated", &to(200), json!({ "filter": "data.seq == 0" })).await;
    // Refused by the address policy when it is created.
    let private = json!({ "url": "http://10.1.2.3/", "events": ["user.updated"] });
    assert_eq!(client.post("/api/v1/webhooks/subscriptions", &private).await.status, 422);
    assert_eq!(client.post("/api/v1/events", &json!({ "type": "invoice.created" })).await.status, 422);
    // Waits for a paused subscription, and for its time.
    let paused = client.subscribe(&to(200), &json!({ "events": ["user.registered"] })).await;
    assert_eq!(client.post(&paused.path("/pause"), &json!({})).await.status, 200);
    client.publish("user.registered", 1).await;
    let tomorrow = model::Clock::now(&model::SystemClock).after(Duration::from_secs(86_400)).to_string();
    let later = json!({ "type": "invoice.created", "data": {}, "deliver_at": tomorrow });
    assert_eq!(client.post("/api/v1/events", &later).await.status, 202);
    wait_until("all attempts are recorded", async || {
        let delivered: f64 = scrape(&server).await.labels("webhook_deliveries_total").values().sum();
        (delivered >= 10.0).then_some(())
    })
    .await;
    server
}

/// A scrape with all parts of the store, read after the last attempt. A busy machine reads a part too late for a scrape, which
/// then leaves it out.
async fn at_the_end(server: &Server) -> Scraped {
    let of_each_part = [
        r#"postrider_deliveries_waiting{queue="retry"}"#,
        r#"postrider_store_size_bytes{part="database"}"#,
        r#"postrider_replays{state="running"}"#,
        r#"postrider_nodes{state="live"}"#,
    ];
    wait_until("the figures of the store are of the end", async || {
        let scraped = scrape(server).await;
        let is_whole = of_each_part.iter().all(|series| scraped.value(series).is_some());
        (is_whole && scraped.value(of_each_part[0]) == Some(6.0)).then_some(scraped)
    })
    .await
}

fn check_outcomes(scraped: &Scraped) {
    for (kind, status) in [
        ("invoice.created", "delivered"),
        ("invoice.paid", "failed"),
        ("invoice.voided", "failed"),
        ("payment.succeeded", "abandoned"),
        ("payment.failed", "retrying"),
        ("payment.refunded", "retrying"),
        ("customer.created", "retrying"),
        ("customer.updated", "retrying"),
        ("customer.deleted", "retrying"),
        ("user.login", "retrying"),
    ] {
        let series = format!(r#"webhook_deliveries_total{{event="{kind}",status="{status}",tenant_id="acme"}}"#);
        scraped.expect(&series, 1.0);
        let series = format!(r#"webhook_delivery_duration_seconds_count{{event="{kind}",tenant_id="acme"}}"#);
        scraped.expect(&series, 1.0);
    }
    assert_eq!(scraped.labels("webhook_deliveries_total").len(), 10, "{}", scraped.text);
    let reasons = [
        ("payment.failed", "rate_limited"),
        ("payment.refunded", "server_error"),
        ("customer.created", "redirect"),
        ("customer.updated", "connection_error"),
        ("customer.deleted", "timeout"),
        ("user.login", "tls_error"),
    ];
    for (kind, reason) in reasons {
        scraped.expect(&format!(r#"webhook_retries_total{{event="{kind}",reason="{reason}",tenant_id="acme"}}"#), 1.0);
    }
    assert_eq!(scraped.labels("webhook_retries_total").len(), reasons.len(), "{}", scraped.text);
    for (kind, code) in
        [("invoice.created", 204), ("invoice.voided", 410), ("payment.succeeded", 503), ("payment.failed", 429)]
    {
        scraped.expect(&format!(r#"webhook_delivery_http_status{{event="{kind}",status_code="{code}"}}"#), 1.0);
    }
    let slow = |le: &str| {
        format!(r#"webhook_delivery_duration_seconds_bucket{{event="customer.deleted",tenant_id="acme",le="{le}"}}"#)
    };
    scraped.expect(&slow("2.0"), 0.0);
    scraped.expect(&slow("10.0"), 1.0);
}

fn check_ours(scraped: &Scraped, store: &str) {
    let version = env!("CARGO_PKG_VERSION");
    for (series, value) in [
        (format!(r#"postrider_build_info{{store="{store}",version="{version}"}}"#).as_str(), 1.0),
        (r#"postrider_events_published_total{event="invoice.created",tenant_id="acme"}"#, 2.0),
        (r#"postrider_events_unmatched_total{event="nobody.wants_this",tenant_id="acme"}"#, 1.0),
        (r#"postrider_deliveries_filtered_total{event="user.updated",tenant_id="acme"}"#, 1.0),
        (r#"postrider_events_refused_total{reason="invalid"}"#, 1.0),
        (r#"postrider_events_refused_total{reason="rate_limited"}"#, 0.0),
        (r#"postrider_deliveries_waiting{queue="retry"}"#, 6.0),
        (r#"postrider_deliveries_waiting{queue="normal"}"#, 1.0),
        (r#"postrider_deliveries_waiting{queue="delayed"}"#, 1.0),
        (r#"postrider_deliveries_waiting{queue="high"}"#, 0.0),
        // The only due delivery is of a paused subscription.
        ("postrider_oldest_due_delivery_age_seconds", 0.0),
        (r#"postrider_lanes{state="paused"}"#, 2.0),
        (r#"postrider_lanes{state="busy"}"#, 0.0),
        (r#"postrider_requests_in_flight{room="slow"}"#, 0.0),
        ("postrider_delivery_queue_seconds_count", 10.0),
        ("postrider_delivery_request_seconds_count", 10.0),
        (r#"postrider_subscriptions_disabled_total{reason="gone"}"#, 1.0),
        (r#"postrider_subscriptions_disabled_total{reason="manual"}"#, 1.0),
        (r#"postrider_subscriptions_disabled_total{reason="failing"}"#, 0.0),
        (r#"postrider_breaker_transitions_total{to="open"}"#, 0.0),
        (r#"postrider_egress_refusals_total{reason="private_address"}"#, 1.0),
        (r#"postrider_deliveries_put_off_total{reason="descriptors"}"#, 0.0),
        ("postrider_journal_waiting", 0.0),
        ("postrider_journal_failed_commits_total", 0.0),
        ("postrider_index_subscriptions", 12.0),
        (r#"postrider_replays{state="running"}"#, 0.0),
        (r#"postrider_nodes{state="live"}"#, 1.0),
        (r#"postrider_nodes{state="lost"}"#, 0.0),
        ("postrider_retention_lag_seconds", 0.0),
        ("postrider_paused", 0.0),
        (r#"postrider_http_requests_total{method="POST",route="/api/v1/events",status="422"}"#, 1.0),
    ] {
        scraped.expect(series, value);
    }
    let positive = [
        "postrider_journal_batch_writes_count",
        "postrider_journal_commit_seconds_sum",
        r#"postrider_store_size_bytes{part="database"}"#,
        "postrider_runtime_workers",
        "postrider_runtime_tasks",
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "process_threads",
        "postrider_metrics_series",
        r#"postrider_http_request_duration_seconds_count{route="/api/v1/events"}"#,
    ];
    for series in positive {
        assert!(scraped.value(series).is_some_and(|value| value > 0.0), "{series}\n{}", scraped.text);
    }
    let started = scraped.value("process_start_time_seconds").unwrap();
    let now = model::Clock::now(&model::SystemClock).micros() as f64 / 1e6;
    assert!((now - started).abs() < 600.0, "{started} {now}");
}

/// Every family of the table has a sample, except those of the other store.
fn check_families(scraped: &Scraped, absent: &[&str]) {
    let found = scraped.families();
    let expected: BTreeSet<&str> =
        families::ALL.iter().map(|family| family.name).filter(|name| !absent.contains(name)).collect();
    assert_eq!(found, expected);
}

/// `promtool` checks names, kinds and the format.
fn promtool(text: &str) {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is missing: install the Debian package prometheus");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && output.stdout.is_empty() && said.is_empty(), "{:?} {said}", output.status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_is_counted_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_every_outcome(&Launch::server(folder.path())).await;
    let scraped = at_the_end(&server).await;
    check_outcomes(&scraped);
    check_ours(&scraped, "sqlite");
    check_families(&scraped, &["postrider_heartbeat_age_seconds", "postrider_lease_held"]);
    for part in [r#"postrider_store_size_bytes{part="log"}"#, "postrider_store_free_bytes"] {
        assert!(scraped.value(part).is_some_and(|bytes| bytes > 0.0), "{part}");
    }
    scraped.expect(r#"postrider_store_connections{pool="read",state="max"}"#, 6.0);
    promtool(&scraped.text);

    // The series of a deleted tenant go.
    assert_eq!(server.operator().delete("/api/v1/tenants/acme").await.status, 204);
    let after = scrape(&server).await;
    assert!(!after.text.contains("tenant_id=\"acme\""), "{}", after.text);
    promtool(&after.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_is_counted_on_postgresql() {
    let postgres = Postgres::shared();
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path())
        .env("POSTRIDER_STORE", &postgres.url(&postgres.database()))
        .env("POSTRIDER_MASTER_KEY", MASTER_KEY);
    let server = with_every_outcome(&launch).await;
    let scraped = at_the_end(&server).await;
    check_outcomes(&scraped);
    check_ours(&scraped, "postgres");
    check_families(&scraped, &["postrider_store_free_bytes"]);
    scraped.expect("postrider_lease_held", 1.0);
    assert!(scraped.value("postrider_heartbeat_age_seconds").is_some_and(|age| (0.0..10.0).contains(&age)));
    scraped.expect(r#"postrider_store_connections{pool="commit",state="max"}"#, 3.0);
    promtool(&scraped.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_on_the_apis_address_need_a_key_behind_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let local = scrape_with(server.address, &[]).await;
    assert_eq!((local.status.as_u16(), local.content_type.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let proxied = scrape_with(server.address, &[("x-forwarded-for", "203.0.113.9")]).await;
    assert_eq!(proxied.status, 401, "{}", proxied.text);
    let bearer = format!("Bearer {}", crate::support::server::ADMIN_KEY);
    let keyed = [("x-forwarded-for", "203.0.113.9"), ("authorization", bearer.as_str())];
    assert_eq!(scrape_with(server.address, &keyed).await.status, 200);
    let open = scrape_with(server.address, &[("accept", "application/openmetrics-text;version=1.0.0")]).await;
    assert_eq!(open.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(open.text.ends_with("\n# EOF\n"));
    drop(server);

    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).env("POSTRIDER_METRICS_OPEN", "true").start().await;
    assert_eq!(scrape_with(server.address, &[("x-forwarded-for", "203.0.113.9")]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_have_a_listener_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).env("POSTRIDER_METRICS_LISTEN", "127.0.0.1:0").start().await;
    let address: SocketAddr = wait_until("the address is printed", async || {
        let text = server.process.stdout();
        let line = text.lines().find_map(|line| line.strip_prefix("Metrics are served on http://"))?;
        Some(line.strip_suffix("/metrics").unwrap().parse().unwrap())
    })
    .await;
    assert_ne!(address, server.address);
    let scraped = scrape_with(address, &[("x-forwarded-for", "203.0.113.9")]).await;
    assert_eq!(scraped.status, 200);
    assert!(scraped.value("postrider_index_subscriptions").is_some());
    // Nothing else of the API is there.
    let other = Client::new(address, crate::support::server::ADMIN_KEY);
    assert_eq!(other.get("/api/v1/tenants").await.status, 404);
    let ended = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let taken = std::net::TcpListener::bind(loopback(0)).unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let refused = Launch::server(folder.path()).env("POSTRIDER_METRICS_LISTEN", &port).run().await;
    assert!(refused.sentence().starts_with("POSTRIDER_METRICS_LISTEN: cannot listen on"), "{}", refused.stderr);
}
