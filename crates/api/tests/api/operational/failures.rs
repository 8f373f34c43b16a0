//! Events that follow from failed deliveries, and the absence of loops.

use super::*;

#[tokio::test]
async fn a_delivery_without_further_retries_raises_an_event() {
    let mut scene = Scene::start().await;
    scene.customer.then(Reply::status(503).body("later"));
    let made = scene.acme.subscribe_with(once(&scene.customer.url("/a"))).await;
    scene.next().await;
    let event = json!({"type": "invoice.paid", "data": {"invoice_id": "inv_1"}, "id": "order-4711"});
    let event = scene.acme.publish_with(event).await;
    let delivery = scene.acme.deliveries_of(&event).await[0]["id"].clone();
    scene.customer.next().await;

    let received = scene.operator.next().await;
    let (event_type, data) = opened(&received, SYSTEM);
    assert_eq!(event_type, "postrider.delivery.exhausted");
    let times = json!({"published_at": data["published_at"], "ended_at": data["ended_at"]});
    assert_eq!(
        data,
        json!({
            "tenant_id": "acme",
            "subscription": {"id": made["id"], "url": made["url"], "description": "Orders", "events": ["invoice.*"]},
            "event_id": "order-4711", "event_type": "invoice.paid", "delivery_id": delivery, "attempts": 1,
            "response_code": 503, "error": "HTTP 503 Service Unavailable", "status": "exhausted", "node": "tests:0",
            "attempted_at": scene.app.now(), "published_at": times["published_at"], "ended_at": times["ended_at"],
        })
    );
    assert_eq!(received.json()["timestamp"], data["ended_at"], "the event's time is that of the fact");
    assert!(
        !received.text().contains("inv_1") && !received.text().contains("later"),
        "no payload and no response body"
    );
    scene.finish().await;
}

#[tokio::test]
async fn retries_raise_nothing_until_the_last_one_fails() {
    let mut scene = Scene::start().await;
    for _ in 0..3 {
        scene.customer.then(Reply::Close);
    }
    let fields = json!({"url": scene.customer.url("/a"), "events": ["*"], "max_retries": 2});
    scene.acme.subscribe_with(fields).await;
    scene.next().await;
    let delivery = scene.acme.publish_one().await;
    for attempt in 1..=2 {
        let shown = scene.app.attempted(&scene.acme, &delivery, attempt).await;
        scene.operator.nothing_more();
        scene.app.pass(&shown["next_retry_at"]);
    }
    scene.customer.take(3).await;
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.delivery.exhausted");
    assert_eq!((&data["attempts"], &data["response_code"]), (&json!(3), &json!(null)));
    assert!(data["error"].as_str().is_some_and(|error| !error.is_empty()));
    // Sent again by hand, and failed again: another fact.
    scene.customer.then(Reply::Close);
    for _ in 0..2 {
        scene.customer.then(Reply::Close);
    }
    scene.acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{delivery}/retry")).await;
    for attempt in 4..=5 {
        let shown = scene.app.attempted(&scene.acme, &delivery, attempt).await;
        scene.app.pass(&shown["next_retry_at"]);
    }
    scene.customer.take(3).await;
    assert_eq!(scene.next().await.1["attempts"], 6);
    scene.finish().await;
}

#[tokio::test]
async fn a_final_response_raises_an_event_with_the_status_failed() {
    let mut scene = Scene::start().await;
    scene.customer.then(Reply::status(404));
    let fields = json!({"url": scene.customer.url("/a"), "events": ["*"], "profile": "tenant"});
    scene.acme.subscribe_with(fields).await;
    scene.next().await;
    scene.acme.publish_one().await;
    scene.customer.next().await;
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.delivery.exhausted");
    assert_eq!((&data["status"], &data["response_code"]), (&json!("failed"), &json!(404)));
    scene.finish().await;
}

#[tokio::test]
async fn several_410_raise_one_event() {
    let mut scene = Scene::start().await;
    let mut releases = Vec::new();
    for _ in 0..3 {
        let (reply, release) = Reply::status(410).held();
        scene.customer.then(reply);
        releases.push(release);
    }
    let made = scene.acme.subscribe_with(once(&scene.customer.url("/a"))).await;
    scene.next().await;
    // A new receiver may get several requests at once only when it is known to be fast, so these are test sends.
    let (path, body) = (path_of(&made, "/test"), json!({"event_type": "invoice.paid"}));
    let tests: Vec<_> = (0..3)
        .map(|_| {
            let (acme, path, body) = (scene.acme.clone(), path.clone(), body.clone());
            tokio::spawn(async move { acme.post(&path, body).await.expect(200) })
        })
        .collect();
    scene.customer.take(3).await;
    for release in releases {
        release.send(()).unwrap();
    }
    for test in tests {
        assert_eq!(test.await.unwrap()["status_code"], 410);
    }
    let (event_type, data) = scene.next().await;
    assert_eq!(event_type, "postrider.subscription.disabled");
    assert_eq!((&data["reason"], &data["failing_since"]), (&json!("gone"), &json!(null)));
    let failure = &data["last_failure"];
    assert_eq!((&failure["response_code"], &failure["attempts"]), (&json!(410), &json!(1)));
    assert_eq!((&failure["event_type"], &failure["attempted_at"]), (&json!("invoice.paid"), &json!(scene.app.now())));
    scene.finish().await;
}

#[tokio::test]
async fn a_subscription_that_is_disabled_twice_raises_two_events() {
    let mut scene = Scene::start().await;
    scene.customer.then(Reply::status(410)).then(Reply::status(410));
    let made = scene.acme.subscribe_with(once(&scene.customer.url("/a"))).await;
    scene.next().await;
    for _ in 0..2 {
        scene.acme.publish_one().await;
        scene.customer.next().await;
        assert_eq!(scene.next().await.0, "postrider.subscription.disabled");
        scene.acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
        let (event_type, data) = scene.next().await;
        assert_eq!((&*event_type, &data["changed_fields"]), ("postrider.subscription.updated", &json!(["is_active"])));
    }
    scene.finish().await;
}

#[tokio::test]
async fn a_failed_test_send_raises_no_event() {
    let mut scene = Scene::start().await;
    scene.customer.then(Reply::status(500));
    let made = scene.acme.subscribe_with(once(&scene.customer.url("/a"))).await;
    scene.next().await;
    let shown = scene.acme.post(&path_of(&made, "/test"), json!({})).await.expect(200);
    assert_eq!(shown["success"], false);
    scene.customer.next().await;
    scene.finish().await;
}

#[tokio::test]
async fn an_operational_event_that_is_not_delivered_raises_none() {
    let mut setup = Setup::default();
    setup.settings.operational_to_tenants = true;
    let app = TestApp::start_as(setup).await;
    let (acme, system) = (app.tenant("acme").await, app.admin_in(SYSTEM));
    let mut dead = Receiver::start().await;
    for _ in 0..8 {
        dead.then(Reply::status(500));
    }
    for caller in [&system, &acme] {
        for path in ["/1", "/2"] {
            let fields = json!({"url": dead.url(path), "events": ["postrider.*"], "retry_enabled": false});
            caller.subscribe_with(fields).await;
        }
    }
    // The creation of acme's subscriptions: the first to both of the operator's, the second also to acme's first.
    app.settled().await;
    dead.take(5).await;
    let seen = async |caller: &Caller| caller.get("/api/v1/events?limit=100").await.expect(200);
    assert_eq!(seen(&system).await.as_array().unwrap().len(), 2, "no event about a failed operational event");
    assert_eq!(seen(&acme).await.as_array().unwrap().len(), 1);
    app.finish().await;
    dead.nothing_more();
}

#[tokio::test]
async fn a_subscription_of_the_system_tenant_can_be_disabled_and_raises_nothing() {
    let mut scene = Scene::start().await;
    let mut gone = Receiver::start().await;
    gone.then(Reply::status(410));
    let system = scene.app.admin_in(SYSTEM);
    let made = system.subscribe(&gone.url("/gone")).await;
    scene.acme.subscribe_with(once(&scene.customer.url("/a"))).await;
    gone.next().await;
    assert_eq!(scene.next().await.0, "postrider.subscription.created");
    scene.app.settled().await;
    assert_eq!(system.get(&path_of(&made, "")).await.expect(200)["is_active"], false);
    scene.finish().await;
    gone.nothing_more();
}
