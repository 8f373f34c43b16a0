//! Calls about deliveries.

use crate::{
    receiver::{Receiver, reply},
    rows::{Answer, Row, World, has_fields, hyphenated, is_time, row, text, wait_until},
};
use serde_json::{Value, json};

const FIELDS: &str = "id subscription_id event_type event_id status response_code error_message attempt_number \
    duration_ms created_at next_retry_at";

async fn get(w: &World, id: &str) -> Answer {
    w.p(&format!("GET /deliveries/{id}"), ()).await.is(200)
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = shown();
    rows.extend(lists());
    rows.extend(bodies());
    rows.extend(searches());
    rows.extend(retry());
    rows
}

#[expect(clippy::too_many_lines, reason = "a table of calls")]
fn shown() -> Vec<Row> {
    const ONE: &str = "Platform API, GET /deliveries/{id}";
    vec![
        row("Platform API, delivery", "exactly its fields; success", |w| async move {
            let receiver = Receiver::start().await;
            let subscription = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            let event = w.publish("invoice.created").await;
            let one = w.delivery("success").await;
            has_fields(&one, FIELDS);
            assert!(text(&one, "id").starts_with("dlv_") && event.starts_with("evt_"));
            assert_eq!((&one["subscription_id"], &one["event_id"]), (&json!(subscription), &json!(event)));
            assert_eq!((&one["event_type"], &one["status"]), (&json!("invoice.created"), &json!("success")));
            assert_eq!((&one["response_code"], &one["error_message"]), (&json!(200), &Value::Null));
            assert_eq!((&one["attempt_number"], &one["next_retry_at"]), (&json!(1), &Value::Null));
            assert!(one["duration_ms"].is_u64());
            is_time(&one["created_at"]);
        }),
        row("Platform API, delivery", "status failed when no retries are left", |w| async move {
            let receiver = Receiver::answering(vec![reply(500)]).await;
            w.subscribe(&receiver.url(), json!({ "max_retries": 0 })).await;
            w.publish("invoice.created").await;
            let one = w.delivery("failed").await;
            assert_eq!((&one["response_code"], &one["next_retry_at"]), (&json!(500), &Value::Null));
            assert!(text(&one, "error_message").contains("500"));
        }),
        row("Platform API, delivery", "status failed when retry_enabled is false", |w| async move {
            let receiver = Receiver::answering(vec![reply(503)]).await;
            w.subscribe(&receiver.url(), json!({ "retry_enabled": false })).await;
            w.publish("invoice.created").await;
            assert_eq!(w.delivery("failed").await["attempt_number"], 1);
        }),
        row("Platform API, delivery", "status retrying, with next_retry_at", |w| async move {
            let receiver = Receiver::answering(vec![reply(500)]).await;
            w.subscribe(&receiver.url(), json!({})).await;
            w.publish("invoice.created").await;
            let one = w.delivery("retrying").await;
            is_time(&one["next_retry_at"]);
            assert_eq!((&one["attempt_number"], &one["response_code"]), (&json!(1), &json!(500)));
        }),
        row("Platform API, delivery", "status disabled after 410, which disables the subscription", |w| async move {
            let receiver = Receiver::answering(vec![reply(410)]).await;
            let id = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            w.publish("invoice.created").await;
            assert_eq!(w.delivery("disabled").await["response_code"], 410);
            wait_until("the subscription is inactive", async || {
                let shown = w.p(&format!("GET /subscriptions/{id}"), ()).await.is(200);
                (shown["is_active"] == false && shown["failure_count"] == 1).then_some(())
            })
            .await;
            w.publish("invoice.created").await;
            assert_eq!(w.p("GET /deliveries", ()).await.list().len(), 1, "disabled: no new deliveries");
        }),
        row(ONE, "attempts: […] with request and response headers and bodies", |w| async move {
            let receiver = Receiver::answering(vec![reply(202).header("x-answer", "42").body("noted")]).await;
            let headers = json!({ "X-Region": "eu", "Authorization": "Bearer hush-hush" });
            w.subscribe(&receiver.url(), json!({ "headers": headers })).await;
            w.publish_data("invoice.created", "{\"n\": 1.0}").await;
            let id = text(&w.delivery("success").await, "id");
            let detail = get(&w, &id).await;
            has_fields(&detail.body, &format!("{FIELDS} attempts"));
            let attempt = &detail["attempts"][0];
            has_fields(
                attempt,
                "attempt_number started_at duration_ms response_code error_message request_headers request_body \
                 response_headers response_body remote_ip timings_ms",
            );
            let got = receiver.got(1).await;
            assert_eq!(attempt["request_body"], got.text());
            assert_eq!((got.header("x-region"), got.header("authorization")), ("eu", "Bearer hush-hush"));
            for name in ["webhook-id", "webhook-timestamp", "webhook-signature", "x-region"] {
                assert_eq!(attempt["request_headers"][name], got.header(name), "{name}");
            }
            assert!(!detail.text.contains("hush-hush"), "the log shows a credential");
            assert_eq!((&attempt["response_code"], &attempt["response_body"]), (&json!(202), &json!("noted")));
            assert_eq!(attempt["response_headers"]["x-answer"], "42");
            assert_eq!((&attempt["attempt_number"], &attempt["error_message"]), (&json!(1), &Value::Null));
            is_time(&attempt["started_at"]);
        }),
        row(ONE, "404, and either form of the id", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({})).await;
            w.publish("invoice.created").await;
            let id = text(&w.delivery("success").await, "id");
            assert_eq!(get(&w, &hyphenated(&id)).await.text_of("id"), id);
            for unknown in ["dlv_06f8k2m4q9v1x3z5b7d9f1h3k5", "nonsense"] {
                w.p(&format!("GET /deliveries/{unknown}"), ()).await.is(404);
            }
            w.in_tenant(Some("stranger")).p(&format!("GET /deliveries/{id}"), ()).await.is(404);
        }),
    ]
}

/// A successful and a waiting delivery, of different types and subscriptions: ids of subscription and delivery, older
/// first.
async fn two(w: &World, receiver: &Receiver) -> [(String, String); 2] {
    let mut made = Vec::new();
    for (event_type, is_active, status) in [("invoice.paid", true, "success"), ("user.login", false, "pending")] {
        let fields = json!({ "events": [event_type], "is_active": is_active });
        let subscription = w.subscribe(&receiver.url(), fields).await.text_of("id");
        w.publish(event_type).await;
        made.push((subscription, text(&w.delivery(status).await, "id")));
    }
    made.try_into().unwrap()
}

fn searches() -> Vec<Row> {
    const COUNTS: &str = "Platform API, GET /deliveries/counts, GET /deliveries/rates";
    vec![row(COUNTS, "counts by status, rates by event type, and the filters of the list", |w| async move {
        let receiver = Receiver::start().await;
        let [(_, sent), (_, waiting)] = two(&w, &receiver).await;
        for (query, ids) in [
            ("search=127.0.0.1", vec![&waiting, &sent]),
            ("search=no-such-text", vec![]),
            ("min_duration_ms=0", vec![&sent]),
            ("overdue_minutes=0", vec![&waiting]),
            ("overdue_minutes=600", vec![]),
        ] {
            let found = w.p(&format!("GET /deliveries?{query}"), ()).await.is(200).all("id");
            assert_eq!(found, ids.into_iter().cloned().collect::<Vec<_>>(), "{query}");
        }
        w.publish_data("user.login", r#"{"user": {"id": 9007199254740993}}"#).await;
        let by_value = async |value: &str| {
            let call = format!("GET /deliveries?payload_path=data.user.id&payload_value={value}");
            w.p(&call, ()).await.is(200).list().len()
        };
        assert_eq!((by_value("9007199254740993").await, by_value("9007199254740992").await), (1, 0));
        w.p("GET /deliveries?payload_path=data.user.id", ()).await.is(422).says("payload_value");
        let counts = w.p("GET /deliveries/counts", ()).await.is(200);
        has_fields(&counts.body, "deliveries capped statuses by_code by_type grouped");
        assert_eq!((&counts["deliveries"], &counts["capped"]), (&json!(3), &json!(false)));
        has_fields(&counts["statuses"][0], "status deliveries capped");
        let rates = w.p("GET /deliveries/rates?event_type=user.login", ()).await.is(200);
        has_fields(&rates.body, "since until deliveries capped event_types");
        let fields = "event_type deliveries per_minute success failed waiting success_rate";
        has_fields(&rates["event_types"][0], fields);
        assert_eq!(rates["event_types"][0]["waiting"], 2);
    })]
}

fn bodies() -> Vec<Row> {
    const BODY: &str = "Platform API, GET /deliveries/{id}/attempts/{number}/request-body";
    vec![row(BODY, "the bytes that were sent", |w| async move {
        let receiver = Receiver::start().await;
        w.subscribe(&receiver.url(), json!({})).await;
        w.publish("invoice.created").await;
        let id = text(&w.delivery("success").await, "id").to_owned();
        let path = format!("GET /deliveries/{id}/attempts/1");
        let sent = w.p(&format!("{path}/request-body"), ()).await.is(200);
        let shown = get(&w, &id).await;
        assert_eq!(shown.body["attempts"][0]["request_body"], sent.text.as_str());
        assert_eq!(shown.body["attempts"][0]["remote_ip"], "127.0.0.1");
        w.p(&format!("{path}/response-body"), ()).await.is(200);
        w.p(&format!("GET /deliveries/{id}/attempts/2/request-body"), ()).await.is(404);
    })]
}

fn lists() -> Vec<Row> {
    const OF_ONE: &str = "Platform API, GET /subscriptions/{id}/deliveries?status&limit(≤200, 50)&offset";
    const ALL: &str = "Platform API, GET /deliveries?limit&status&event_type&subscription_id&after&before";
    vec![
        row(OF_ONE, "200 array, newest first; status, limit, offset; 422 above 200", |w| async move {
            let receiver = Receiver::answering(vec![reply(200), reply(200), reply(410)]).await;
            let id = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            w.subscribe("https://example.com/other", json!({ "is_active": false })).await;
            for n in 1..=3 {
                w.publish("invoice.created").await;
                receiver.got(n).await;
            }
            w.delivery("disabled").await;
            let path = format!("GET /subscriptions/{id}/deliveries");
            let all = w.p(&path, ()).await.is(200);
            has_fields(&all.list()[0], FIELDS);
            let ids = all.all("id");
            assert_eq!((ids.len(), ids.is_sorted_by(|a, b| a > b)), (3, true));
            assert_eq!(w.p(&format!("{path}?limit=1&offset=1"), ()).await.is(200).all("id"), ids[1..2]);
            assert_eq!(w.p(&format!("{path}?status=success"), ()).await.is(200).all("id"), ids[1..]);
            assert_eq!(w.p(&format!("{path}?status=disabled"), ()).await.is(200).all("id"), ids[..1]);
            w.p(&format!("{path}?limit=200"), ()).await.is(200);
            for bad in ["limit=201", "limit=0", "status=DELIVERED", "status=x"] {
                w.p(&format!("{path}?{bad}"), ()).await.is(422);
            }
        }),
        row(ALL, "every filter", |w| async move {
            let receiver = Receiver::start().await;
            let [(first, older), (second, newer)] = two(&w, &receiver).await;
            let ids = async |query: &str| w.p(&format!("GET /deliveries?{query}"), ()).await.is(200).all("id");
            assert_eq!(ids("").await, [newer.clone(), older.clone()]);
            assert_eq!(ids("limit=1").await, std::slice::from_ref(&newer));
            assert_eq!(ids("limit=1&offset=1").await, std::slice::from_ref(&older));
            assert_eq!(ids("status=pending").await, std::slice::from_ref(&newer));
            assert_eq!(ids("status=success").await, std::slice::from_ref(&older));
            assert_eq!(ids("event_type=invoice.paid").await, std::slice::from_ref(&older));
            assert_eq!(ids(&format!("subscription_id={second}")).await, std::slice::from_ref(&newer));
            assert_eq!(ids(&format!("subscription_id={}&status=pending", hyphenated(&first))).await, [""; 0]);
            let made_at = get(&w, &newer).await.text_of("created_at");
            assert_eq!(ids(&format!("after={made_at}")).await, std::slice::from_ref(&newer));
            assert_eq!(ids(&format!("before={made_at}")).await, std::slice::from_ref(&older));
            assert_eq!(ids("after=2200-01-01T00:00:00%2B01:00").await, [""; 0]);
            assert_eq!(ids("order=oldest").await, [older.clone(), newer.clone()]);
            assert_eq!(ids("since=24h").await, [newer.clone(), older.clone()]);
        }),
        row(ALL, "limit ≤ 200; 422 above and for invalid filters", |w| async move {
            w.p("GET /deliveries?limit=200", ()).await.is(200);
            for bad in [
                "limit=201",
                "status=x",
                "event_type=a%20b",
                "subscription_id=x",
                "after=yesterday",
                "before=1",
                "since=day",
                "order=up",
            ] {
                w.p(&format!("GET /deliveries?{bad}"), ()).await.is(422);
            }
        }),
        row(ALL, "limit is 50 by default", |w| async move {
            w.subscribe("https://example.com/", json!({ "is_active": false })).await;
            let events: Vec<_> = (0..51).map(|n| json!({ "type": "invoice.created", "data": { "n": n } })).collect();
            w.call("POST /api/v1/events/batch", json!({ "events": events })).await.is(202);
            assert_eq!(w.p("GET /deliveries", ()).await.list().len(), 50);
        }),
    ]
}

fn retry() -> Vec<Row> {
    const RETRY: &str = "Platform API, POST /deliveries/{id}/retry";
    vec![
        row(RETRY, "200 {message}; it is sent again with the same webhook-id", |w| async move {
            let receiver = Receiver::answering(vec![reply(500), reply(200)]).await;
            w.subscribe(&receiver.url(), json!({ "max_retries": 0 })).await;
            let event = w.publish("invoice.created").await;
            let id = text(&w.delivery("failed").await, "id");
            let answer = w.p(&format!("POST /deliveries/{}/retry", hyphenated(&id)), ()).await.is(200);
            has_fields(&answer.body, "message");
            assert_eq!(receiver.got(2).await.header("webhook-id"), event);
            assert_eq!(w.delivery("success").await["attempt_number"], 2);
            assert_eq!(get(&w, &id).await["attempts"].as_array().unwrap().len(), 2);
        }),
        row(RETRY, "a delivery that waits for its retry is sent at once", |w| async move {
            let receiver = Receiver::answering(vec![reply(500), reply(200)]).await;
            w.subscribe(&receiver.url(), json!({})).await;
            w.publish("invoice.created").await;
            let id = text(&w.delivery("retrying").await, "id");
            w.p(&format!("POST /deliveries/{id}/retry"), ()).await.is(200);
            receiver.got(2).await;
            w.delivery("success").await;
        }),
        row(RETRY, "not found → 400", |w| async move {
            for id in ["dlv_06f8k2m4q9v1x3z5b7d9f1h3k5", "nonsense"] {
                w.p(&format!("POST /deliveries/{id}/retry"), ()).await.is(400);
            }
        }),
        row(RETRY, "already delivered → 400", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({})).await;
            w.publish("invoice.created").await;
            let id = text(&w.delivery("success").await, "id");
            w.p(&format!("POST /deliveries/{id}/retry"), ()).await.is(400).says("delivered");
        }),
        row(RETRY, "subscription inactive → 400: paused, disabled, deleted", |w| async move {
            let receiver = Receiver::answering(vec![reply(410)]).await;
            let subscription = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            w.publish("invoice.created").await;
            let id = text(&w.delivery("disabled").await, "id");
            let retry = format!("POST /deliveries/{id}/retry");
            w.p(&retry, ()).await.is(400).says("inactive");
            w.p(&format!("POST /subscriptions/{subscription}/pause"), ()).await.is(200);
            w.p(&retry, ()).await.is(400).says("inactive");
            w.p(&format!("DELETE /subscriptions/{subscription}"), ()).await.is(204);
            w.p(&retry, ()).await.is(400);
            assert_eq!(receiver.count(), 1);
        }),
    ]
}
