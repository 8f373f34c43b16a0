//! Coverage of the catalog: promised events against published ones, on both stores.

use crate::{
    receiver::Receiver,
    rows::{Answer, Row, World, row, run},
    server::{On, Server, on_both},
};
use serde_json::{Value, json};

on_both!(audit);

async fn audit(on: On) {
    let server = Server::for_loopback(on, &[]);
    run(&server, 4, rows()).await;
}

const COVERAGE: &str = "GET /api/v1/audit/coverage";
const REPORT: &str = "/api/v1/audit/report";

fn event<'a>(coverage: &'a Answer, event_type: &str) -> &'a Value {
    let events = coverage["events"].as_array().unwrap();
    events.iter().find(|one| one["event_type"] == event_type).unwrap()
}

async fn of(w: &World, path: &str) -> Answer {
    w.call(path, ()).await.is(200)
}

fn rows() -> Vec<Row> {
    vec![
        row("Core GET /api/v1/audit/coverage", "promised, published, subscribed, broken", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({ "events": ["invoice.paid", "customer.*"] })).await;
            for (event_type, data) in [("invoice.created", "{}"), ("no.promise", "{}"), ("customer.created", "{}")] {
                w.publish_data(event_type, data).await;
            }
            receiver.got(1).await;
            let found = of(&w, COVERAGE).await;
            let created = event(&found, "invoice.created");
            assert_eq!(
                (&created["published"], &created["misfits"]),
                (&json!(1), &json!(1)),
                "an empty invoice breaks the schema"
            );
            assert_eq!(event(&found, "customer.created")["subscriptions"], 1);
            assert_eq!(found["seen_unknown"], json!(["no.promise"]));
            assert_eq!(found["seen_nobody_subscribed"], json!(["invoice.created", "no.promise"]));
            let in_vain = json!([{ "event_type": "invoice.paid", "subscriptions": 1 }]);
            assert_eq!(found["subscribed_never_published"], in_vain);
            let reader = w.with_scopes(&["webhooks:read"]).await.call(COVERAGE, ()).await.is(200);
            assert_eq!(reader["summary"], found["summary"]);
            w.with_scopes(&["events:publish"]).await.call(COVERAGE, ()).await.is(403);
        }),
        row("Core GET /api/v1/audit/coverage", "one tenant, or all with the operator's key only", |w| async move {
            let others = w.in_tenant(Some(&format!("{}-other", w.tenant())));
            for (world, times) in [(&w, 2), (&others, 3)] {
                for _ in 0..times {
                    world.publish("only.in-this-row").await;
                }
            }
            let published = async |w: &World| event(&of(w, COVERAGE).await, "only.in-this-row")["published"].clone();
            assert_eq!((published(&w).await, published(&others).await), (json!(2), json!(3)));
            assert_eq!(published(&w.in_tenant(None)).await, json!(5));
        }),
        row("Core GET /api/v1/audit/coverage", "days: 1 to 365, else 422", |w| async move {
            for days in ["0", "366", "x"] {
                let refused = w.call(&format!("{COVERAGE}?days={days}"), ()).await.is(422);
                assert_eq!(refused["errors"][0]["field"], "days");
            }
            assert_eq!(of(&w, &format!("{COVERAGE}?days=365")).await["days"], 365);
        }),
        row("Core PUT /api/v1/audit/report", "stored unchanged, and joined with the rows", |w| async move {
            w.call(&format!("GET {REPORT}"), ()).await.is(404);
            let report = json!({ "schema_version": 1, "revision": "abc", "generated_at": "2026-01-31T09:30:00Z",
                "events": [{ "event_type": "invoice.paid", "state": "dead", "sites": [] }], "files": { "read": 1 } });
            let uploaded = w.call(&format!("PUT {REPORT}"), report.clone()).await.is(200);
            assert_eq!(w.call(&format!("GET {REPORT}"), ()).await.is(200).body, report);
            let found = of(&w, COVERAGE).await;
            assert_eq!((&found["report"], &event(&found, "invoice.paid")["code"]), (&uploaded.body, &json!("dead")));
            let refused = w.call(&format!("PUT {REPORT}"), json!({ "events": [] })).await.is(422);
            assert_eq!(refused["errors"][0]["field"], "schema_version");
            w.with_scopes(&["webhooks:manage", "webhooks:read"]).await.call(&format!("GET {REPORT}"), ()).await.is(403);
        }),
    ]
}
