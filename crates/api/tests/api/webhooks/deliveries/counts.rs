//! `GET /api/v1/webhooks/deliveries/counts`, and the same over all tenants.

use super::PATH;
use crate::support::{Caller, Receiver, Reply, TestApp};
use serde_json::{Value, json};

const OF_ALL: &str = "/api/v1/admin/deliveries/counts";

/// Deliveries of a tenant: two successful ones, a failed, a retrying, a cancelled and a pending one.
async fn furnish(app: &TestApp, caller: &Caller, receiver: &mut Receiver) {
    for (event, retries) in [("invoice.*", 0), ("ticket.*", 3), ("customer.*", 0)] {
        let fields = json!({"url": receiver.url("/"), "events": [event], "max_retries": retries});
        let made = caller.subscribe_with(fields).await;
        if event == "customer.*" {
            let id = made["id"].as_str().unwrap();
            caller.post_nothing(&format!("/api/v1/webhooks/subscriptions/{id}/pause")).await.expect(200);
        }
    }
    for (event_type, status) in
        [("invoice.paid", 200), ("invoice.created", 200), ("invoice.paid", 500), ("ticket.closed", 503)]
    {
        receiver.then(Reply::status(status));
        caller.publish_with(json!({"type": event_type, "data": {"status": status}})).await;
        receiver.next().await;
        app.settled().await;
    }
    for name in ["customer.created", "customer.deleted"] {
        caller.publish_with(json!({"type": name, "data": {}})).await;
    }
    let cancel = json!({"event_types": ["customer.deleted"]});
    caller.post("/api/v1/webhooks/deliveries/cancel", cancel).await.expect(200);
}

fn counts(answer: &Value) -> Vec<(&str, u64)> {
    let statuses = answer["statuses"].as_array().unwrap().iter();
    statuses.map(|one| (one["status"].as_str().unwrap(), one["deliveries"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn deliveries_are_counted_by_status() {
    let app = TestApp::start().await;
    let mut receiver = Receiver::start().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let path = format!("{PATH}/counts");
    let nothing = acme.get(&path).await.expect(200);
    assert_eq!((&nothing["deliveries"], &nothing["capped"]), (&json!(0), &json!(false)));
    furnish(&app, &acme, &mut receiver).await;
    assert_eq!(globex.get(&path).await.expect(200)["deliveries"], 0, "another tenant's are not counted");
    furnish(&app, &globex, &mut receiver).await;
    let all = [("pending", 1), ("success", 2), ("failed", 2), ("retrying", 1), ("disabled", 0)];
    for (query, expected) in [
        ("", all.to_vec()),
        (
            "event_type=invoice.paid",
            vec![("pending", 0), ("success", 1), ("failed", 1), ("retrying", 0), ("disabled", 0)],
        ),
        ("status=failed", vec![("failed", 2)]),
        ("response_code=5xx", vec![("pending", 0), ("success", 0), ("failed", 1), ("retrying", 1), ("disabled", 0)]),
        ("overdue_minutes=0", vec![("pending", 1), ("success", 0), ("failed", 0), ("retrying", 0), ("disabled", 0)]),
        ("overdue_minutes=0&status=success", vec![("success", 0)]),
        (
            "payload_path=data.status&payload_value=200",
            vec![("pending", 0), ("success", 2), ("failed", 0), ("retrying", 0), ("disabled", 0)],
        ),
        ("event_id=nobody-published-this&status=pending", vec![("pending", 0)]),
    ] {
        let found = acme.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!(counts(&found), expected, "{query}");
        assert_eq!(found["deliveries"].as_u64(), Some(expected.iter().map(|one| one.1).sum()), "{query}");
        assert_eq!(found["capped"], false, "{query}");
        let narrow = format!("{OF_ALL}?tenant_id=acme&{query}");
        assert_eq!(app.admin().get(&narrow).await.expect(200), found, "{query}");
    }
    let found = acme.get(&path).await.expect(200);
    let codes = json!([
        {"response_code": null, "deliveries": 2}, {"response_code": 200, "deliveries": 2},
        {"response_code": 500, "deliveries": 1}, {"response_code": 503, "deliveries": 1},
    ]);
    assert_eq!(found["by_code"], codes);
    let types = found["by_type"].as_array().unwrap();
    assert_eq!((types.len(), &types[0]), (5, &json!({"event_type": "invoice.paid", "deliveries": 2})));
    assert_eq!(found["grouped"], 6);
    let narrow = acme.get(&format!("{path}?event_type=invoice.paid&status=failed")).await.expect(200);
    assert_eq!(narrow["by_code"], json!([{"response_code": 500, "deliveries": 1}]));
    let both = app.admin().get(OF_ALL).await.expect(200);
    assert_eq!(counts(&both), all.map(|(status, count)| (status, 2 * count)));
    app.finish_leaving(4).await;
}
