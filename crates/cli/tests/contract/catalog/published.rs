//! Validation of published events against the catalog.

use super::coverage::parse;
use crate::{
    receiver::Receiver,
    rows::{Answer, Row, World, row},
};
use serde_json::{Value, json};

async fn publish(w: &World, event_type: &str, data: &Value) -> Answer {
    w.call("POST /api/v1/events", json!({ "type": event_type, "data": data })).await
}

async fn example(w: &World, event_type: &str) -> Value {
    w.p(&format!("GET /events/{event_type}"), ()).await.is(200)["example"].clone()
}

/// An invoice with an invalid id and currency.
async fn broken_invoice(w: &World) -> Value {
    let mut data = example(w, "invoice.created").await;
    data["invoice_id"] = json!(5);
    data["currency"] = json!("hush-hush");
    data
}

/// The number of times that a type was counted as this kind of misfit, and its last error.
async fn misfit(w: &World, event_type: &str, kind: &str) -> (u64, String) {
    let list = w.p("GET /events/misfits", ()).await.is(200);
    let found = list.list().iter().find(|one| one["event_type"] == event_type && one["kind"] == kind);
    found.map_or((0, String::new()), |one| {
        (one["times"].as_u64().unwrap(), one["last_fault"].as_str().unwrap().to_owned())
    })
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("Catalog", "invoice.* and * match their types, and nothing else", |w| async move {
            let (invoices, all) = (Receiver::start().await, Receiver::start().await);
            w.subscribe(&invoices.url(), json!({ "events": ["invoice.*"], "profile": "tenant" })).await;
            w.subscribe(&all.url(), json!({ "events": ["*"], "profile": "tenant" })).await;
            let mut counts = [0, 0];
            for (_, event) in parse() {
                let is_invoice = event.starts_with("invoice.");
                let published = publish(&w, &event, &json!({})).await.is(202);
                assert_eq!(published["deliveries"], 1 + u32::from(is_invoice), "{event}");
                counts[0] += usize::from(is_invoice);
                counts[1] += 1;
            }
            for (receiver, count) in [(&invoices, counts[0]), (&all, counts[1])] {
                let mut events = Vec::new();
                for n in 1..=count {
                    events.push(receiver.got(n).await.header("x-event").to_owned());
                }
                events.sort_unstable();
                let mut expected: Vec<_> = parse().into_iter().map(|(_, event)| event).collect();
                expected.retain(|event| count == counts[1] || event.starts_with("invoice."));
                expected.sort_unstable();
                assert_eq!(events, expected);
            }
        }),
        row("Core POST /api/v1/events", "unknown type: accepted, and counted as a misfit", |w| async move {
            for times in 1..=3 {
                publish(&w, "never.heard_of", &json!({})).await.is(202);
                assert_eq!(misfit(&w, "never.heard_of", "unknown_type").await.0, times);
            }
        }),
        row("Catalog, not strict", "a payload that breaks its schema: accepted, and counted", |w| async move {
            let mut data = example(&w, "credit_note.issued").await;
            let id = data.as_object().unwrap().keys().find(|key| key.ends_with("_id")).unwrap().clone();
            publish(&w, "credit_note.issued", &data).await.is(202);
            assert_eq!(misfit(&w, "credit_note.issued", "schema").await.0, 0);
            data[&id] = json!(5);
            publish(&w, "credit_note.issued", &data).await.is(202);
            let (times, fault) = misfit(&w, "credit_note.issued", "schema").await;
            assert!(times == 1 && fault.contains(&format!("/{id}")), "{times} {fault}");
        }),
        row("Catalog, not strict", "misfits are for the operator", |w| async move {
            w.with_scopes(&["webhooks:manage"]).await.p("GET /events/misfits", ()).await.is(403);
        }),
    ]
}

pub(super) fn strict_rows() -> Vec<Row> {
    const STRICT: &str = "Catalog, catalog.strict";
    vec![
        row(STRICT, "every shipped example is published: 202", |w| async move {
            for (_, event) in parse() {
                let data = example(&w, &event).await;
                publish(&w, &event, &data).await.is(202);
            }
        }),
        row(STRICT, "and through the tenant API, as it is and in its helper body", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({ "events": ["*"] })).await;
            for (_, event) in parse() {
                let data = example(&w, &event).await;
                let helper = json!({
                    "event": event, "resource_type": "thing", "resource_id": "1", "timestamp": "2026-01-31T09:30:00Z",
                    "data": data, "metadata": { "tenant_id": w.tenant(), "source": "row", "version": "1.0" },
                });
                for payload in [data, helper] {
                    w.t("POST /deliveries", json!({ "event": event, "payload": payload })).await.is(202);
                }
            }
        }),
        row(STRICT, "an unknown type: 422, through the tenant API 400", |w| async move {
            let answer = publish(&w, "never.heard_of", &json!({})).await.is(422).says("never.heard_of");
            assert_eq!(answer["errors"][0]["field"], "type");
            let body = json!({ "event": "never.heard_of", "payload": {} });
            let answer = w.t("POST /deliveries", body).await.is(400).says("never.heard_of");
            assert_eq!(answer["errors"][0]["field"], "event", "the tenant API's name of the field");
        }),
        row(
            STRICT,
            "a payload that breaks its schema: 422 naming data/<json pointer>, without values",
            |w| async move {
                let data = broken_invoice(&w).await;
                let answer = publish(&w, "invoice.created", &data).await.is(422);
                let fields: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
                assert!(fields.contains(&&json!("data/invoice_id")), "{fields:?}");
                assert!(fields.contains(&&json!("data/currency")), "{fields:?}");
                assert!(!answer.text.contains("hush-hush"), "{}", answer.text);
                let body = json!({ "event": "invoice.created", "payload": data });
                w.t("POST /deliveries", body).await.is(400).says("payload/invoice_id");
            },
        ),
        row(STRICT, "one bad event refuses the batch with its index", |w| async move {
            let good = json!({ "type": "invoice.created", "data": example(&w, "invoice.created").await });
            for (bad, field) in [
                (json!({ "type": "invoice.created", "data": broken_invoice(&w).await }), "events[1].data/"),
                (json!({ "type": "never.heard_of", "data": {} }), "events[1].type"),
            ] {
                let answer = w.call("POST /api/v1/events/batch", json!({ "events": [good, bad] })).await.is(422);
                let named = answer["errors"][0]["field"].as_str().unwrap();
                assert!(named.starts_with(field), "{named}");
            }
            assert_eq!(w.call("GET /api/v1/events", ()).await.is(200).body, json!([]), "none is published");
        }),
    ]
}
