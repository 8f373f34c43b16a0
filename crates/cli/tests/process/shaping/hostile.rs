//! Hostile scripts: the server stays responsive, other tenants' deliveries arrive, and the processes that run scripts
//! have nothing that a script could take.

use super::{Place, Recorder, SUBSCRIPTIONS, nothing_waits, on_both_stores};
use crate::{
    metrics::scrape,
    support::{alone, server::Server, wait_until},
};
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

on_both_stores! {
    hostile_scripts_leave_the_server_responsive,
    processes_of_scripts_have_no_environment_and_end_with_the_server,
}

/// Bodies of functions with a part of the error that their deliveries show (or the limit of time, on a slow machine); none when
/// the request is sent.
const SCRIPTS: [(&str, &str); 16] = [
    ("for (;;);", "longer than"),
    ("while (true) { try { throw 1 } catch {} }", "longer than"),
    ("new Array(1e9) + ''", "longer than"),
    ("/(a+)+$/.test('a'.repeat(60) + 'b')", "longer than"),
    ("[1, 2, 3].sort(() => { for (;;); })", "longer than"),
    ("const all = []; for (;;) all.push('x'.repeat(1e6))", "memory"),
    ("let s = 'x'; for (;;) s += s", "string too long"),
    ("'x'.repeat(2 ** 30)", "RangeError"),
    ("const f = () => f() + 1; f()", "stack"),
    ("webhook.body = 'x'.repeat(1e6)", "262144 bytes"),
    ("let o = {}; for (let i = 0; i < 1e3; i++) o = { o }; webhook.body = o", "levels"),
    ("webhook.body.self = webhook", "contains itself"),
    ("webhook.path = '//evil.example/'", "path"),
    ("webhook.headers['webhook-id'] = 'other'", "webhook-id"),
    ("globalThis.process.exit(1)", "TypeError"),
    ("Object.prototype.toJSON = () => 'forged'; Array.prototype.map = () => []; String.prototype.split = null", ""),
];

#[allow(clippy::disallowed_methods, reason = "measures how fast the server answers")]
async fn hostile_scripts_leave_the_server_responsive(place: Place) {
    const EVENTS: usize = 5;
    let _alone = alone().await;
    let (bad, good) = (Recorder::start().await, Recorder::start().await);
    let server = place.launch().start().await;
    let attacker = server.tenant("attacker").await;
    let mut subscriptions = Vec::new();
    for (body, fault) in SCRIPTS {
        let script = format!("export default function (webhook) {{ {body}; return webhook; }}");
        let fields = json!({ "transformation": { "script": script }, "retry_enabled": false });
        subscriptions.push((attacker.subscribe(&bad.url("/"), &fields).await, body, fault));
    }
    let neighbour = server.tenant("neighbour").await;
    neighbour.subscribe(&good.url("/"), &json!({})).await;
    attacker.publish_batch("invoice.created", 0..EVENTS as u64).await;

    // Each turn takes as long as the slowest of its answers.
    let mut slowest = Duration::ZERO;
    for seq in 0..20 {
        let began = Instant::now();
        assert_eq!(neighbour.get("/healthz").await.status, 200);
        assert_eq!(neighbour.get("/readyz").await.status, 200);
        neighbour.publish("invoice.created", seq).await;
        good.wait(seq as usize + 1).await;
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    nothing_waits(&attacker).await;
    for (subscription, body, fault) in subscriptions {
        let path = format!("{SUBSCRIPTIONS}/{}/deliveries", subscription.id);
        let list = attacker.get(&path).await.body;
        let list = list.as_array().unwrap();
        assert_eq!(list.len(), EVENTS, "{body}");
        for one in list {
            let error = one["error_message"].as_str().unwrap_or_default();
            let is_expected = error.contains(fault) || error.contains("longer than 500 ms");
            assert!(is_expected && error.is_empty() == fault.is_empty(), "{body}: {one}");
        }
    }
    // Prototypes that a script changed have no effect on what is sent, nor on other calls.
    assert_eq!(bad.requests().len(), EVENTS);
    for request in bad.requests() {
        assert!(request.json()["data"]["customer"].is_object(), "{request:?}");
    }
    let put_off = scrape(&server).await.value("postrider_deliveries_put_off_total{reason=\"scripts\"}").unwrap();
    assert!(put_off > 0.0, "the table keeps the workers busy for longer than a call waits");
    assert_eq!(server.stop().await.code, Some(0));
}

/// Each event is decided by all filters of its tenant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::disallowed_methods, reason = "measures how fast the server answers")]
async fn costly_filters_leave_the_server_responsive() {
    let (place, _alone) = (Place::sqlite(), alone().await);
    let server = place.launch().start().await;
    let attacker = server.tenant("attacker").await;
    for n in 0..200 {
        let filter = format!("data.list.all(x, data.list.exists(y, y > {}))", 100_000 + n);
        attacker.subscribe("http://127.0.0.1:9/", &json!({ "filter": filter, "is_active": false })).await;
    }
    let event = json!({ "type": "invoice.paid", "data": { "list": (0..20_000).collect::<Vec<u32>>() } });
    let batch = json!({ "events": vec![event; 20] });
    let attacks: Vec<_> = (0..8)
        .map(|_| {
            let (attacker, batch) = (attacker.clone(), batch.clone());
            tokio::spawn(async move { attacker.post("/api/v1/events/batch", &batch).await.status })
        })
        .collect();
    let neighbour = server.tenant("neighbour").await;
    let mut slowest = Duration::ZERO;
    while !attacks.iter().all(tokio::task::JoinHandle::is_finished) {
        let began = Instant::now();
        assert_eq!(neighbour.get("/healthz").await.status, 200);
        neighbour.publish("invoice.created", 1).await;
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}

/// Processes whose parent is the server.
fn children(server: &Server) -> Vec<u32> {
    let parent = server.process.id().to_string();
    let mut children = Vec::new();
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // The name of the program, in brackets, may contain anything.
        let of = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
        if of == Some(&parent) {
            children.extend(process.file_name().to_str().unwrap().parse::<u32>());
        }
    }
    children
}

async fn processes_of_scripts_have_no_environment_and_end_with_the_server(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    assert!(children(&server).is_empty(), "processes start when a script needs them");
    let client = server.tenant("acme").await;
    let script = "export default (webhook) => ({ body: Object.getOwnPropertyNames(globalThis) })";
    client.subscribe(&receiver.url("/"), &json!({ "transformation": { "script": script } })).await;
    client.publish_batch("invoice.created", 0..20).await;
    receiver.wait(20).await;
    let names: Vec<Value> = receiver.requests()[0].json().as_array().unwrap().clone();
    for name in ["process", "require", "Proxy", "eval", "Function", "WebAssembly", "setTimeout", "SharedArrayBuffer"] {
        assert!(!names.contains(&json!(name)), "{name}");
    }
    let workers = children(&server);
    assert!((1..=2).contains(&workers.len()), "{workers:?}");
    for worker in &workers {
        let folder = format!("/proc/{worker}");
        assert_eq!(fs::read(format!("{folder}/environ")).unwrap(), b"", "its environment");
        // Descriptors that the tests themselves inherited are passed on by the server.
        let open: Vec<_> = open(&folder).into_iter().filter(|one| !open("/proc/self").contains(one)).collect();
        assert_eq!(open.len(), 3, "{open:?}");
        assert!(open.iter().all(|(_, target)| target.starts_with("pipe:") || target == "/dev/null"), "{open:?}");
        let limits = fs::read_to_string(format!("{folder}/limits")).unwrap();
        let limit = |name: &str| limits.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
        assert_eq!(
            (limit("Max open files"), limit("Max file size"), limit("Max processes")),
            (Some("3"), Some("0"), Some("0"))
        );
        let status = fs::read_to_string(format!("{folder}/status")).unwrap();
        assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    }
    server.kill();
    wait_until("they end with the server", async || {
        workers
            .iter()
            .all(|worker| !fs::exists(format!("/proc/{worker}/fd")).unwrap_or(false) || is_dead(*worker))
            .then_some(())
    })
    .await;
}

/// The open files of a process: number and target.
fn open(process: &str) -> Vec<(String, String)> {
    let entry = |one: fs::DirEntry| {
        let target = fs::read_link(one.path()).ok()?;
        Some((one.file_name().into_string().ok()?, target.display().to_string()))
    };
    fs::read_dir(format!("{process}/fd")).unwrap().flatten().filter_map(entry).collect()
}

/// True for a process that has ended and that nobody has waited for yet.
fn is_dead(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.is_empty() || status.contains("State:\tZ")
}
