//! `GET /api/v1/webhooks/subscriptions/{id}/deliveries`.

use super::{check_missing, path_of};
use crate::support::{Reply, TestApp, each};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn the_deliveries_of_one_subscription_are_listed_newest_first() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let one = acme.subscribe_with(json!({"url": receiver.url("/one"), "events": ["*"], "max_retries": 0})).await;
    let mut expected = Vec::new();
    for status in [200, 500, 200] {
        receiver.then(Reply::status(status));
        let delivery = acme.publish_one().await;
        receiver.next().await;
        app.attempted(&acme, &delivery, 1).await;
        expected.insert(0, delivery);
    }
    let two = acme.subscribe(&receiver.url("/two")).await;
    acme.patch(&path_of(&one, ""), json!({"events": ["ticket.closed"]})).await.expect(200);
    let other = acme.publish_one().await;
    receiver.next().await;
    app.settled().await;

    let list = acme.get(&path_of(&one, "/deliveries")).await.expect(200);
    assert_eq!(each(&list, "id"), expected);
    assert_eq!(each(&list, "status"), ["success", "failed", "success"]);
    assert!(each(&list, "subscription_id").iter().all(|id| one["id"] == *id));
    assert_eq!(each(&acme.get(&path_of(&two, "/deliveries")).await.expect(200), "id"), [other]);
    for (query, found) in [
        ("status=failed", &expected[1..2]),
        ("status=SUCCESS&limit=1", &expected[..1]),
        ("status=retrying", &[]),
        ("limit=1&offset=2", &expected[2..]),
        ("offset=3", &[]),
    ] {
        let list = acme.get(&path_of(&one, &format!("/deliveries?{query}"))).await.expect(200);
        assert_eq!(each(&list, "id"), found, "{query}");
    }
    let first = acme.get(&path_of(&one, "/deliveries?limit=2")).await;
    let rest = acme.get(first.next_page().unwrap()).await.expect(200);
    assert_eq!(each(&rest, "id"), expected[2..]);
    app.finish().await;
}

#[tokio::test]
async fn invalid_parameters_are_refused_and_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    for (query, field) in [
        ("status=delivered", "status"),
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("offset=x", "offset"),
        ("cursor=x", "cursor"),
    ] {
        assert_eq!(acme.get(&path_of(&made, &format!("/deliveries?{query}"))).await.fault().0, field, "{query}");
    }
    check_missing(&acme, Method::GET, "/deliveries", "").await;
    app.finish().await;
}
