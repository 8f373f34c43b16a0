//! The check of a URL's ownership: every way to set a URL sends a signed challenge, and nothing is stored without the right
//! answer.

use super::{Place, Recorder, SUBSCRIPTIONS, on_both_stores, publish_to, recorder::Manner, verify};
use http::Method;
use serde_json::json;

on_both_stores! {
    a_url_is_used_when_its_receiver_repeats_the_challenge,
}

async fn a_url_is_used_when_its_receiver_repeats_the_challenge(place: Place) {
    let receiver = Recorder::start().await;
    let launch = place.launch().env("POSTRIDER_VERIFY_URLS", "true");
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    let url = receiver.url("/hooks");
    let ways = [
        (SUBSCRIPTIONS, json!({ "url": url, "events": ["*"] }), 422),
        ("/api/v1/webhooks", json!({ "url": url, "events": ["*"] }), 422),
        ("/api/v1/tenant/webhooks/subscriptions", json!({ "url": url, "event": "invoice.created" }), 400),
    ];
    let mut count = 0;
    for (manner, reason) in [
        (Manner::Accepts, "does not have the challenge"),
        (Manner::Status(404), "HTTP 404"),
        (Manner::Status(302), "HTTP 302"),
    ] {
        receiver.answers(manner);
        for (path, body, status) in &ways {
            let refused = client.post(path, body).await;
            count += 1;
            assert_eq!(refused.status, *status, "{path}: {}", refused.body);
            assert!(refused.body.to_string().contains(reason), "{}", refused.body);
            assert_eq!(receiver.requests().len(), count, "{path}");
        }
    }
    assert_eq!(client.get(SUBSCRIPTIONS).await.body, json!([]));

    // A request that the receiver can verify, without the shape of the subscription.
    receiver.answers(Manner::Repeats { as_json: true });
    let fields = json!({
        "profile": "standard", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "headers": { "X-Team": "billing" },
        "authentication": { "type": "bearer", "token": "hush" }, "compression": "gzip",
        "transformation": { "script": "export default () => null" }, "request": { "method": "PUT", "path": "/{data.none}" },
    });
    let made = client.subscribe(&url, &fields).await;
    let challenge = receiver.nth(count + 1).await;
    assert_eq!((&challenge.method, challenge.target.as_str()), (&Method::POST, "/hooks"));
    assert_eq!(challenge.json()["type"], "webhook.verification");
    assert_eq!((challenge.header("x-team"), challenge.header("authorization")), ("billing", "Bearer hush"));
    verify(&made.secret, &challenge);
    receiver.answers(Manner::Repeats { as_json: false });
    for (path, body, _) in &ways[1..] {
        let made = client.post(path, body).await;
        assert_eq!(made.status, 201, "{path}: {}", made.body);
    }
    count = receiver.requests().len();

    // A change of the URL is checked, and no other change.
    receiver.answers(Manner::Status(500));
    let moved = json!({ "url": receiver.url("/other") });
    assert_eq!(client.patch(&made.path(""), &moved).await.status, 422);
    assert_eq!(client.get(&made.path("")).await.body["url"], url);
    for fields in
        [json!({ "description": "x" }), json!({ "url": url }), json!({ "transformation": null, "request": null })]
    {
        assert_eq!(client.patch(&made.path(""), &fields).await.status, 200);
    }
    assert_eq!(receiver.requests().len(), count + 1);
    receiver.answers(Manner::Repeats { as_json: true });
    assert_eq!(client.patch(&made.path(""), &moved).await.status, 200);
    count = receiver.requests().len();

    // Challenges are in no log and no statistics, and later deliveries need none.
    assert!(client.none("success").await && client.none("failed").await && client.none("pending").await);
    let server = place.kill_and_start(server, &launch).await;
    let client = client.at(server.address);
    publish_to(&client, "invoice.created", &json!({}), 3).await;
    let got = receiver.nth(count + 3).await;
    assert_ne!(got.json()["type"], "webhook.verification");
}

/// A receiver that does not answer is given ten seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_is_refused() {
    let (place, receiver) = (Place::sqlite(), Recorder::start().await);
    receiver.answers(Manner::Hangs);
    let server = place.launch().env("POSTRIDER_VERIFY_URLS", "true").start().await;
    let client = server.tenant("acme").await;
    let fields = json!({ "url": receiver.url("/"), "events": ["*"], "timeout_seconds": 5 });
    let refused = client.post(SUBSCRIPTIONS, &fields).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["errors"][0]["field"]),
        (422, &json!("url")),
        "{}",
        refused.body
    );
    assert!(refused.body.to_string().contains("5 s"), "{}", refused.body);
}
