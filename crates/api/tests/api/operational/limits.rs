//! Operational events about the limits of tenants.

use super::*;

#[tokio::test]
async fn a_limit_that_a_tenant_reaches_is_reported_once_an_hour() {
    let mut scene = Scene::start().await;
    let limits = json!({"limits": {"subscriptions": 1, "publish": {"limit": 1, "period": "hour"}}});
    scene.app.admin().put("/api/v1/tenants/acme", limits).await.expect(200);
    scene.acme.subscribe_with(once("https://a.example/")).await;
    scene.next().await;
    for _ in 0..2 {
        scene.acme.post(SUBSCRIPTIONS, once("https://b.example/")).await.problem(422, "too_many_subscriptions");
    }
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.tenant.limit_reached");
    assert_eq!(
        (&data["tenant_id"], &data["limit"], &data["maximum"]),
        (&json!("acme"), &json!("subscriptions"), &json!(1))
    );
    scene.acme.publish_with(json!({"type": "customer.created", "data": {}})).await;
    for _ in 0..2 {
        scene
            .acme
            .post("/api/v1/events", json!({"type": "customer.created", "data": {}}))
            .await
            .problem(429, "rate_limited");
    }
    let (_, data) = scene.next().await;
    assert_eq!((&data["limit"], &data["maximum"]), (&json!("publish"), &json!(1)));
    scene.finish().await;
}
