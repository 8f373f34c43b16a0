//! `/api/v1/tenants`.

use crate::support::{START, Setup, TestApp, each, time};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn put_creates_a_tenant_and_then_updates_it() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let made = admin.put("/api/v1/tenants/org:1.eu-west_2", json!({"name": "Acme", "metadata": {"plan": "pro"}})).await;
    let made = made.expect(201);
    assert_eq!(
        made,
        json!({"id": "org:1.eu-west_2", "name": "Acme", "metadata": {"plan": "pro"},
               "limits": {"publish": null, "subscriptions": null, "keys": null, "payload_bytes": null},
               "retention": {"payload_days": null, "rows_days": null}, "egress": null,
               "allow_networks": [], "allow_hosts": [], "created_at": START, "updated_at": START})
    );
    assert_eq!(admin.get("/api/v1/tenants/org:1.eu-west_2").await.expect(200), made);
    app.advance(60);
    let changed = admin.put("/api/v1/tenants/org:1.eu-west_2", json!({"name": "Acme Ltd"})).await.expect(200);
    assert_eq!((&changed["name"], &changed["metadata"]), (&json!("Acme Ltd"), &json!({"plan": "pro"})));
    assert_eq!(changed["created_at"], json!(START));
    assert_eq!(time(&changed["updated_at"]), app.now());
    let cleared = admin.put("/api/v1/tenants/org:1.eu-west_2", json!({"name": null, "metadata": null})).await;
    let cleared = cleared.expect(200);
    assert_eq!((&cleared["name"], &cleared["metadata"]), (&json!(null), &json!({})));
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_needs_no_body() {
    let app = TestApp::start().await;
    let answer = app.admin().send(Method::PUT, "/api/v1/tenants/acme", "").await;
    assert_eq!(answer.expect(201)["name"], json!(null));
    assert_eq!(app.admin().send(Method::PUT, "/api/v1/tenants/acme", " \n").await.expect(200)["id"], "acme");
    app.finish().await;
}

#[tokio::test]
async fn invalid_tenants_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for id in ["a%20b", "%C3%A4", "a%2Fb", &"x".repeat(101)] {
        assert_eq!(admin.put(&format!("/api/v1/tenants/{id}"), json!({})).await.fault().0, "id", "{id}");
    }
    for (body, field) in [
        (json!({"name": "x".repeat(201)}), "name"),
        (json!({"name": 5}), "name"),
        (json!({"metadata": []}), "metadata"),
        (json!({"metadata": "x"}), "metadata"),
    ] {
        assert_eq!(admin.put("/api/v1/tenants/acme", body).await.fault().0, field);
    }
    admin.put(&format!("/api/v1/tenants/{}", "x".repeat(100)), json!({"name": "ü".repeat(200)})).await.expect(201);
    for answer in [admin.get("/api/v1/tenants/acme").await, admin.delete("/api/v1/tenants/acme").await] {
        assert_eq!(answer.detail(404, "not_found"), "Tenant not found: acme");
    }
    app.finish().await;
}

#[tokio::test]
async fn tenants_are_listed_by_id() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for id in ["cherry", "apple", "Banana", "date"] {
        admin.put(&format!("/api/v1/tenants/{id}"), json!({})).await.expect(201);
    }
    let all = ["Banana", "apple", "cherry", "date"];
    assert_eq!(each(&admin.get("/api/v1/tenants").await.expect(200), "id"), all);
    let first = admin.get("/api/v1/tenants?limit=3").await;
    assert_eq!(each(&first.expect(200), "id"), all[..3]);
    let rest = admin.get(first.next_page().unwrap()).await;
    assert_eq!(each(&rest.expect(200), "id"), all[3..]);
    assert_eq!(rest.next_page(), None);
    assert_eq!(each(&admin.get("/api/v1/tenants?limit=1&offset=2").await.expect(200), "id"), ["cherry"]);
    for (query, field) in [("limit=501", "limit"), ("limit=x", "limit"), ("cursor=a%20b", "cursor")] {
        assert_eq!(admin.get(&format!("/api/v1/tenants?{query}")).await.fault().0, field);
    }
    app.finish().await;
}

#[tokio::test]
async fn deleting_a_tenant_deletes_its_data_and_keys() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let other = app.tenant("other").await;
    for tenant in [&acme, &other] {
        tenant.subscribe(&receiver.url("/")).await;
        tenant.publish_with(json!({"type": "invoice.created", "data": {}, "id": "one"})).await;
    }
    receiver.take(2).await;
    app.settled().await;
    app.admin().delete("/api/v1/tenants/acme").await.expect_nothing();
    acme.get("/api/v1/events").await.problem(401, "unauthorized");
    app.admin_in("acme").get("/api/v1/events").await.problem(404, "not_found");
    app.admin().get("/api/v1/tenants/acme").await.problem(404, "not_found");
    app.admin().delete("/api/v1/tenants/acme").await.problem(404, "not_found");

    let anew = app.tenant("acme").await;
    for path in ["/events", "/webhooks/subscriptions", "/webhooks", "/webhooks/deliveries"] {
        assert_eq!(anew.get(&format!("/api/v1{path}")).await.expect(200), json!([]), "{path}");
    }
    assert_eq!(app.admin_in("acme").get("/api/v1/keys").await.expect(200).as_array().unwrap().len(), 1);
    let event = anew.publish_with(json!({"type": "invoice.created", "data": {}, "id": "one"})).await;
    assert_eq!((&event["duplicate"], &event["deliveries"]), (&json!(false), &json!(0)));
    assert_eq!(other.get("/api/v1/events/one").await.expect(200)["deliveries"][0]["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_tenant_can_be_deleted_while_its_deliveries_are_in_flight() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (held, release) = crate::support::Reply::status(500).held();
    receiver.then(held);
    acme.subscribe(&receiver.url("/")).await;
    acme.publish().await;
    receiver.next().await;
    app.admin().delete("/api/v1/tenants/acme").await.expect_nothing();
    release.send(()).unwrap();
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn tenants_are_created_on_first_use_if_configured() {
    let app = TestApp::start_as(Setup { tenants_on_first_use: true, ..Setup::default() }).await;
    let fresh = app.admin_in("fresh");
    fresh.publish().await;
    assert_eq!(app.admin().get("/api/v1/tenants/fresh").await.expect(200)["name"], json!(null));
    app.nobody().with("X-Tenant-Id", "more").get("/api/v1/events").await.problem(401, "unauthorized");
    app.admin().get("/api/v1/tenants/more").await.problem(404, "not_found");
    app.finish().await;
}
