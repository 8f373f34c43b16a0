//! `GET /api/v1/webhooks/deliveries/rates`, and the same over all tenants.

use super::PATH;
use crate::support::{Caller, Reply, TestApp, time};
use serde_json::json;

const OF_ALL: &str = "/api/v1/admin/deliveries/rates";

#[tokio::test]
async fn rates_are_shown_by_event_type_for_a_period() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let path = format!("{PATH}/rates");
    let nothing = acme.get(&path).await.expect(200);
    assert_eq!((&nothing["event_types"], &nothing["deliveries"]), (&json!([]), &json!(0)));
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0})).await;
    let publish = async |caller: &Caller, name: &str| {
        caller.publish_with(json!({"type": name, "data": {}})).await;
    };
    publish(&acme, "ticket.closed").await;
    receiver.next().await;
    app.advance(3_600);
    for (name, status) in [("invoice.paid", 200), ("invoice.paid", 200), ("invoice.paid", 500), ("ticket.closed", 500)]
    {
        receiver.then(Reply::status(status));
        publish(&acme, name).await;
        receiver.next().await;
        app.settled().await;
        app.advance(300);
    }
    let found = acme.get(&path).await.expect(200);
    assert_eq!((&found["deliveries"], &found["capped"]), (&json!(4), &json!(false)));
    assert_eq!(time(&found["until"]), app.now().to_millis());
    assert_eq!(time(&found["until"]).since(time(&found["since"])).as_secs(), 3_600);
    assert_eq!(
        found["event_types"],
        json!([
            {"event_type": "invoice.paid", "deliveries": 3, "per_minute": 0.05, "success": 2, "failed": 1, "waiting": 0,
             "success_rate": 0.6667},
            {"event_type": "ticket.closed", "deliveries": 1, "per_minute": 0.0167, "success": 0, "failed": 1,
             "waiting": 0, "success_rate": 0.0},
        ])
    );
    let after = "after=2026-01-31T09:30:00Z&before=2026-01-31T10:30:00Z";
    for (query, deliveries) in [
        (after, 1),
        ("after=2026-01-31T09:30:00Z", 5),
        ("before=2026-01-31T09:00:00Z", 0),
        ("event_type=ticket.closed", 1),
        ("status=failed", 2),
        ("response_code=200", 2),
        ("event_id=nobody-published-this", 0),
    ] {
        let found = acme.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!(found["deliveries"], deliveries, "{query}");
        assert_eq!(app.admin().get(&format!("{OF_ALL}?tenant_id=acme&{query}")).await.expect(200), found, "{query}");
    }
    let other = app.tenant("globex").await;
    assert_eq!(other.get(&path).await.expect(200)["deliveries"], 0);
    let paused = json!({"url": receiver.url("/"), "events": ["*"], "is_active": false});
    other.subscribe_with(paused).await;
    publish(&other, "invoice.paid").await;
    let all = app.admin().get(OF_ALL).await.expect(200);
    assert_eq!(all["event_types"][0]["waiting"], 1);
    let waiting = other.get(&path).await.expect(200);
    assert_eq!(waiting["event_types"][0]["success_rate"], json!(null), "none has ended");
    app.finish_leaving(1).await;
}
