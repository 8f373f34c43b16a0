//! Method, path and query from the event, and compression that independent programs decode.

use super::{Place, Recorder, change, delivery, on_both_stores, publish, publish_to, recorder::Recorded, verify};
use axum::body::Bytes;
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Stdio},
};

on_both_stores! {
    method_path_and_query_come_from_the_event,
    compressed_bodies_are_decoded_and_verified_by_other_programs,
}

async fn method_path_and_query_come_from_the_event(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let request = json!({
        "method": "PATCH", "path": "/{tenant}/{data.order.id}/{metadata.part}/{{x}}",
        "query": { "type": "{type}", "id": "{id}", "note": "{data.note} & more" },
    });
    let made = client.subscribe(&receiver.url("/old?keep=1"), &json!({ "request": request })).await;
    let event = json!({
        "type": "invoice.paid", "data": { "order": { "id": "../a/b?c#d é" }, "note": "=&" }, "metadata": { "part": 7 },
    });
    let id = publish(&client, &event).await["id"].as_str().unwrap().to_owned();
    let got = receiver.nth(1).await;
    let query = format!("keep=1&id={id}&note=%3D%26+%26+more&type=invoice.paid");
    let path = "/acme/..%2Fa%2Fb%3Fc%23d%20%C3%A9/7/%7Bx%7D";
    let (got_path, got_query) = got.target.split_once('?').unwrap();
    assert_eq!((got.method.as_str(), got_path.replace('{', "%7B").replace('}', "%7D").as_str()), ("PATCH", path));
    // The order of the members of an object has no meaning.
    let sorted = |query: &str| {
        let mut parts: Vec<String> = query.split('&').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    assert_eq!(sorted(got_query), sorted(&query));
    verify(&made.secret, &got);

    // An event without the field is not sent, and a repaired request sends it at its next attempt.
    change(&client, &made.id, &json!({ "retry": { "schedule": [3600] } })).await;
    publish_to(&client, "invoice.voided", &json!({}), 1).await;
    let failed = delivery(&client, "invoice.voided", "retrying", 1).await;
    assert_eq!(failed["error_message"], "Not sent: the event has no data.order.id, which the URL needs");
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    change(&client, &made.id, &json!({ "request": { "path": "/fixed" } })).await;
    let retry = format!("/api/v1/webhooks/deliveries/{}/retry", failed["id"].as_str().unwrap());
    assert_eq!(client.post(&retry, &json!({})).await.status, 200);
    let got = receiver.nth(2).await;
    assert_eq!((got.method.as_str(), got.target.as_str()), ("POST", "/fixed?keep=1"));
}

/// The output of a program with this input.
fn filtered(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| panic!("{program}: {fault}; this test needs the Debian packages python3 and zstd"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}");
    output.stdout
}

async fn compressed_bodies_are_decoded_and_verified_by_other_programs(place: Place) {
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let long: String = (0..2_000).map(|n| format!("entry {n} é; ")).collect();
    let script = "export default (webhook) => ({ body: 'text;'.repeat(1000) })";
    for (compression, program, arguments) in [
        (
            "gzip",
            "python3",
            vec!["-c", "import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"],
        ),
        ("zstd", "zstd", vec!["-d", "-c", "-q"]),
    ] {
        let receiver = Recorder::start().await;
        let fields = json!({ "compression": compression, "profile": "standard" });
        let made = client.subscribe(&receiver.url("/"), &fields).await;
        publish_to(&client, "invoice.paid", &json!({ "text": long }), 1).await;
        let got = receiver.nth(1).await;
        assert_eq!(got.header("content-encoding"), compression);
        assert_eq!(got.header("content-length"), got.body.len().to_string());
        assert!(got.body.len() * 2 < long.len(), "{} of {}", got.body.len(), long.len());
        let decoded = |got: &Recorded| {
            let body = Bytes::from(filtered(program, &arguments, &got.body));
            Recorded { body, ..got.clone() }
        };
        let plain = decoded(&got);
        verify(&made.secret, &plain);
        assert_eq!(plain.json()["data"]["text"], long);

        // The profile's form of a small body stays below 256 bytes.
        publish_to(&client, "invoice.voided", &json!({ "n": 1 }), 1).await;
        let small = receiver.nth(2).await;
        assert_eq!(small.header("content-encoding"), "");
        verify(&made.secret, &small);
        assert!(small.body.len() < 256);

        change(&client, &made.id, &json!({ "transformation": { "script": script } })).await;
        publish_to(&client, "invoice.deleted", &json!({}), 1).await;
        let got = receiver.nth(3).await;
        assert_eq!(
            (got.header("content-encoding"), got.header("content-type")),
            (compression, "text/plain; charset=utf-8")
        );
        let plain = decoded(&got);
        verify(&made.secret, &plain);
        assert_eq!(plain.body, "text;".repeat(1_000));
        let logged = delivery(&client, "invoice.deleted", "success", 1).await;
        assert_eq!(logged["attempts"][0]["request_body"], Value::from("text;".repeat(1_000)));
        assert_eq!(client.delete(&made.path("")).await.status, 204);
    }
}
