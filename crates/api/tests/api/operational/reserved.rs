//! The system tenant and the event types that are reserved for operational events.

use super::*;
use crate::support::each;

#[tokio::test]
async fn the_system_tenant_exists_from_the_first_use_and_is_no_customer() {
    let app = TestApp::start().await;
    let (admin, system) = (app.admin(), app.admin_in(SYSTEM));
    assert_eq!(system.get(SUBSCRIPTIONS).await.expect(200), json!([]), "the operator needs to create nothing");
    app.tenant("acme").await;
    assert_eq!(each(&admin.get("/api/v1/tenants").await.expect(200), "id"), ["acme"]);
    assert_eq!(admin.get("/api/v1/tenants/_postrider").await.expect(200)["id"], SYSTEM);
    for answer in [
        admin.put("/api/v1/tenants/_postrider", json!({"name": "mine"})).await,
        admin.delete("/api/v1/tenants/_postrider").await,
    ] {
        let (field, message) = answer.fault();
        assert_eq!((&*field, message.contains("reserved")), ("id", true), "{message}");
    }
    // No key can belong to it, so nobody but the operator reads it.
    assert_eq!(system.post("/api/v1/keys", json!({})).await.fault().0, "X-Tenant-Id");
    let app = app.restart().await;
    let acme = app.tenant("acme").await.with("X-Tenant-Id", SYSTEM);
    acme.get(SUBSCRIPTIONS).await.problem(403, "forbidden");
    assert_eq!(app.admin_in(SYSTEM).get(SUBSCRIPTIONS).await.expect(200), json!([]));
    app.finish().await;
}

#[tokio::test]
async fn nobody_can_publish_operational_events_or_into_the_system_tenant() {
    let app = TestApp::start().await;
    let (acme, system) = (app.tenant("acme").await, app.admin_in(SYSTEM));
    let event = |event_type: &str| json!({"type": event_type, "data": {}});
    let batch = |event_type: &str| json!({"events": [event("invoice.paid"), event(event_type)]});
    let (field, message) = acme.post("/api/v1/events", event("postrider.subscription.disabled")).await.fault();
    assert_eq!((&*field, message.contains("postrider.")), ("type", true), "{message}");
    assert_eq!(acme.post("/api/v1/events", event("postrider.of.mine")).await.fault().0, "type");
    assert_eq!(acme.post("/api/v1/events/batch", batch("postrider.x")).await.fault().0, "events[1].type");
    let (field, message) = system.post("/api/v1/events", event("invoice.paid")).await.fault();
    assert_eq!((&*field, message.contains(SYSTEM)), ("type", true), "{message}");
    assert_eq!(system.post("/api/v1/events", event("postrider.breaker.opened")).await.fault().0, "type");
    assert_eq!(system.post("/api/v1/events/batch", batch("invoice.paid")).await.fault().0, "events[0].type");
    let of_tenant = |event_type: &str| json!({"event": event_type, "payload": {}});
    for (caller, event_type) in [(&acme, " Postrider.Breaker.Opened "), (&system, "invoice.paid")] {
        let answer = caller.post("/api/v1/tenant/webhooks/deliveries", of_tenant(event_type)).await;
        assert_eq!(answer.problem(400, "invalid")["errors"][0]["field"], "event");
    }
    assert_eq!(app.admin().get("/api/v1/admin/events").await.expect(200), json!([]));
    let custom = json!({"event_type": "postrider.mine", "description": "x"});
    let (field, message) = app.admin_in("acme").post("/api/v1/webhooks/events", custom).await.fault();
    assert_eq!((&*field, message.contains("reserved")), ("event_type", true), "{message}");
    app.finish().await;
}

#[tokio::test]
async fn the_catalog_lists_operational_events_to_those_who_can_subscribe_to_them() {
    let mut setup = Setup::default();
    let types = async |caller: &Caller| {
        let listed = caller.get("/api/v1/webhooks/events").await.expect(200);
        let all = listed["events"].as_array().unwrap().clone();
        let operational: Vec<_> = all.iter().filter(|one| one["category"] == "operational").collect();
        assert!(operational.iter().all(|one| one["has_schema"] == true && one["has_example"] == true));
        (all.len() - operational.len(), operational.len())
    };
    let app = TestApp::start_as(setup.clone()).await;
    assert_eq!(types(&app.tenant("acme").await).await, (64, 0));
    assert_eq!(types(&app.admin_in(SYSTEM)).await, (0, 11));
    let shown = app.admin_in(SYSTEM).get("/api/v1/webhooks/events/postrider.delivery.exhausted").await.expect(200);
    assert_eq!(shown["category"], "operational");
    let events = json!({"url": "https://ops.example.com/", "events": ["invoice.paid"]});
    assert_eq!(app.admin_in(SYSTEM).post(SUBSCRIPTIONS, events).await.fault().0, "events");
    setup.settings.operational_to_tenants = true;
    let app = app.restart_as(setup).await;
    assert_eq!(types(&app.tenant("acme").await).await, (64, 11));
    assert_eq!(types(&app.admin_in(SYSTEM)).await, (0, 11));
    app.finish().await;
}

#[tokio::test]
async fn coverage_is_about_the_events_of_the_product_only() {
    let mut scene = Scene::open_to_tenants().await;
    let fields = json!({"url": scene.customer.url("/"), "events": ["postrider.*", "invoice.paid"]});
    scene.acme.subscribe_with(fields).await;
    let fields = json!({"url": scene.customer.url("/2"), "events": ["postrider.breaker.opened"]});
    scene.acme.subscribe_with(fields).await;
    scene.operator.take(2).await;
    scene.customer.next().await;
    for caller in [scene.app.admin(), scene.acme.clone(), scene.app.admin_in(SYSTEM)] {
        let found = caller.get("/api/v1/audit/coverage").await.expect(200);
        assert!(!found.to_string().contains("postrider"), "{found}");
        assert_eq!((&found["summary"]["promised"], &found["summary"]["unknown"]), (&json!(64), &json!(0)));
    }
    let found = scene.acme.get("/api/v1/audit/coverage").await.expect(200);
    let waiting = json!([{"event_type": "invoice.paid", "subscriptions": 1}]);
    assert_eq!(found["subscribed_never_published"], waiting);
    scene.finish().await;
}

#[tokio::test]
async fn a_test_of_a_subscription_of_the_system_tenant_sends_an_operational_event() {
    let app = TestApp::start().await;
    let mut operator = Receiver::start().await;
    let made = app.admin_in(SYSTEM).subscribe(&operator.url("/")).await;
    app.admin_in(SYSTEM).post(&path_of(&made, "/test"), json!({})).await.expect(200);
    let (event_type, _) = opened(&operator.next().await, SYSTEM);
    assert!(event_type.starts_with("postrider."), "{event_type}");
    app.finish().await;
}
