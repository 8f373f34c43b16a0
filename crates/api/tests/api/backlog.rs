//! `GET /api/v1/backlog`, the backlog of a subscription, and that of a node.

use crate::support::{TestApp, each};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/backlog";

#[tokio::test]
async fn the_backlog_is_listed_by_subscription_longest_waiting_first() {
    let app = TestApp::start().await;
    let mut paused = Vec::new();
    for name in ["one", "two"] {
        let caller = app.tenant(name).await;
        let made = caller.subscribe("http://127.0.0.1:1/").await;
        caller
            .post_nothing(&format!("/api/v1/webhooks/subscriptions/{}/pause", made["id"].as_str().unwrap()))
            .await
            .expect(200);
        paused.push((caller, made));
    }
    for (caller, _) in &paused {
        assert_eq!(caller.get(PATH).await.expect(200), json!([]));
    }
    let first = paused[1].0.publish().await["timestamp"].clone();
    app.advance(60);
    paused[1].0.publish_with(json!({"type": "invoice.created", "data": {}, "priority": "high"})).await;
    paused[0].0.publish().await;

    let answer = app.admin().get(PATH).await;
    let all = answer.expect(200);
    assert_eq!(answer.header("x-total-count"), Some("2"));
    assert_eq!(each(&all, "tenant_id"), ["two", "one"]);
    let waiting: Vec<_> = all.as_array().unwrap().iter().map(|one| one["waiting"].as_u64().unwrap()).collect();
    assert_eq!(waiting, [2, 1]);
    assert_eq!(all[0]["subscription_id"], paused[1].1["id"]);
    assert_eq!((&all[0]["oldest_at"], &all[0]["capped"]), (&first, &json!(false)));
    let mut queues = each(&all[0]["queues"], "queue");
    queues.sort_unstable();
    assert_eq!(queues, ["high", "normal"]);
    assert_eq!(app.admin().get(&format!("{PATH}?limit=1&offset=1")).await.expect(200), json!([all[1]]));

    let own = paused[0].0.get(PATH).await.expect(200);
    assert_eq!(own, json!([all[1]]), "a tenant sees its own");
    assert_eq!(app.admin_in("two").get(PATH).await.expect(200), json!([all[0]]));

    let path = format!("/api/v1/webhooks/subscriptions/{}", paused[1].1["id"].as_str().unwrap());
    assert_eq!(paused[1].0.get(&path).await.expect(200)["backlog"], Value::Null);
    assert_eq!(paused[1].0.get(&format!("{path}?backlog=true")).await.expect(200)["backlog"], all[0]);

    let nodes = app.admin().get("/api/v1/nodes").await.expect(200);
    assert_eq!(nodes[0]["waiting"], 3, "the node of a SQLite store counts too");
    app.finish_leaving(3).await;
}
