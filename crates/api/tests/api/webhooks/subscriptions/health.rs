//! `health` of subscriptions, and the filter by it.

use crate::support::{Receiver, Reply, TestApp, each};
use serde_json::json;

const PATH: &str = "/api/v1/webhooks/subscriptions";

#[tokio::test]
async fn a_disabled_subscription_is_failing_until_it_is_activated() {
    let app = TestApp::start().await;
    let (mut receiver, mut leaving) = (Receiver::start().await, Receiver::start().await);
    let caller = app.tenant("acme").await;
    let good = caller.subscribe(&receiver.url("/good")).await;
    let gone = caller.subscribe(&leaving.url("/")).await;
    assert_eq!((&gone["health"]["state"], &gone["health"]["next_step"]), (&json!("healthy"), &json!(null)));
    leaving.then(Reply::status(410));
    caller.publish().await;
    receiver.take(1).await;
    leaving.take(1).await;
    app.settled().await;

    let id = gone["id"].as_str().unwrap();
    let shown = caller.get(&format!("{PATH}/{id}")).await.expect(200);
    assert_eq!(shown["health"]["state"], "failing");
    assert_eq!(shown["health"]["since"], shown["disabled_at"]);
    assert!(shown["health"]["reason"].as_str().unwrap().contains("410"), "{shown}");
    let listed = async |state: &str| {
        let found = caller.get(&format!("{PATH}?health={state}")).await.expect(200);
        each(&found, "id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(listed("failing").await, [id]);
    assert_eq!(listed("healthy").await, [good["id"].as_str().unwrap()]);
    assert!(listed("degraded").await.is_empty());
    let all = app.admin().get("/api/v1/admin/subscriptions?health=failing").await.expect(200);
    assert_eq!(each(&all, "id"), [id]);
    let counted = caller.get(&format!("{PATH}?health=failing&count=true")).await;
    assert_eq!(counted.header("x-total-count"), Some("1"));

    app.advance(1);
    caller.post_nothing(&format!("{PATH}/{id}/activate")).await.expect(200);
    assert_eq!(listed("healthy").await.len(), 2);
    let problem = caller.get(&format!("{PATH}?health=sick")).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "health");
    app.finish().await;
}
