//! Calls about event types, and the short form of subscriptions.

use crate::{
    receiver::Receiver,
    rows::{Row, has_fields, row, text},
};
use serde_json::{Value, json};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = shipped();
    rows.extend(custom());
    rows.extend(short());
    rows
}

fn shipped() -> Vec<Row> {
    vec![
        row("Platform API, GET /events", "200 {total, events: [{event_type, …}]}, sorted", |w| async move {
            let answer = w.p("GET /events", ()).await.is(200);
            has_fields(&answer.body, "total events");
            let events = answer["events"].as_array().unwrap();
            assert_eq!(answer["total"], events.len());
            let names: Vec<_> = events.iter().map(|one| text(one, "event_type")).collect();
            assert!(names.len() >= 64 && names.is_sorted_by(|a, b| a < b), "{names:?}");
            for one in events {
                has_fields(one, "event_type description has_schema has_example category");
                assert!(one["has_schema"].is_boolean() && one["has_example"].is_boolean());
            }
        }),
        row("Platform API, GET /events/{event_type}", "200 {event_type, description, schema, …}", |w| async move {
            let one = w.p("GET /events/invoice.created", ()).await.is(200).body;
            has_fields(&one, "event_type description schema example category");
            assert_eq!((&one["event_type"], &one["category"]), (&json!("invoice.created"), &json!("billing")));
            assert!(one["schema"].is_object() && one["example"].is_object());
        }),
        row("Platform API, GET /events/{event_type}", "404", |w| async move {
            w.p("GET /events/no.such", ()).await.is(404).says("no.such");
        }),
        row(
            "Platform API, PUT, DELETE /events/{event_type}",
            "a shipped type is neither changed nor retired: 409",
            |w| async move {
                w.p("PUT /events/invoice.created", json!({ "description": "mine" })).await.is(409);
                w.p("DELETE /events/invoice.created", ()).await.is(409);
                w.p("POST /events", json!({ "event_type": "invoice.created", "description": "mine" })).await.is(409);
            },
        ),
    ]
}

fn custom() -> Vec<Row> {
    const CALLS: &str = "Platform API, POST /events, PUT, DELETE /events/{event_type}";
    vec![
        row(CALLS, "register a custom type: 201; it is listed, shown and subscribed to", |w| async move {
            let fields = json!({
                "event_type": "p_rows.registered", "description": "Made here", "category": "mine",
                "schema": { "type": "object", "required": ["n"] }, "example": { "n": 1 },
            });
            w.subscribe_refused("p_rows.registered").await;
            assert_eq!(w.p("POST /events", fields.clone()).await.is(201).body, fields);
            assert_eq!(w.p("GET /events/p_rows.registered", ()).await.is(200).body, fields);
            let list = w.p("GET /events", ()).await.is(200).body;
            let line = list["events"].as_array().unwrap().iter().find(|one| one["event_type"] == "p_rows.registered");
            assert_eq!(line.unwrap()["has_schema"], true);
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({ "events": ["p_rows.registered"] })).await;
            w.publish_data("p_rows.registered", "{\"n\":2}").await;
            assert_eq!(receiver.got(1).await.json()["data"], json!({ "n": 2 }));
            w.p("POST /events", fields).await.is(409);
        }),
        row(CALLS, "change: absent keeps, null clears; 404", |w| async move {
            let fields = json!({ "event_type": "p_rows.changed", "description": "one", "example": { "n": 1 } });
            w.p("POST /events", fields).await.is(201);
            let changed = w.p("PUT /events/p_rows.changed", json!({ "description": "two" })).await.is(200);
            assert_eq!((&changed["description"], &changed["example"]), (&json!("two"), &json!({ "n": 1 })));
            let changed = w.p("PUT /events/p_rows.changed", json!({ "example": null })).await.is(200);
            assert_eq!((&changed["description"], &changed["example"]), (&json!("two"), &Value::Null));
            w.p("PUT /events/no.such", json!({})).await.is(404);
        }),
        row(CALLS, "retire: 204; then 404, not listed; it can be registered again", |w| async move {
            w.p("POST /events", json!({ "event_type": "p_rows.retired", "description": "x" })).await.is(201);
            w.p("DELETE /events/p_rows.retired", ()).await.is(204);
            w.p("DELETE /events/p_rows.retired", ()).await.is(404);
            w.p("GET /events/p_rows.retired", ()).await.is(404);
            assert!(!w.p("GET /events", ()).await.is(200).text.contains("p_rows.retired"));
            w.subscribe_refused("p_rows.retired").await;
            w.p("POST /events", json!({ "event_type": "p_rows.retired", "description": "y" })).await.is(201);
        }),
        row(CALLS, "422 on a bad name, a bad schema, an example that breaks it", |w| async move {
            for (fields, part) in [
                (json!({}), "event_type"),
                (json!({ "event_type": "a b" }), "event_type"),
                (json!({ "event_type": "a".repeat(101) }), "event_type"),
                (json!({ "event_type": "p_rows.bad", "schema": { "type": "objekt" } }), "schema"),
                (json!({ "event_type": "p_rows.bad", "schema": [] }), "schema"),
                (json!({ "event_type": "p_rows.bad", "schema": { "required": ["x"] }, "example": {} }), "example"),
            ] {
                w.p("POST /events", fields).await.is(422).says(part);
            }
            w.p("GET /events/p_rows.bad", ()).await.is(404);
        }),
        row(CALLS, "admin: a tenant's key 403", |w| async move {
            let manager = w.with_scopes(&["webhooks:manage"]).await;
            let fields = json!({ "event_type": "p_rows.forbidden", "description": "x" });
            manager.p("POST /events", fields).await.is(403);
            manager.p("PUT /events/invoice.created", json!({})).await.is(403);
            manager.p("DELETE /events/invoice.created", ()).await.is(403);
            w.with_key(None).p("POST /events", json!({})).await.is(401);
        }),
    ]
}

fn short() -> Vec<Row> {
    const SHORT: &str = "Platform API, GET \"\", POST \"\", DELETE /{id}";
    vec![
        row(SHORT, "{id, url, events, active, secret}; POST → 201 with the secret, the only time", |w| async move {
            let body = json!({ "url": "https://example.com/short", "events": ["invoice.paid"] });
            let made = w.p("POST ", body).await.is(201);
            let (id, secret) = (made.text_of("id"), made.text_of("secret"));
            assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
            let mut expected = json!({ "id": id, "url": "https://example.com/short", "events": ["invoice.paid"],
                "active": true, "secret": secret });
            assert_eq!(made.body, expected);
            expected["secret"] = json!(null);
            assert_eq!(w.p("GET ", ()).await.is(200).body, json!([expected]));
            assert_eq!(w.p(&format!("GET /subscriptions/{id}"), ()).await.is(200)["profile"], "platform");
            w.p(&format!("DELETE /{id}"), ()).await.is(204);
            w.p(&format!("DELETE /{id}"), ()).await.is(404);
            assert_eq!(w.p("GET ", ()).await.is(200).body, json!([]));
        }),
        row(SHORT, "active: false is heeded; types are not checked against the catalog", |w| async move {
            let receiver = Receiver::start().await;
            let events = json!(["p_rows.nobody_registered", "p_rows.*"]);
            let body = json!({ "url": receiver.url(), "events": events, "active": false });
            let made = w.p("POST ", body).await.is(201);
            assert_eq!((&made["active"], &made["events"]), (&json!(false), &events));
            w.publish("p_rows.nobody_registered").await;
            w.delivery("pending").await;
            assert_eq!(receiver.count(), 0);
            w.p(&format!("POST /subscriptions/{}/activate", made.text_of("id")), ()).await.is(200);
            receiver.got(1).await;
        }),
        row(SHORT, "GET \"\": up to 500 by default", |w| async move {
            for number in 0..101 {
                let url = format!("https://example.com/{number}");
                w.p("POST ", json!({ "url": url, "events": ["*"] })).await.is(201);
            }
            assert_eq!(w.p("GET ", ()).await.is(200).all("id").len(), 101);
        }),
        row(SHORT, "422 as in the long form; newest first; limit", |w| async move {
            w.p("POST ", json!({ "url": "https://example.com/short" })).await.is(422);
            let malformed = json!({ "url": "https://example.com/short", "events": ["a b", "c..d"] });
            w.p("POST ", malformed).await.is(422).says("Unsupported event types: a b, c..d");
            let older = w.subscribe("https://example.com/1", json!({})).await.text_of("id");
            let newer = w.subscribe("https://example.com/2", json!({ "is_active": false })).await.text_of("id");
            let list = w.p("GET ", ()).await.is(200);
            assert_eq!(list.all("id"), [newer.clone(), older]);
            assert_eq!((&list.body[0]["active"], &list.body[1]["active"]), (&json!(false), &json!(true)));
            assert_eq!(w.p("GET ?limit=1", ()).await.is(200).all("id"), [newer]);
            w.p("GET ?limit=501", ()).await.is(422);
        }),
    ]
}
