//! `/api/v1/webhooks` itself: the short form.

use crate::support::{TestApp, each, hyphenated};
use serde_json::json;

const PATH: &str = "/api/v1/webhooks";

#[tokio::test]
async fn a_url_is_subscribed_in_short() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let url = receiver.url("/");
    let made = acme.post(PATH, json!({"url": url, "events": ["invoice.created"]})).await.expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(made, json!({"id": id, "url": url, "events": ["invoice.created"], "active": true, "secret": null}));
    assert_eq!(acme.get(PATH).await.expect(200), json!([made]));
    let whole = acme.get(&format!("{PATH}/subscriptions/{id}")).await.expect(200);
    assert_eq!((&whole["profile"], &whole["max_retries"]), (&json!("platform"), &json!(3)));
    acme.publish().await;
    receiver.next().await;
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
async fn it_is_checked_like_the_long_form() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let faults = acme.post(PATH, json!({"url": "x", "events": ["x.y"]})).await.faults();
    assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["url", "events"]);
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    app.finish().await;
}

#[tokio::test]
async fn the_newest_comes_first_page_by_page() {
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
