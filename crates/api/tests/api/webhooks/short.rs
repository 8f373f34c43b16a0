//! `/api/v1/webhooks` itself: the short form.

use crate::support::{TestApp, each, hyphenated};
use serde_json::json;

const PATH: &str = "/api/v1/webhooks";

#[tokio::test]
async fn a_url_can_be_subscribed_in_the_short_form() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let url = receiver.url("/");
    let made = acme.post(PATH, json!({"url": url, "events": ["invoice.created"]})).await.expect(201);
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let shown = |secret: Option<&str>| json!({"id": id, "url": url, "events": ["invoice.created"], "active": true, "secret": secret});
    assert_eq!(made, shown(Some(secret)));
    assert_eq!(acme.get(PATH).await.expect(200), json!([shown(None)]), "the secret is never shown again");
    let whole = acme.get(&format!("{PATH}/subscriptions/{id}")).await.expect(200);
    assert_eq!((&whole["profile"], &whole["max_retries"]), (&json!("platform"), &json!(3)));
    acme.publish().await;
    let request = receiver.next().await;
    signing::verify_hex(secret, request.header("x-webhook-signature"), &request.body).unwrap();
    app.settled().await;

    acme.post_nothing(&format!("{PATH}/subscriptions/{id}/pause")).await.expect(200);
    assert_eq!(acme.get(PATH).await.expect(200)[0]["active"], false);
    acme.delete(&format!("{PATH}/{}", hyphenated(id))).await.expect_nothing();
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    for missing in [id, "nothing"] {
        let detail = acme.delete(&format!("{PATH}/{missing}")).await.detail(404, "not_found");
        assert_eq!(detail, format!("Webhook subscription not found: {missing}"));
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn the_short_form_is_validated_like_the_long_form() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let faults = acme.post(PATH, json!({"url": "x", "events": ["x y"], "secret": "short"})).await.faults();
    assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["secret", "url", "events"]);
    let faults = acme.post(PATH, json!({"url": "https://a.example/", "events": [], "active": null})).await.faults();
    assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["events", "active"]);
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    app.finish().await;
}

#[tokio::test]
async fn event_types_need_not_be_registered() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let events = json!(["nobody.registered_this", "made_up.*"]);
    let made = acme.post(PATH, json!({"url": receiver.url("/"), "events": events})).await.expect(201);
    assert_eq!(made["events"], events);
    acme.publish_with(json!({"type": "nobody.registered_this", "data": {}})).await;
    assert_eq!(receiver.next().await.header("x-webhook-event-type"), "nobody.registered_this");
    // The long form still checks the catalog, also for a change.
    let path = format!("{PATH}/subscriptions/{}", made["id"].as_str().unwrap());
    let kept = acme.patch(&path, json!({"events": ["made_up.*"]})).await.expect(200);
    assert_eq!(kept["events"], json!(["made_up.*"]));
    assert_eq!(acme.patch(&path, json!({"events": ["another.unknown"]})).await.fault().0, "events");
    app.finish().await;
}

#[tokio::test]
async fn an_inactive_subscription_receives_nothing_until_it_is_activated() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let body = json!({"url": receiver.url("/"), "events": ["*"], "active": false});
    let made = acme.post(PATH, body).await.expect(201);
    assert_eq!(made["active"], false);
    assert_eq!(acme.get(PATH).await.expect(200)[0]["active"], false);
    let event = acme.publish().await;
    assert_eq!(acme.deliveries_of(&event).await[0]["status"], "pending");
    app.settled().await;
    receiver.nothing_more();
    let activate = format!("{PATH}/subscriptions/{}/activate", made["id"].as_str().unwrap());
    assert_eq!(acme.post_nothing(&activate).await.expect(200)["is_active"], true);
    assert_eq!(receiver.next().await.header("x-webhook-event-id"), event["id"].as_str().unwrap());
    app.finish().await;
}

#[tokio::test]
async fn a_page_has_500_subscriptions_by_default() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for number in 0..501 {
        acme.post(PATH, json!({"url": format!("https://{number}.example/"), "events": ["*"]})).await.expect(201);
    }
    let first = acme.get(PATH).await;
    let urls = first.expect(200);
    let urls = each(&urls, "url");
    assert_eq!((urls.len(), urls[0], urls[499]), (500, "https://500.example/", "https://1.example/"));
    let rest = acme.get(first.next_page().unwrap()).await.expect(200);
    assert_eq!(each(&rest, "url"), ["https://0.example/"]);
    app.finish().await;
}

#[tokio::test]
async fn subscriptions_are_listed_newest_first_page_by_page() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for name in ["a", "b", "c"] {
        acme.post(PATH, json!({"url": format!("https://{name}.example/"), "events": ["*"]})).await.expect(201);
    }
    let urls =
        |list: &serde_json::Value| each(list, "url").into_iter().map(|url| url[8..9].to_owned()).collect::<String>();
    assert_eq!(urls(&acme.get(PATH).await.expect(200)), "cba");
    let first = acme.get(&format!("{PATH}?limit=2")).await;
    assert_eq!(urls(&first.expect(200)), "cb");
    assert_eq!(urls(&acme.get(first.next_page().unwrap()).await.expect(200)), "a");
    assert_eq!(urls(&acme.get(&format!("{PATH}?limit=1&offset=1")).await.expect(200)), "b");
    for query in ["limit=0", "limit=501"] {
        assert_eq!(acme.get(&format!("{PATH}?{query}")).await.fault().0, "limit");
    }
    app.finish().await;
}
