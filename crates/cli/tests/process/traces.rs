//! Traces over real sockets: exported spans, and the headers that receivers get, over a kill and on both stores.

use crate::support::{
    client::Client,
    collector::{Collector, Span},
    free_port, loopback,
    server::{Launch, Server},
    wait_until,
};
use axum::{Router, extract::State, http::HeaderMap};
use http::StatusCode;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use testing::Postgres;
use tokio::net::TcpListener;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

/// Kinds of spans in OTLP.
const INTERNAL: i32 = 1;
const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// `traceparent` and `tracestate` of a request.
type Sent = (Option<String>, Option<String>);

/// The headers of each request, and the statuses that the next requests get (200 after them).
#[derive(Clone, Debug, Default)]
struct Requests {
    headers: Arc<Mutex<Vec<Sent>>>,
    statuses: Arc<Mutex<Vec<StatusCode>>>,
}

impl Requests {
    /// Starts a receiver; returns its URL too.
    async fn start() -> (Self, String) {
        let requests = Self::default();
        let listener = TcpListener::bind(loopback(0)).await.unwrap();
        let url = format!("http://{}/hook/path-secret?token=query-secret", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(requests.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (requests, url)
    }

    async fn arrived(&self, count: usize) -> Vec<Sent> {
        wait_until("the requests arrive", async || {
            let headers = self.headers.lock().unwrap();
            (headers.len() >= count).then(|| headers.clone())
        })
        .await
    }
}

async fn receive(State(requests): State<Requests>, headers: HeaderMap) -> StatusCode {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    requests.headers.lock().unwrap().push((text("traceparent"), text("tracestate")));
    let mut statuses = requests.statuses.lock().unwrap();
    if statuses.is_empty() { StatusCode::OK } else { statuses.remove(0) }
}

fn traced(launch: Launch, collector: &Collector) -> Launch {
    launch.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()).env("OTEL_BSP_SCHEDULE_DELAY", "20")
}

fn on_postgres(folder: &Path, url: &str) -> Launch {
    Launch::server(folder).env("POSTRIDER_STORE", url).env("POSTRIDER_MASTER_KEY", super::nodes::MASTER_KEY)
}

async fn exported(collector: &Collector, name: &str, count: usize) -> Vec<Span> {
    wait_until("the spans are exported", async || {
        let spans = collector.named(name);
        (spans.len() >= count).then_some(spans)
    })
    .await
}

async fn publish(client: &Client, event_type: &str) -> Value {
    let data = json!({ "invoice_id": "inv_1", "amount": 10.5, "currency": "EUR", "token": "payload-secret" });
    let event = json!({ "type": event_type, "data": data });
    let answer = client.post("/api/v1/events", &event).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body
}

/// The spans of an attempt: the request, below its wait in the queue, below the publication.
fn check_attempt(queue: &Span, request: &Span, publish: &Span, number: u32, sent: &Sent) {
    for span in [queue, request] {
        assert_eq!((&*span.trace, &*span.state), (TRACE, "vendor=1"), "{span:?}");
        assert!(span.start <= span.end && span.start >= publish.start, "{span:?} {publish:?}");
    }
    assert_eq!((&queue.parent, queue.kind), (&publish.id, INTERNAL));
    assert_eq!((&request.parent, request.kind, &*request.name), (&queue.id, CLIENT, "POST"));
    assert_eq!(sent.0.as_deref(), Some(&*format!("00-{TRACE}-{}-01", request.id)), "the receiver's parent");
    assert_eq!(sent.1.as_deref(), Some("vendor=1"));
    let attribute = |name: &str| request.attributes.get(name).map(String::as_str);
    assert_eq!(attribute("http.request.method"), Some("POST"));
    assert_eq!(attribute("server.address"), Some("127.0.0.1"));
    assert!(attribute("url.full").unwrap().ends_with("/REDACTED"), "{request:?}");
    assert_eq!(attribute("messaging.message.id"), publish.attributes.get("messaging.message.id").map(String::as_str));
    assert_eq!(attribute("postrider.delivery.attempt"), Some(&*number.to_string()));
    let resent = (number > 1).then(|| (number - 1).to_string());
    assert_eq!(attribute("http.request.resend_count"), resent.as_deref());
}

async fn a_trace_continues_over_a_kill(launch: Launch) {
    let (collector, (requests, url)) = (Collector::start().await, Requests::start().await);
    let launch = traced(launch, &collector)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "api-key=header%2Dsecret")
        .env("OTEL_SERVICE_NAME", "webhooks")
        .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        .env("POSTRIDER_LOG", "debug")
        .env("POSTRIDER_LOG_FORMAT", "json");
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&url, &json!({ "retry": { "schedule": [3, 3600], "jitter": 0.0 } })).await;
    requests.statuses.lock().unwrap().push(StatusCode::INTERNAL_SERVER_ERROR);
    let publisher = client.with("traceparent", &traceparent("01")).with("tracestate", "vendor=1");
    let event = publish(&publisher, "invoice.created").await;

    let failed = exported(&collector, "POST", 1).await.remove(0);
    let published = exported(&collector, "publish invoice.created", 1).await.remove(0);
    let commit = exported(&collector, "commit", 1).await.remove(0);
    let queue = exported(&collector, "queue", 1).await.remove(0);
    assert_eq!((&*published.trace, &*published.parent, published.kind), (TRACE, PARENT, SERVER));
    assert_eq!(published.attributes["messaging.message.id"], event["id"].as_str().unwrap());
    for (name, value) in [
        ("messaging.system", "postrider"),
        ("messaging.operation.type", "send"),
        ("messaging.destination.name", "invoice.created"),
        ("postrider.tenant.id", "acme"),
        ("postrider.event.deliveries", "1"),
    ] {
        assert_eq!(published.attributes[name], value);
    }
    assert_eq!((&commit.parent, commit.kind), (&published.id, INTERNAL));
    assert!(published.start <= commit.start && commit.end <= published.end);
    let sent = requests.arrived(1).await;
    check_attempt(&queue, &failed, &published, 1, &sent[0]);
    assert_eq!(failed.attributes["error.type"], "500");
    assert_eq!(failed.error.as_deref(), Some("HTTP 500 Internal Server Error"));
    let resource = &published.resource;
    assert_eq!((&*resource["service.name"], &*resource["deployment.environment.name"]), ("webhooks", "test"));
    let first_log = server.process.stderr();
    server.kill();

    // The retry is in the store alone.
    let server = launch.start().await;
    let sent = requests.arrived(2).await;
    let request = exported(&collector, "POST", 2).await.remove(1);
    let queue = exported(&collector, "queue", 2).await.remove(1);
    check_attempt(&queue, &request, &published, 2, &sent[1]);
    assert_eq!((request.attributes["http.response.status_code"].as_str(), &request.error), ("200", &None));
    assert_eq!(collector.named("publish invoice.created").len(), 1);
    for headers in collector.headers() {
        assert_eq!(headers["api-key"], "header-secret");
        assert_eq!(headers["content-type"], "application/x-protobuf");
    }

    wait_until("the delivery is logged", async || server.process.stderr().contains("\"delivered\"").then_some(()))
        .await;
    let log = first_log + &server.process.stderr();
    let about = log.lines().filter(|line| line.contains("postrider::delivery")).map(serde_json::from_str);
    let about: Vec<Value> = about.map(Result::unwrap).collect();
    assert_eq!(about.len(), 2, "{about:?}");
    assert!(about.iter().all(|line| line["trace_id"] == TRACE), "{about:?}");
    let told = format!("{log}{:?}", collector.spans());
    for secret in ["header-secret", "query-secret", "path-secret", "payload-secret"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_continues_over_a_kill_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_trace_continues_over_a_kill(Launch::server(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_continues_over_a_kill_on_postgresql() {
    let (folder, postgres) = (tempfile::tempdir().unwrap(), Postgres::shared());
    let url = postgres.url(&postgres.database());
    a_trace_continues_over_a_kill(on_postgres(folder.path(), &url)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_endpoint_the_publishers_context_is_passed_on_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let (server, (requests, url)) = (Launch::server(folder.path()).start().await, Requests::start().await);
    let client = server.tenant("acme").await;
    client.subscribe(&url, &json!({})).await;
    let expected = Some(traceparent("01"));
    let traced = client.with("traceparent", &traceparent("01"));
    publish(&traced.with("tracestate", "a=1").with("tracestate", "b=2"), "invoice.created").await;
    assert_eq!(requests.arrived(1).await[0], (expected.clone(), Some("a=1,b=2".into())));
    publish(&traced.with("tracestate", "not a list"), "invoice.created").await;
    assert_eq!(requests.arrived(2).await[1], (expected, None));
    for invalid in ["", "00-0-0-0", &traceparent("0"), &traceparent("01").to_uppercase(), &traceparent("01-x")] {
        publish(&client.with("traceparent", invalid).with("tracestate", "a=1"), "invoice.created").await;
    }
    publish(&traced.with("traceparent", &traceparent("00")), "invoice.created").await;
    publish(&client, "invoice.created").await;
    assert_eq!(requests.arrived(9).await[2..], vec![(None, None); 7]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sampler_follows_the_publisher_and_else_its_ratio() {
    let (collector, (requests, url)) = (Collector::start().await, Requests::start().await);
    let folder = tempfile::tempdir().unwrap();
    let launch = traced(Launch::server(folder.path()), &collector)
        .env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .env("OTEL_TRACES_SAMPLER_ARG", "0");
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&url, &json!({})).await;
    publish(&client, "invoice.created").await;
    assert_eq!(requests.arrived(1).await[0], (None, None));
    publish(&client.with("traceparent", &traceparent("00")), "invoice.created").await;
    assert_eq!(requests.arrived(2).await[1].0, Some(traceparent("00")));
    publish(&client.with("traceparent", &traceparent("01")), "invoice.sent").await;
    assert!(
        requests.arrived(3).await[2].0.as_ref().is_some_and(|sent| sent.ends_with("-01") && !sent.contains(PARENT))
    );
    exported(&collector, "POST", 1).await;
    let ended = server.stop().await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(collector.spans().len(), 4, "{:?}", collector.spans());
    assert!(collector.spans().iter().all(|span| span.trace == TRACE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_a_batch_has_a_trace_of_its_own_and_the_last_spans_leave_at_a_stop() {
    let (collector, (requests, url)) = (Collector::start().await, Requests::start().await);
    let folder = tempfile::tempdir().unwrap();
    // Nothing but the stop ends a batch of spans.
    let launch = traced(Launch::server(folder.path()), &collector).env("OTEL_BSP_SCHEDULE_DELAY", "600000");
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&url, &json!({})).await;
    client.publish_batch("invoice.created", 0..5).await;
    let tenant = json!({ "event": "invoice.paid", "payload": {} });
    let answer =
        client.with("traceparent", &traceparent("01")).post("/api/v1/tenant/webhooks/deliveries", &tenant).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    requests.arrived(6).await;
    assert_eq!(collector.spans().len(), 0);
    assert_eq!(server.stop().await.code, Some(0));
    let spans = collector.spans();
    assert_eq!(spans.len(), 24, "{spans:?}");
    let mut traces: Vec<&str> = spans.iter().map(|span| &*span.trace).collect();
    traces.sort_unstable();
    let counts: Vec<usize> = traces.chunk_by(|a, b| a == b).map(<[&str]>::len).collect();
    assert_eq!(counts, [4; 6], "publish, commit, queue and request of each event");
    let roots = collector.named("publish invoice.created");
    assert!(roots.len() == 5 && roots.iter().all(|span| span.parent.is_empty()));
    assert_eq!(collector.named("publish invoice.paid")[0].parent, PARENT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_absent_collector_delays_nothing_and_is_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, url) = Requests::start().await;
    let server: Server = Launch::server(folder.path())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{}", loopback(free_port())))
        .env("OTEL_BSP_SCHEDULE_DELAY", "20")
        .start()
        .await;
    let client = server.tenant("acme").await;
    client.subscribe(&url, &json!({})).await;
    for _ in 0..20 {
        publish(&client, "invoice.created").await;
    }
    requests.arrived(20).await;
    let ended = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert!(lines.len() == 1 && lines[0].contains("postrider::traces: failed to export spans"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_gives_its_context_to_the_outbox() {
    let (collector, (requests, url)) = (Collector::start().await, Requests::start().await);
    let (folder, postgres) = (tempfile::tempdir().unwrap(), Postgres::shared());
    let database = postgres.database();
    let node = traced(on_postgres(folder.path(), &postgres.url(&database)), &collector).start().await;
    let client = node.tenant("acme").await;
    client.subscribe(&url, &json!({})).await;
    let publish = "SELECT postrider.publish('invoice.created', '{}', 'acme');";
    let set = |name: &str, value: &str| format!("SELECT set_config('postrider.{name}', '{value}', true);");
    let (parent, state) = (set("traceparent", &traceparent("01")), set("tracestate", "vendor=1"));
    postgres.sql(&database, &format!("BEGIN; {parent} {state} {publish} COMMIT;"));
    let sent = requests.arrived(1).await;
    let (published, queue) =
        (exported(&collector, "publish invoice.created", 1).await, exported(&collector, "queue", 1).await);
    assert_eq!((&*published[0].trace, &*published[0].parent), (TRACE, PARENT));
    let request = exported(&collector, "POST", 1).await;
    check_attempt(&queue[0], &request[0], &published[0], 1, &sent[0]);
    // The setting ended with its transaction, and an invalid one is ignored.
    postgres.sql(&database, publish);
    postgres.sql(&database, &format!("BEGIN; {} {publish} COMMIT;", set("traceparent", "nonsense")));
    let published = exported(&collector, "publish invoice.created", 3).await;
    assert!(published[1..].iter().all(|span| span.trace != TRACE && span.parent.is_empty()), "{published:?}");
}
