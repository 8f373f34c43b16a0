//! The line "default policy", and the rules below the table: `Retry-After`, jitter, `max_retries`. Only lower bounds of
//! waits are measured; waits that are too long for a test are read from `next_retry_at`.

use super::{PROFILES, Profile, attempts, subscribe};
use crate::{
    receiver::{NOBODY, Receiver, Reply, reply},
    rows::{Row, World, row},
};
use model::Timestamp;
use serde_json::Value;
use std::time::Duration;

const POLICY: &str = "Wire, default policy";
/// Minimum seconds between attempts: 1, 2, 4, minus the jitter.
const WAITS: [f64; 3] = [0.9, 1.8, 3.6];

fn time(value: &Value) -> Timestamp {
    Timestamp::parse(value.as_str().unwrap()).unwrap()
}

/// Checks the waits in the log, because a receiver that refuses connections sees no requests.
async fn waited(w: &World, delivery: &Value, least: &[f64]) {
    let attempts = attempts(w, delivery).await;
    assert_eq!(attempts.len(), least.len() + 1);
    for (pair, least) in attempts.windows(2).zip(least) {
        let took = Duration::from_millis(pair[0]["duration_ms"].as_u64().unwrap());
        let waited = time(&pair[1]["started_at"]).since(time(&pair[0]["started_at"]));
        // Times are shown in whole milliseconds.
        assert!(waited + Duration::from_millis(3) >= took + Duration::from_secs_f64(*least), "{waited:?} {least}");
    }
}

/// A subscription of the tenant API that always gets this response: attempts at once and after 1, 2, 4 seconds, then
/// FAILED.
async fn exhausts(w: World, answer: Reply, response_code: Value) {
    let receiver = Receiver::answering(vec![answer]).await;
    subscribe(&w, Profile::Tenant, &receiver.url(), Some("hush-hush")).await;
    let id = w.publish("invoice.created").await;
    let mut before = receiver.got(1).await;
    for (n, least) in (2..).zip(WAITS) {
        let got = receiver.got(n).await;
        let waited = got.at - before.at;
        assert!(waited >= Duration::from_secs_f64(least), "attempt {n} after {waited:?}");
        assert_eq!(got.header("webhook-id"), id, "the same on every retry");
        assert_eq!(got.body, before.body);
        if least > 1.0 {
            // A wait of a second may begin and end within one second of the clock.
            assert_ne!(got.header("webhook-timestamp"), before.header("webhook-timestamp"), "differs between attempts");
            assert_ne!(got.header("webhook-signature"), before.header("webhook-signature"));
        }
        super::verify_standard(&got, "hush-hush");
        before = got;
    }
    let one = w.delivery("failed").await;
    assert_eq!((&one["attempt_number"], &one["response_code"]), (&Value::from(4), &response_code), "{one}");
    assert_eq!(receiver.count(), 4);
    let shown = w.t("GET /deliveries?status=FAILED", ()).await.is(200);
    assert_eq!(shown.body[0]["attempts"], 4);
    assert!(shown.body[0]["last_error"].is_string());
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(POLICY, "tenant: 408 after 1, 2, 4 s, then failed", |w| exhausts(w, reply(408), 408.into())),
        row(POLICY, "tenant: 429 after 1, 2, 4 s, then failed", |w| exhausts(w, reply(429), 429.into())),
        row(POLICY, "tenant: 503 after 1, 2, 4 s, then failed", |w| exhausts(w, reply(503), 503.into())),
        row(POLICY, "tenant: 500 after 1, 2, 4 s, then failed", |w| exhausts(w, reply(500), 500.into())),
        row(POLICY, "tenant: timeout (WEBHOOK_TIMEOUT_SECONDS) after 1, 2, 4 s, then failed", |w| {
            exhausts(w, reply(200).held(), Value::Null)
        }),
        row(POLICY, "tenant: connection error after 1, 2, 4 s, then failed", |w| async move {
            subscribe(&w, Profile::Tenant, NOBODY, None).await;
            w.publish("invoice.created").await;
            let one = w.delivery("failed").await;
            assert_eq!((&one["attempt_number"], &one["response_code"]), (&Value::from(4), &Value::Null));
            waited(&w, &one, &WAITS).await;
        }),
        row(POLICY, "tenant: a retry that succeeds ends it", |w| async move {
            let receiver = Receiver::answering(vec![reply(503), reply(200)]).await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            w.publish("invoice.created").await;
            receiver.got(2).await;
            assert_eq!(w.delivery("success").await["attempt_number"], 2);
        }),
    ];
    rows.extend(long_waits());
    rows.extend(retry_after());
    rows
}

/// Seconds from the end of the first attempt to the first retry.
async fn first_wait(w: &World, profile: Profile, answer: Reply) -> f64 {
    let receiver = Receiver::answering(vec![answer]).await;
    subscribe(w, profile, &receiver.url(), None).await;
    w.publish("invoice.created").await;
    let one = w.delivery("retrying").await;
    let attempt = &attempts(w, &one).await[0];
    time(&one["next_retry_at"]).since(time(&attempt["started_at"])).as_secs_f64()
}

fn long_waits() -> Vec<Row> {
    vec![
        row(POLICY, "platform: after 5 min (1 h, 6 h), ±10 %", |w| async move {
            let wait = first_wait(&w, Profile::Platform, reply(500)).await;
            assert!((269.9..340.0).contains(&wait), "{wait}");
        }),
        row(POLICY, "standard: after 5 s (5 min, 30 min, …), ±10 %", |w| async move {
            let wait = first_wait(&w, Profile::Standard, reply(500)).await;
            assert!((4.4..30.0).contains(&wait), "{wait}");
        }),
        row(POLICY, "platform has 3 retries, standard 9, tenant 3", |w| async move {
            for (profile, expected) in [("platform", 3), ("standard", 9), ("tenant", 3)] {
                let fields = serde_json::json!({ "profile": profile });
                assert_eq!(w.subscribe("https://example.com/", fields).await["max_retries"], expected, "{profile}");
            }
        }),
    ]
}

fn retry_after() -> Vec<Row> {
    const AFTER: &str = "Wire, Retry-After";
    vec![
        row(AFTER, "a retry waits at least that long on a 4xx or 5xx that is retried: all profiles", |w| async move {
            for profile in PROFILES {
                for status in [408, 429, 500, 503] {
                    let w = w.in_tenant(Some(&format!("{}-{profile:?}-{status}", w.tenant())));
                    let wait = first_wait(&w, profile, reply(status).header("retry-after", "600")).await;
                    assert!((599.9..660.0).contains(&wait), "{profile:?} {status}: {wait}");
                }
            }
        }),
        row(AFTER, "the receiver sees the wait", |w| async move {
            let plan = vec![reply(429).header("retry-after", "3"), reply(200)];
            let receiver = Receiver::answering(plan).await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            w.publish("invoice.created").await;
            let (first, second) = (receiver.got(1).await, receiver.got(2).await);
            let waited = second.at - first.at;
            assert!(waited >= Duration::from_millis(2_900), "{waited:?}");
        }),
        row(AFTER, "capped at 24 h", |w| async move {
            let wait = first_wait(&w, Profile::Tenant, reply(503).header("retry-after", "99999999")).await;
            assert!((86_399.9..86_460.0).contains(&wait), "{wait}");
        }),
        row(AFTER, "a date, too", |w| async move {
            let date = "Tue, 31 Dec 2199 23:59:59 GMT";
            let wait = first_wait(&w, Profile::Tenant, reply(503).header("retry-after", date)).await;
            assert!((86_399.9..86_460.0).contains(&wait), "{wait}");
        }),
        row(AFTER, "at least: a shorter one than the policy's wait changes nothing", |w| async move {
            let wait = first_wait(&w, Profile::Platform, reply(503).header("retry-after", "1")).await;
            assert!(wait >= 269.9, "{wait}");
        }),
        row(AFTER, "on a 4xx or 5xx alone", |w| async move {
            let wait = first_wait(&w, Profile::Platform, reply(302).header("retry-after", "5000")).await;
            assert!((269.9..340.0).contains(&wait), "{wait}");
        }),
    ]
}

/// For a server with a base of 2 seconds and a single retry.
pub(super) fn rows_with_other_settings() -> Vec<Row> {
    vec![
        row(POLICY, "tenant: WEBHOOK_MAX_RETRIES and WEBHOOK_RETRY_BASE_SECONDS", |w| async move {
            let receiver = Receiver::answering(vec![reply(503)]).await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            w.publish("invoice.created").await;
            let one = w.delivery("failed").await;
            assert_eq!((&one["attempt_number"], receiver.count()), (&Value::from(2), 2));
            let waited = receiver.got(2).await.at - receiver.got(1).await.at;
            assert!(waited >= Duration::from_millis(1_800), "base × 2^(n−1): {waited:?}");
        }),
        row(POLICY, "WEBHOOK_MAX_RETRIES is tenant's default alone, and what null clears to", |w| async move {
            for (profile, expected) in [("platform", 3), ("standard", 9), ("tenant", 1)] {
                let fields = serde_json::json!({ "profile": profile });
                let made = w.subscribe("https://example.com/", fields).await;
                assert_eq!(made["max_retries"], expected, "{profile}");
                let path = format!("PATCH /subscriptions/{}", made.text_of("id"));
                assert_eq!(w.p(&path, serde_json::json!({ "max_retries": 7 })).await.is(200)["max_retries"], 7);
                let cleared = w.p(&path, serde_json::json!({ "max_retries": null })).await.is(200);
                assert_eq!(cleared["max_retries"], expected, "{profile}");
            }
        }),
        row("Wire, every request", "User-Agent by default Postrider-Webhooks/1.0", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            w.publish("invoice.created").await;
            assert_eq!(receiver.got(1).await.header("user-agent"), "Postrider-Webhooks/1.0");
        }),
    ]
}
