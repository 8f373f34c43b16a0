//! The recipients of operational events: the operator, and the tenants about themselves if the installation allows it.

use super::*;

fn to(receiver: &Receiver, path: &str, events: &[&str]) -> Value {
    json!({"url": receiver.url(path), "events": events, "retry_enabled": false})
}

#[tokio::test]
async fn tenants_receive_events_about_themselves_only_and_without_internal_fields() {
    let mut scene = Scene::open_to_tenants().await;
    let globex = scene.app.tenant("globex").await;
    let (mut of_acme, mut of_globex) = (Receiver::start().await, Receiver::start().await);
    scene.acme.subscribe_with(to(&of_acme, "/", &["postrider.delivery.*", "postrider.subscription.disabled"])).await;
    globex.subscribe_with(to(&of_globex, "/", &["postrider.*"])).await;
    scene.operator.take(2).await;

    for (status, expected) in [(500, "postrider.delivery.exhausted"), (410, "postrider.subscription.disabled")] {
        scene.customer.then(Reply::status(status));
        scene.acme.subscribe_with(to(&scene.customer, &format!("/{status}"), &["invoice.created"])).await;
        scene.operator.next().await;
        scene.acme.publish_one().await;
        scene.customer.next().await;
        let (event_type, theirs) = opened(&of_acme.next().await, "acme");
        let (_, operators) = scene.next().await;
        assert_eq!(event_type, expected);
        assert_eq!((theirs.get("node"), &operators["node"]), (None, &json!("tests:0")), "the node is internal");
        let mut without = operators.clone();
        without.as_object_mut().unwrap().remove("node");
        assert_eq!(theirs, without);
        // The next round has one subscription for the event.
        let listed = scene.acme.get(&format!("{SUBSCRIPTIONS}?event_type=invoice.created")).await.expect(200);
        for one in listed.as_array().unwrap() {
            scene.acme.delete(&path_of(one, "")).await.expect_nothing();
            scene.operator.next().await;
        }
    }
    // The tenant globex gets only events about itself.
    let made = globex.subscribe_with(to(&scene.customer, "/globex", &["invoice.created"])).await;
    let (event_type, data) = opened(&of_globex.next().await, "globex");
    assert_eq!((&*event_type, &data["tenant_id"]), ("postrider.subscription.created", &json!("globex")));
    assert_eq!(data["subscription"]["id"], made["id"]);
    scene.operator.next().await;
    scene.finish().await;
    of_acme.nothing_more();
    of_globex.nothing_more();
}

#[tokio::test]
async fn a_wildcard_receives_no_operational_events() {
    let mut scene = Scene::open_to_tenants().await;
    let mut all = Receiver::start().await;
    scene.acme.subscribe_with(to(&all, "/", &["*"])).await;
    scene.acme.subscribe_with(to(&scene.customer, "/", &["invoice.paid"])).await;
    scene.operator.take(2).await;
    scene.acme.publish_one().await;
    assert_eq!(all.next().await.header("x-webhook-event-type"), "invoice.created");
    scene.finish().await;
    all.nothing_more();
}

#[tokio::test]
async fn no_event_about_a_subscription_goes_to_itself() {
    let mut scene = Scene::open_to_tenants().await;
    let (mut own, mut other) = (Receiver::start().await, Receiver::start().await);
    let first = scene.acme.subscribe_with(to(&own, "/", &["postrider.*"])).await;
    scene.acme.subscribe_with(to(&other, "/", &["postrider.subscription.updated"])).await;
    opened(&own.next().await, "acme");
    scene.acme.patch(&path_of(&first, ""), json!({"max_retries": 1})).await.expect(200);
    let (event_type, data) = opened(&other.next().await, "acme");
    assert_eq!((&*event_type, &data["subscription"]["id"]), ("postrider.subscription.updated", &first["id"]));
    scene.operator.take(3).await;
    scene.finish().await;
    own.nothing_more();
    other.nothing_more();
}

#[tokio::test]
async fn without_the_setting_tenants_can_neither_name_nor_receive_operational_events() {
    let open = Scene::open_to_tenants().await;
    let mut own = Receiver::start().await;
    open.acme.subscribe_with(to(&own, "/", &["postrider.*", "invoice.paid"])).await;
    let Scene { app, acme, mut operator, .. } = open;
    operator.next().await;
    let key = acme.key();
    // The same installation, after the operator has switched the setting off.
    let app = app.restart_as(Setup::default()).await;
    let acme = app.nobody().bearing(&key);
    acme.subscribe_with(to(&own, "/2", &["invoice.created"])).await;
    operator.next().await;
    for events in [json!(["postrider.subscription.disabled"]), json!(["invoice.paid", "postrider.*"])] {
        let answer = acme.post(SUBSCRIPTIONS, json!({"url": own.url("/3"), "events": events})).await;
        let (field, message) = answer.fault();
        assert_eq!(field, "events");
        assert!(message.starts_with("Unsupported event types: postrider."), "{message}");
    }
    app.finish().await;
    own.nothing_more();
    operator.nothing_more();
}
