//! Section "Operational events", for the operator and for tenants, on both stores.

use crate::{
    receiver::{Got, NOBODY, Receiver, reply},
    rows::{Row, World, row, run, text, wait_until},
    server::{On, Server, on_both},
};
use serde_json::{Value, json};

const SYSTEM: &str = "_postrider";

on_both!(operational);

async fn operational(on: On) {
    let server = Server::for_loopback(on, &[("POSTRIDER_OPERATIONAL_EVENTS_TO_TENANTS", "true")]);
    let mut rows = operator();
    rows.extend(tenants());
    rows.extend(reserved());
    run(&server, 4, rows).await;
}

on_both!(operational_for_the_operator_only);

async fn operational_for_the_operator_only(on: On) {
    let server = Server::for_loopback(on, &[]);
    let refused = row("Operational events", "tenants name none of them by default", |w| async move {
        w.subscribe_refused("postrider.subscription.disabled").await;
        w.subscribe_refused("postrider.*").await;
        let listed = w.p("GET /events", ()).await.is(200);
        assert!(!listed.text.contains("postrider."), "{}", listed.text);
        let system = w.in_tenant(Some(SYSTEM));
        system.subscribe_refused("invoice.created").await;
        assert!(system.p("GET /events", ()).await.is(200).text.contains("postrider.breaker.opened"));
    });
    run(&server, 4, vec![refused]).await;
}

/// A receiver of the operator that gets all operational events.
async fn operators(w: &World) -> Receiver {
    let receiver = Receiver::start().await;
    w.in_tenant(Some(SYSTEM)).subscribe(&receiver.url(), json!({ "events": ["*"] })).await;
    receiver
}

/// The first request with an event of this type about this tenant; rows share the system tenant.
async fn about(receiver: &Receiver, tenant: &str, kind: &str) -> Got {
    let mut next = 1;
    loop {
        let got = receiver.got(next).await;
        let body = got.json();
        if body["type"] == format!("postrider.{kind}") && body["data"]["tenant_id"] == tenant {
            return got;
        }
        next += 1;
    }
}

async fn data(receiver: &Receiver, w: &World, kind: &str) -> Value {
    about(receiver, w.tenant(), kind).await.json()["data"].clone()
}

fn operator() -> Vec<Row> {
    const RULE: &str = "Operational events, to the operator";
    vec![
        row(RULE, "changes of a subscription raise signed events", |w| async move {
            let receiver = operators(&w).await;
            let id = w.subscribe(NOBODY, json!({ "description": "Orders" })).await.text_of("id");
            let got = about(&receiver, w.tenant(), "subscription.created").await;
            assert!(got.header("webhook-signature").starts_with("v1,"));
            assert_eq!(got.header("x-webhook-event-type"), "postrider.subscription.created");
            assert_eq!(got.json()["tenant_id"], SYSTEM);
            let subject = json!({ "id": id, "url": NOBODY, "description": "Orders", "events": ["invoice.created"] });
            assert_eq!(got.json()["data"]["subscription"], subject);
            w.p(&format!("PATCH /subscriptions/{id}"), json!({ "max_retries": 1 })).await.is(200);
            assert_eq!(data(&receiver, &w, "subscription.updated").await["changed_fields"], json!(["max_retries"]));
            w.p(&format!("POST /subscriptions/{id}/rotate-secret"), ()).await.is(200);
            assert!(data(&receiver, &w, "subscription.secret_rotated").await["previous_secret_until"].is_string());
            w.p(&format!("DELETE /subscriptions/{id}"), ()).await.is(204);
            assert_eq!(data(&receiver, &w, "subscription.deleted").await["subscription"], subject);
        }),
        row(RULE, "a delivery that is given up raises an event", |w| async move {
            let receiver = operators(&w).await;
            w.subscribe(NOBODY, json!({ "retry_enabled": false })).await;
            let event = w.publish("invoice.created").await;
            let found = data(&receiver, &w, "delivery.exhausted").await;
            assert_eq!((&found["event_id"], &found["status"]), (&json!(event), &json!("exhausted")));
            assert_eq!((&found["attempts"], &found["response_code"]), (&json!(1), &Value::Null));
            assert_eq!(text(&w.delivery("failed").await, "id"), text(&found, "delivery_id"));
        }),
        row(RULE, "410 raises an event about the disabled subscription", |w| async move {
            let receiver = operators(&w).await;
            let gone = Receiver::answering(vec![reply(410)]).await;
            let id = w.subscribe(&gone.url(), json!({})).await.text_of("id");
            let event = w.publish("invoice.created").await;
            let found = data(&receiver, &w, "subscription.disabled").await;
            assert_eq!((&found["subscription"]["id"], &found["reason"]), (&json!(id), &json!("gone")));
            assert_eq!(
                (&found["last_failure"]["event_id"], &found["last_failure"]["response_code"]),
                (&json!(event), &json!(410))
            );
        }),
        row(RULE, "a circuit breaker that opens and is reset raises two events", |w| async move {
            let receiver = operators(&w).await;
            let breaker = json!({ "connection_failures": 1, "pause_seconds": 60 });
            let id = w.subscribe(NOBODY, json!({ "circuit_breaker": breaker })).await.text_of("id");
            w.publish("invoice.created").await;
            let opened = data(&receiver, &w, "breaker.opened").await;
            assert_eq!(opened["subscription"]["id"], id);
            w.p(&format!("POST /subscriptions/{id}/breaker/reset"), ()).await.is(200);
            let closed = data(&receiver, &w, "breaker.closed").await;
            assert_eq!((&closed["reason"], &closed["opened_at"]), (&json!("reset"), &opened["opened_at"]));
        }),
    ]
}

fn tenants() -> Vec<Row> {
    const RULE: &str = "Operational events, to tenants";
    vec![
        row(RULE, "those about themselves, if a subscription names them; * is not enough", |w| async move {
            let (named, all) = (Receiver::start().await, Receiver::start().await);
            w.subscribe(&named.url(), json!({ "events": ["postrider.subscription.created"] })).await;
            w.subscribe(&all.url(), json!({ "events": ["*"] })).await;
            let other = w.in_tenant(Some(&format!("{}-other", w.tenant())));
            other.subscribe(NOBODY, json!({})).await;
            w.subscribe(NOBODY, json!({ "events": ["invoice.paid"] })).await;
            let got = [named.got(1).await.json(), named.got(2).await.json()];
            for body in &got {
                assert_eq!((&body["tenant_id"], &body["data"]["tenant_id"]), (&json!(w.tenant()), &json!(w.tenant())));
                assert!(body["data"].get("node").is_none(), "the node is internal: {body}");
            }
            assert_eq!(got[1]["data"]["subscription"]["events"], json!(["invoice.paid"]));
            w.publish("ticket.created").await;
            assert_eq!(all.got(1).await.header("x-webhook-event-type"), "ticket.created");
            assert_eq!((named.count(), all.count()), (2, 1));
        }),
        row(RULE, "no event about a failed operational event", |w| async move {
            let fields = json!({ "events": ["postrider.*"], "retry_enabled": false });
            w.subscribe(NOBODY, fields).await;
            w.subscribe(NOBODY, json!({ "events": ["invoice.paid"] })).await;
            wait_until("the event is given up", async || {
                let list = w.p("GET /deliveries?status=failed", ()).await.is(200);
                (list.list().len() == 1).then_some(())
            })
            .await;
            let events = w.call("GET /api/v1/events", ()).await.is(200);
            assert_eq!(events.all("type"), ["postrider.subscription.created"]);
        }),
    ]
}

fn reserved() -> Vec<Row> {
    const RULE: &str = "Operational events, reserved names";
    vec![
        row(RULE, "postrider. types and the tenant _postrider cannot be published into: 422, 400", |w| async move {
            let body = json!({ "type": "postrider.breaker.opened", "data": {} });
            w.call("POST /api/v1/events", body).await.is(422).says("type");
            let system = w.in_tenant(Some(SYSTEM));
            system
                .call("POST /api/v1/events", json!({ "type": "invoice.paid", "data": {} }))
                .await
                .is(422)
                .says(SYSTEM);
            let body = json!({ "event": "postrider.breaker.opened", "payload": {} });
            w.t("POST /deliveries", body).await.is(400).says("event");
            let custom = json!({ "event_type": "postrider.mine", "description": "x" });
            w.p("POST /events", custom).await.is(422).says("reserved");
        }),
        row(RULE, "the system tenant is no customer and has no keys", |w| async move {
            let system = w.in_tenant(Some(SYSTEM));
            system.p("GET /subscriptions", ()).await.is(200);
            w.call("PUT /api/v1/tenants/_postrider", json!({})).await.is(422).says("reserved");
            w.call("DELETE /api/v1/tenants/_postrider", ()).await.is(422).says("reserved");
            system.call("POST /api/v1/keys", json!({})).await.is(422);
            assert!(!w.call("GET /api/v1/tenants", ()).await.is(200).all("id").contains(&SYSTEM.to_owned()));
            let member = w.with_scopes(&["webhooks:read"]).await.in_tenant(Some(SYSTEM));
            member.p("GET /subscriptions", ()).await.is(403);
        }),
    ]
}
