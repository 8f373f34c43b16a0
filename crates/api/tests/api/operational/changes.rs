//! Events about changes of subscriptions.

use super::*;
use crate::support::{hyphenated, time};
use standardwebhooks::Webhook;

#[tokio::test]
async fn every_change_of_a_subscription_raises_one_signed_event() {
    let mut scene = Scene::start().await;
    let url = scene.customer.url("/a");
    let made = scene.acme.subscribe_with(once(&url)).await;
    let subject = json!({"id": made["id"], "url": url, "description": "Orders", "events": ["invoice.*"]});

    let received = scene.operator.next().await;
    let (event_type, data) = opened(&received, SYSTEM);
    assert_eq!(event_type, "postrider.subscription.created");
    assert_eq!(
        data,
        json!({"tenant_id": "acme", "subscription": subject, "created_at": made["created_at"], "node": "tests:0"})
    );
    let webhook = Webhook::new(&scene.secret).unwrap();
    let signature = webhook.sign(received.header("webhook-id"), received.sent_at(), &received.body).unwrap();
    assert_eq!(received.header("webhook-signature"), signature);

    scene.app.advance(60);
    let patch = json!({"max_retries": 7, "description": "Orders, new", "rate_limit": {"limit": 5, "period": "second"}});
    scene.acme.patch(&path_of(&made, ""), patch).await.expect(200);
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.subscription.updated");
    assert_eq!(data["changed_fields"], json!(["description", "max_retries", "rate_limit"]));
    assert_eq!((&data["is_active"], &data["subscription"]["description"]), (&json!(true), &json!("Orders, new")));
    assert_eq!(time(&data["updated_at"]), scene.app.now());

    for (action, is_active) in [("/pause", false), ("/activate", true)] {
        scene.acme.post_nothing(&path_of(&made, action)).await.expect(200);
        let (event_type, data) = scene.next().await;
        assert_eq!(event_type, "postrider.subscription.updated", "{action}");
        assert_eq!((&data["changed_fields"], &data["is_active"]), (&json!(["is_active"]), &json!(is_active)));
    }

    let rotated = scene.acme.post(&path_of(&made, "/rotate-secret"), json!({"grace_seconds": 60})).await.expect(200);
    let received = scene.operator.next().await;
    let (event_type, data) = opened(&received, SYSTEM);
    assert_eq!(event_type, "postrider.subscription.secret_rotated");
    assert_eq!(time(&data["previous_secret_until"]), scene.app.now().after(std::time::Duration::from_secs(60)));
    for secret in [&made["secret"], &rotated["secret"]] {
        assert!(!received.text().contains(secret.as_str().unwrap()), "no secret is in an event");
    }
    scene.acme.post(&path_of(&made, "/rotate-secret"), json!({"grace_seconds": 0})).await.expect(200);
    assert_eq!(scene.next().await.1["previous_secret_until"], json!(null));

    scene.acme.delete(&path_of(&made, "")).await.expect_nothing();
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.subscription.deleted");
    assert_eq!((&data["subscription"]["id"], &data["subscription"]["url"]), (&made["id"], &json!(url)));
    scene.finish().await;
}

#[tokio::test]
async fn changes_through_all_forms_of_the_api_raise_events() {
    let mut setup = Setup::default();
    setup.settings.allow_http = true;
    let mut scene = Scene::start_as(setup).await;
    let short = json!({"url": scene.customer.url("/short"), "events": ["invoice.paid"]});
    let short = scene.acme.post("/api/v1/webhooks", short).await.expect(201);
    assert_eq!(scene.next().await.1["subscription"]["id"], short["id"]);
    scene.acme.delete(&format!("/api/v1/webhooks/{}", short["id"].as_str().unwrap())).await.expect_nothing();
    assert_eq!(scene.next().await.0, "postrider.subscription.deleted");

    let fields = json!({"url": scene.customer.url("/tenant"), "event": "invoice.paid"});
    let made = scene.acme.post("/api/v1/tenant/webhooks/subscriptions", fields).await.expect(201);
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.subscription.created");
    let shown = data["subscription"]["id"].as_str().unwrap();
    assert_eq!(hyphenated(shown), made["id"].as_str().unwrap());
    scene.acme.delete(&format!("/api/v1/tenant/webhooks/subscriptions/{}", hyphenated(shown))).await.expect_nothing();
    assert_eq!(scene.next().await.0, "postrider.subscription.deleted");
    scene.finish().await;
}

#[tokio::test]
async fn a_change_without_a_difference_and_a_refused_change_raise_nothing() {
    let mut scene = Scene::start().await;
    let made = scene.acme.subscribe_with(once(&scene.customer.url("/a"))).await;
    scene.next().await;
    let same = json!({"description": "Orders", "events": ["invoice.*"], "is_active": true});
    scene.acme.patch(&path_of(&made, ""), same).await.expect(200);
    scene.acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    scene.acme.patch(&path_of(&made, ""), json!({"url": "nowhere"})).await.fault();
    scene.acme.post(SUBSCRIPTIONS, json!({"url": "nowhere", "events": ["*"]})).await.fault();
    let other = path_of(&json!({"id": "sub_06f8k2m4q9v1x3z5b7d9f1h3k5"}), "");
    scene.acme.delete(&other).await.problem(404, "not_found");
    scene.finish().await;
}

#[tokio::test]
async fn nothing_is_written_when_nobody_subscribes() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let mut customer = Receiver::start().await;
    customer.then(Reply::status(500)).then(Reply::status(410));
    let made = acme.subscribe_with(once(&customer.url("/"))).await;
    let exhausted = acme.publish_one().await;
    app.attempted(&acme, &exhausted, 1).await;
    let gone = acme.publish_one().await;
    app.attempted(&acme, &gone, 1).await;
    customer.take(2).await;
    acme.delete(&path_of(&made, "")).await.expect_nothing();
    let events = app.admin().get("/api/v1/admin/events").await.expect(200);
    assert_eq!(crate::support::each(&events, "type"), ["invoice.created", "invoice.created"]);
    app.finish().await;
}
