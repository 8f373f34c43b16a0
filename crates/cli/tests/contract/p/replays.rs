//! Calls about replays, and cancellation.

use crate::{
    receiver::{Receiver, reply},
    rows::{Row, has_fields, is_time, row, wait_until},
};
use serde_json::{Value, json};

const FIELDS: &str = "id subscription_id state reason event_types statuses after before rate count count_is_lower_bound \
    queued skipped position created_at updated_at ended_at";

#[expect(clippy::too_many_lines, reason = "one entry for each row")]
pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "Platform API, POST /replays",
            "202 the replay with id and count; every failed delivery again",
            |w| async move {
                let receiver = Receiver::answering(vec![reply(500), reply(500), reply(200)]).await;
                let id = w.subscribe(&receiver.url(), json!({ "max_retries": 0 })).await.text_of("id");
                for _ in 0..2 {
                    w.publish("invoice.created").await;
                }
                wait_until("both have failed", async || {
                    (w.p("GET /deliveries?status=failed", ()).await.is(200).list().len() == 2).then_some(())
                })
                .await;
                let made = w.p("POST /replays", json!({ "subscription_id": id })).await.is(202);
                has_fields(&made.body, FIELDS);
                is_time(&made.body["created_at"]);
                assert_eq!((&made.body["count"], &made.body["state"]), (&json!(2), &json!("running")));
                let replay = made.text_of("id");
                assert!(replay.starts_with("rpl_"));
                let done = wait_until("the replay is complete", async || {
                    let shown = w.p(&format!("GET /replays/{replay}"), ()).await.is(200).body;
                    (shown["state"] == "completed").then_some(shown)
                })
                .await;
                assert_eq!((&done["queued"], &done["skipped"]), (&json!(2), &json!(0)));
                wait_until("both are delivered", async || {
                    (w.p("GET /deliveries?status=success", ()).await.is(200).list().len() == 2).then_some(())
                })
                .await;
                assert_eq!(w.p("GET /replays", ()).await.is(200).list()[0]["id"], replay);
                for action in ["pause", "resume", "cancel"] {
                    w.p(&format!("POST /replays/{replay}/{action}"), ()).await.is(409).says("has ended already");
                }
            },
        ),
        row("Platform API, POST /replays", "missed_only: earlier events to a new subscription", |w| async move {
            let event = w.publish("invoice.created").await;
            let receiver = Receiver::start().await;
            let id = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            let body = json!({ "subscription_id": id, "missed_only": true });
            let mut preview = body.clone();
            preview["dry_run"] = Value::Bool(true);
            let preview = w.p("POST /replays", preview).await.is(200);
            assert_eq!((&preview.body["count"], &preview.body["sample"][0]["event_id"]), (&json!(1), &json!(event)));
            assert!(w.p("GET /deliveries", ()).await.is(200).list().is_empty(), "a dry run writes nothing");
            assert_eq!(w.p("POST /replays", body).await.is(202).body["count"], 1);
            assert_eq!(w.delivery("success").await["event_id"], event);
        }),
        row("Platform API, POST /replays", "409 while the subscription is inactive, 404 without one", |w| async move {
            let id = w.subscribe("https://example.com/p-replay", json!({ "is_active": false })).await.text_of("id");
            w.p("POST /replays", json!({ "subscription_id": id })).await.is(409).says("activate it first");
            w.p("POST /replays", json!({ "subscription_id": "sub_0" })).await.is(404);
            w.p("GET /replays/rpl_0", ()).await.is(404);
        }),
        row(
            "Platform API, POST /deliveries/cancel",
            "waiting deliveries end; 409 when one has ended",
            |w| async move {
                let receiver = Receiver::answering(vec![reply(500), reply(500)]).await;
                w.subscribe(&receiver.url(), json!({})).await;
                w.publish("invoice.created").await;
                let first = w.delivery("retrying").await;
                let path = format!("POST /deliveries/{}/cancel", first["id"].as_str().unwrap());
                let cancelled = w.p(&path, ()).await.is(200);
                assert_eq!(cancelled.body["error_message"], "cancelled by request");
                w.p(&path, ()).await.is(409).says("has ended already");
                w.publish("invoice.created").await;
                w.delivery("retrying").await;
                let answer = w.p("POST /deliveries/cancel", json!({ "event_types": ["invoice.*"] })).await.is(200);
                assert_eq!(answer.body, json!({ "cancelled": 1, "more": false }));
                w.p("POST /deliveries/cancel", json!({})).await.is(422).says("At least one of");
            },
        ),
    ]
}
