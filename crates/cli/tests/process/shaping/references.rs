//! Requests that have a signed URL instead of the payload.

use super::{Place, Recorded, Recorder, change, curl, on_both_stores, publish_to, verify};
use serde_json::{Value, json};

on_both_stores! {
    the_receiver_fetches_the_payload_by_a_signed_url,
}

/// The answer of a request's URL, fetched without a key.
async fn fetch(url: &str) -> (u16, Value) {
    let (status, body) = curl(&[url]).await;
    (status, serde_json::from_str(&body).unwrap())
}

fn url_in(request: &Value) -> String {
    request["data_url"].as_str().unwrap().to_owned()
}

async fn the_receiver_fetches_the_payload_by_a_signed_url(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let made = client.subscribe(&receiver.url("/"), &json!({ "payload": "reference" })).await;
    publish_to(&client, "invoice.paid", &json!({ "secret": "of acme" }), 1).await;
    let request: Recorded = receiver.nth(1).await;
    verify(&made.secret, &request);
    assert!(!String::from_utf8_lossy(&request.body).contains("of acme"));
    let keys: Vec<String> = request.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["data_url", "data_url_expires_at", "id", "tenant_id", "timestamp", "type"]);
    let url = url_in(&request.json());
    assert!(url.starts_with(&format!("http://{}/api/v1/payloads/", server.address)), "{url}");
    let (status, body) = fetch(&url).await;
    assert_eq!((status, &body["data"]["secret"], &body["id"]), (200, &json!("of acme"), &request.json()["id"]));
    let other = if url.ends_with('A') { 'Q' } else { 'A' };
    let (status, body) = fetch(&format!("{}{other}", &url[..url.len() - 1])).await;
    assert_eq!((status, &body["code"]), (404, &json!("invalid_reference")));

    // The next process reads it as well; batches have one for each event; the public URL is used where there is one.
    let outside = place.launch().env("POSTRIDER_PUBLIC_URL", "https://hooks.example/of");
    let server = place.kill_and_start(server, &outside).await;
    let client = client.at(server.address);
    let ticket = url.rsplit_once('/').unwrap().1;
    assert_eq!(fetch(&format!("http://{}/api/v1/payloads/{ticket}", server.address)).await.0, 200);
    change(&client, &made.id, &json!({ "batching": { "max_events": 2, "max_wait_ms": 60_000 } })).await;
    for n in [1, 2] {
        publish_to(&client, "invoice.voided", &json!({ "n": n }), 1).await;
    }
    let batch = receiver.nth(2).await.json();
    for (at, n) in [(0, 1), (1, 2)] {
        let url = url_in(&batch[at]);
        let path = url.strip_prefix("https://hooks.example/of").unwrap();
        let (status, body) = fetch(&format!("http://{}{path}", server.address)).await;
        assert_eq!((status, &body["data"]["n"]), (200, &json!(n)));
    }
    let erased = client.delete(&format!("/api/v1/events/{}/payload", request.json()["id"].as_str().unwrap())).await;
    assert_eq!(erased.status, 200);
    let (status, body) = fetch(&format!("http://{}/api/v1/payloads/{ticket}", server.address)).await;
    assert_eq!((status, &body["code"]), (410, &json!("payload_erased")));
}
