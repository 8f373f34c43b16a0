//! Calls about deliveries.

use super::subscriptions::subscribe;
use crate::{
    receiver::{Receiver, reply},
    rows::{Answer, Row, World, has_fields, is_time, row, text, wait_until},
};
use serde_json::{Value, json};

const FIELDS: &str = "id event status attempts target_url last_error created_at updated_at";

async fn publish(w: &World, event: &str) -> Answer {
    w.t("POST /deliveries", json!({ "event": event, "payload": { "n": 1 } })).await
}

/// Waits for a delivery with this status; returns the newest one.
async fn delivery(w: &World, status: &str) -> Value {
    wait_until(&format!("a delivery is {status}"), async || {
        let list = w.t(&format!("GET /deliveries?status={status}"), ()).await.is(200);
        list.list().first().cloned()
    })
    .await
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = create();
    rows.extend(lists());
    rows.extend(statuses());
    rows.extend(retry());
    rows
}

fn create() -> Vec<Row> {
    const CREATE: &str = "Tenant API, POST /deliveries {event, payload}";
    vec![
        row(CREATE, "202 {queued: true, count, message: \"Enqueued N deliveries\"}", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            subscribe(&w, "invoice.created", &format!("{}/second", receiver.url())).await;
            let answer = publish(&w, "invoice.created").await.is(202);
            assert_eq!(answer.body, json!({ "queued": true, "count": 2, "message": "Enqueued 2 deliveries" }));
            receiver.got(2).await;
            assert_eq!(publish(&w, " INVOICE.Created ").await.is(202)["count"], 2, "trimmed and lowered");
            assert_eq!(receiver.got(4).await.header("x-event"), "invoice.created");
        }),
        row(CREATE, "404 when no active subscription matches", |w| async move {
            publish(&w, "invoice.created").await.is(404);
            let gone = subscribe(&w, "invoice.created", "https://example.com/1").await;
            subscribe(&w, "invoice.paid", "https://example.com/1").await;
            w.t(&format!("DELETE /subscriptions/{gone}"), ()).await.is(204);
            w.subscribe("https://example.com/paused", json!({ "is_active": false })).await;
            publish(&w, "invoice.created").await.is(404);
            assert_eq!(w.t("GET /deliveries", ()).await.body, json!([]), "no event was published");
            w.in_tenant(Some("stranger-of-t"))
                .t("POST /deliveries", json!({ "event": "a.b", "payload": {} }))
                .await
                .is(404);
        }),
        row(CREATE, "400: the payload is a JSON object, the event is resource.action", |w| async move {
            subscribe(&w, "invoice.created", "https://example.com/1").await;
            for payload in [json!([1]), json!("x"), json!(1), Value::Null, json!(true)] {
                let body = json!({ "event": "invoice.created", "payload": payload });
                w.t("POST /deliveries", body).await.is(400).says("payload");
            }
            w.t("POST /deliveries", json!({ "event": "invoice.created" })).await.is(400).says("payload");
            w.t("POST /deliveries", json!({ "payload": {} })).await.is(400).says("event");
            for event in ["", "invoice created.x"] {
                w.t("POST /deliveries", json!({ "event": event, "payload": {} })).await.is(400).says("event");
            }
            w.t("POST /deliveries", "{").await.is(400);
            assert_eq!(w.t("GET /deliveries", ()).await.body, json!([]));
        }),
        row(CREATE, "subscriptions made through the platform API get it too", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({ "events": ["invoice.*"] })).await;
            assert_eq!(publish(&w, "invoice.created").await.is(202)["count"], 1);
            assert_eq!(receiver.got(1).await.json()["data"], json!({ "n": 1 }));
        }),
    ]
}

fn lists() -> Vec<Row> {
    const LIST: &str = "Tenant API, GET /deliveries?event=&status=";
    const ONE: &str = "Tenant API, GET /deliveries/{id}";
    vec![
        row(LIST, "200: {id, event, status, attempts, target_url, last_error, …}", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            let one = delivery(&w, "DELIVERED").await;
            has_fields(&one, FIELDS);
            assert_eq!(text(&one, "id").matches('-').count(), 4, "hyphenated");
            assert_eq!((&one["event"], &one["target_url"]), (&json!("invoice.created"), &json!(receiver.url())));
            assert_eq!((&one["attempts"], &one["last_error"]), (&json!(1), &Value::Null));
            is_time(&one["created_at"]);
            is_time(&one["updated_at"]);
        }),
        row(LIST, "filters by event and status, newest first; 400 on an invalid one", |w| async move {
            let receiver = Receiver::answering(vec![reply(404), reply(200)]).await;
            for (event, status) in [("invoice.created", "FAILED"), ("invoice.paid", "DELIVERED")] {
                subscribe(&w, event, &receiver.url()).await;
                publish(&w, event).await.is(202);
                delivery(&w, status).await;
            }
            let events = async |query: &str| w.t(&format!("GET /deliveries{query}"), ()).await.is(200).all("event");
            assert_eq!(events("").await, ["invoice.paid", "invoice.created"]);
            assert_eq!(events("?event=%20Invoice.PAID").await, ["invoice.paid"]);
            assert_eq!(events("?status=FAILED").await, ["invoice.created"]);
            assert_eq!(events("?status=DELIVERED&event=invoice.created").await, [""; 0]);
            assert_eq!(events("?status=PENDING").await, [""; 0]);
            assert_eq!(events("?status=SENDING").await, [""; 0]);
            assert_eq!(events("?status=SENT").await, events("?status=DELIVERED").await);
            w.t("GET /deliveries?status=success", ()).await.is(400).says("status");
            w.t("GET /deliveries?event=x%20y", ()).await.is(400).says("event");
            assert_eq!(w.in_tenant(Some("stranger-of-t")).t("GET /deliveries", ()).await.body, json!([]));
        }),
        row(LIST, "the 100 newest", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            let oldest = text(&delivery(&w, "DELIVERED").await, "id");
            let events: Vec<_> = (0..100).map(|n| json!({ "type": "invoice.created", "data": { "n": n } })).collect();
            w.call("POST /api/v1/events/batch", json!({ "events": events })).await.is(202);
            let ids = w.t("GET /deliveries", ()).await.is(200).all("id");
            assert_eq!((ids.len(), ids.contains(&oldest)), (100, false));
            assert!(ids.is_sorted_by(|a, b| a > b), "newest first");
        }),
        row(ONE, "200 with payload too, as it was published; 404", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            let payload = "{\"b\": 1,  \"a\":12345678901234567890.000, \"u\":\"\u{e9}\\u00e9\"}";
            w.t("POST /deliveries", format!("{{\"event\":\"invoice.created\",\"payload\":{payload}}}")).await.is(202);
            let id = text(&delivery(&w, "DELIVERED").await, "id");
            let detail = w.t(&format!("GET /deliveries/{id}"), ()).await.is(200);
            has_fields(&detail.body, &format!("{FIELDS} payload"));
            assert!(detail.text.contains(&format!("\"payload\":{payload}")), "{}", detail.text);
            let other = w.p("GET /deliveries", ()).await.is(200).all("id")[0].clone();
            assert_eq!(w.t(&format!("GET /deliveries/{other}"), ()).await.is(200).text_of("id"), id);
            for unknown in ["0190f3c1-0000-7000-8000-000000000000", "nonsense"] {
                w.t(&format!("GET /deliveries/{unknown}"), ()).await.is(404);
            }
            w.in_tenant(Some("stranger-of-t")).t(&format!("GET /deliveries/{id}"), ()).await.is(404);
        }),
    ]
}

fn statuses() -> Vec<Row> {
    const STATUS: &str = "Tenant API, rules, status";
    vec![
        row(STATUS, "SENDING while the receiver holds the request, then DELIVERED", |w| async move {
            let receiver = Receiver::answering(vec![reply(200).held()]).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            receiver.got(1).await;
            let sending = delivery(&w, "SENDING").await;
            assert_eq!((&sending["status"], &sending["attempts"]), (&json!("SENDING"), &json!(0)));
            assert_eq!(w.t("GET /deliveries?status=PENDING", ()).await.body, json!([]));
            let id = text(&sending, "id");
            assert_eq!(w.t(&format!("GET /deliveries/{id}"), ()).await.is(200)["status"], "SENDING");
            let through_platform = w.p("GET /deliveries", ()).await.is(200);
            assert_eq!(through_platform.body[0]["status"], "pending", "the platform API has no such status");
            receiver.release();
            assert_eq!(delivery(&w, "DELIVERED").await["id"], id);
        }),
        row(STATUS, "SENDING is found behind more than 100 newer waiting ones", |w| async move {
            let receiver = Receiver::answering(vec![reply(200).held()]).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            receiver.got(1).await;
            w.subscribe(&receiver.url(), json!({ "events": ["user.login"], "is_active": false })).await;
            let events: Vec<_> = (0..120).map(|n| json!({ "type": "user.login", "data": { "n": n } })).collect();
            w.call("POST /api/v1/events/batch", json!({ "events": events })).await.is(202);
            assert_eq!(delivery(&w, "SENDING").await["event"], "invoice.created");
            assert_eq!(w.t("GET /deliveries?status=PENDING", ()).await.is(200).list().len(), 100);
        }),
        row(STATUS, "PENDING before the first attempt", |w| async move {
            let receiver = Receiver::start().await;
            let id = subscribe(&w, "invoice.created", &receiver.url()).await;
            w.p(&format!("POST /subscriptions/{id}/pause"), ()).await.is(200);
            w.publish("invoice.created").await;
            let one = delivery(&w, "PENDING").await;
            assert_eq!((&one["attempts"], &one["last_error"]), (&json!(0), &Value::Null));
        }),
        row(STATUS, "retrying shows as PENDING", |w| async move {
            let receiver = Receiver::answering(vec![reply(503).header("retry-after", "3600")]).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            w.delivery("retrying").await;
            let one = delivery(&w, "PENDING").await;
            assert_eq!((&one["status"], &one["attempts"]), (&json!("PENDING"), &json!(1)));
            assert!(text(&one, "last_error").contains("503"));
        }),
        row(STATUS, "FAILED, with last_error", |w| async move {
            let receiver = Receiver::answering(vec![reply(404)]).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            let one = delivery(&w, "FAILED").await;
            assert_eq!(one["attempts"], 1);
            assert!(text(&one, "last_error").contains("404"));
        }),
        row("Tenant API, rules", "last_error is cut at 500 characters", |w| async move {
            // The error of a redirect contains its target.
            let location = format!("https://example.com/{}", "x".repeat(1_000));
            let receiver = Receiver::answering(vec![reply(302).header("location", &location)]).await;
            w.subscribe(&receiver.url(), json!({ "max_retries": 0 })).await;
            publish(&w, "invoice.created").await.is(202);
            assert_eq!(text(&delivery(&w, "FAILED").await, "last_error").chars().count(), 500);
        }),
    ]
}

fn retry() -> Vec<Row> {
    const RETRY: &str = "Tenant API, POST /deliveries/{id}/retry";
    vec![
        row(RETRY, "202 {queued: true, message}; resets attempts to 0", |w| async move {
            let receiver = Receiver::answering(vec![reply(404), reply(200).held()]).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            let failed = delivery(&w, "FAILED").await;
            assert_eq!(failed["attempts"], 1);
            let retry = format!("POST /deliveries/{}/retry", text(&failed, "id"));
            let answer = w.t(&retry, ()).await.is(202);
            has_fields(&answer.body, "queued message");
            assert_eq!(answer["queued"], true);
            let again = receiver.got(2).await;
            assert_eq!(again.header("webhook-id"), receiver.got(1).await.header("webhook-id"));
            assert_eq!(delivery(&w, "SENDING").await["attempts"], 0);
            w.t(&retry, ()).await.is(400);
            receiver.release();
            assert_eq!(delivery(&w, "DELIVERED").await["attempts"], 1);
        }),
        row(RETRY, "a retried one has all its retries again", |w| async move {
            let plan = vec![reply(404), reply(500), reply(200)];
            let receiver = Receiver::answering(plan).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            let id = text(&delivery(&w, "FAILED").await, "id");
            w.t(&format!("POST /deliveries/{id}/retry"), ()).await.is(202);
            receiver.got(3).await;
            assert_eq!(delivery(&w, "DELIVERED").await["attempts"], 2);
        }),
        row(RETRY, "400 when it is not failed: DELIVERED, PENDING", |w| async move {
            let receiver = Receiver::answering(vec![reply(200), reply(429).header("retry-after", "3600")]).await;
            subscribe(&w, "invoice.created", &receiver.url()).await;
            publish(&w, "invoice.created").await.is(202);
            let delivered = text(&delivery(&w, "DELIVERED").await, "id");
            w.t(&format!("POST /deliveries/{delivered}/retry"), ()).await.is(400);
            publish(&w, "invoice.created").await.is(202);
            w.delivery("retrying").await;
            let pending = text(&delivery(&w, "PENDING").await, "id");
            w.t(&format!("POST /deliveries/{pending}/retry"), ()).await.is(400);
            assert_eq!(receiver.count(), 2);
        }),
        row(RETRY, "404", |w| async move {
            for unknown in ["0190f3c1-0000-7000-8000-000000000000", "nonsense"] {
                w.t(&format!("POST /deliveries/{unknown}/retry"), ()).await.is(404);
            }
        }),
    ]
}
