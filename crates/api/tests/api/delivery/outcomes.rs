//! Outcomes of requests: every response and every fault, with the status names of the platform API and an error message
//! for the subscription's owner (`docs/contracts.md`).

use crate::support::{Caller, Receiver, Reply, Setup, TestApp};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Publishes an event for a new subscription to `url`, and returns the delivery after its first attempt.
async fn attempt(app: &TestApp, acme: &Caller, url: &str, profile: &str) -> Value {
    let made = acme.subscribe_with(json!({"url": url, "events": ["ticket.closed"], "profile": profile})).await;
    let event = acme.publish_with(json!({"type": "ticket.closed", "data": {}})).await;
    let id = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
    let shown = app.attempted(acme, &id, 1).await;
    acme.delete(&format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap())).await.expect_nothing();
    shown
}

#[tokio::test]
async fn the_profile_decides_the_outcome_of_every_status() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (profile, status, expected) in [
        ("platform", 200, "success"),
        ("platform", 204, "success"),
        ("platform", 299, "success"),
        ("platform", 302, "retrying"),
        ("platform", 304, "retrying"),
        ("platform", 400, "retrying"),
        ("platform", 404, "retrying"),
        ("platform", 408, "retrying"),
        ("platform", 410, "disabled"),
        ("platform", 429, "retrying"),
        ("platform", 500, "retrying"),
        ("platform", 599, "retrying"),
        ("standard", 202, "success"),
        ("standard", 301, "retrying"),
        ("standard", 410, "disabled"),
        ("tenant", 200, "success"),
        ("tenant", 302, "success"),
        ("tenant", 404, "failed"),
        ("tenant", 408, "retrying"),
        ("tenant", 410, "failed"),
        ("tenant", 429, "retrying"),
        ("tenant", 503, "retrying"),
    ] {
        receiver.then(Reply::status(status));
        let shown = attempt(&app, &acme, &receiver.url("/"), profile).await;
        let case = format!("{profile} {status}");
        assert_eq!((&shown["status"], &shown["response_code"]), (&json!(expected), &json!(status)), "{case}");
        let message = shown["error_message"].as_str();
        assert_eq!(message.is_none(), expected == "success", "{case}");
        assert!(message.is_none_or(|text| text.starts_with(&format!("HTTP {status}"))), "{case}: {message:?}");
        assert_eq!(shown["next_retry_at"].is_string(), expected == "retrying", "{case}");
        receiver.next().await;
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn gone_410_disables_the_subscription_and_its_backlog_waits() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500)).then(Reply::status(410));
    let made = acme.subscribe(&receiver.url("/")).await;
    let waiting = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &waiting, 1).await;
    let gone = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(&acme, &gone, 1).await;
    assert_eq!((&shown["status"], &shown["response_code"]), (&json!("disabled"), &json!(410)));
    assert!(shown["error_message"].as_str().unwrap().contains("410 Gone"), "{shown}");
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(acme.get(&path).await.expect(200)["is_active"], false);
    // The engine has processed the outcome by the time that it has written the next event.
    acme.publish().await;
    assert_eq!(acme.publish().await["deliveries"], 0);
    app.advance(100_000);
    app.settled().await;
    assert_eq!(acme.get(&format!("/api/v1/webhooks/deliveries/{waiting}")).await.expect(200)["status"], "retrying");
    acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{gone}/retry")).await.problem(400, "bad_request");

    acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    assert_eq!(receiver.next().await.sent_at(), app.now().seconds());
    assert_eq!(app.attempted(&acme, &waiting, 2).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let target = receiver.url("/elsewhere");
    for status in [301, 302, 303, 307, 308] {
        receiver.then(Reply::status(status).header("Location", target.clone()));
        let shown = attempt(&app, &acme, &receiver.url("/"), "platform").await;
        let expected = format!("HTTP {status}: redirects are not followed (it points to {target})");
        assert_eq!((&shown["status"], &shown["error_message"]), (&json!("retrying"), &json!(expected)));
        assert_eq!(receiver.next().await.path, "/");
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn connection_faults_have_distinct_errors() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let host = format!("127.0.0.1:{}", receiver.port());
    for (reply, starts) in [
        (Reply::Close, format!("Connection closed by {host} before a complete response")),
        (Reply::Garbage, format!("Not an HTTP response from {host}: it begins with \"SSH-2.0-OpenSSH_9.9")),
    ] {
        receiver.then(reply);
        let shown = attempt(&app, &acme, &receiver.url("/"), "platform").await;
        assert_eq!((&shown["status"], &shown["response_code"]), (&json!("retrying"), &json!(null)), "{starts}");
        let message = shown["error_message"].as_str().unwrap();
        assert!(message.starts_with(&starts), "{message}");
        assert_eq!(shown["attempts"][0]["error_message"], message);
        receiver.next().await;
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn unreachable_receivers_have_distinct_errors() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut unsigned = Receiver::start_tls().await;
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let speaks_no_tls = plain.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        // The request is read to its end, or the answer might be lost with the connection.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    for (url, starts) in [
        (format!("http://{nobody}/"), format!("Connection refused by {nobody}")),
        (
            unsigned.url("/"),
            format!("TLS error with 127.0.0.1:{}: the certificate's issuer is not known", unsigned.port()),
        ),
        (
            format!("https://{speaks_no_tls}/"),
            format!("TLS error with {speaks_no_tls}: the server's response is not TLS"),
        ),
        ("http://receiver.invalid/".into(), "DNS error for receiver.invalid: ".into()),
    ] {
        let shown = attempt(&app, &acme, &url, "platform").await;
        assert_eq!((&shown["status"], &shown["response_code"]), (&json!("retrying"), &json!(null)), "{url}");
        let message = shown["error_message"].as_str().unwrap();
        assert!(message.starts_with(&starts) && message.len() <= 500, "{url}: {message}");
    }
    app.finish().await;
    unsigned.nothing_more();
}

#[tokio::test]
async fn a_forbidden_address_is_neither_dialled_nor_named() {
    let app = TestApp::start().await;
    let mut receiver = Receiver::start().await;
    let url = format!("http://localhost:{}/", receiver.port());
    app.tenant("acme").await.subscribe(&url).await;
    // Created while the address was allowed.
    let app = app.restart_as(Setup { allow_loopback: false, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let delivery = acme.publish_one().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    assert_eq!((&shown["status"], &shown["response_code"]), (&json!("retrying"), &json!(null)));
    assert_eq!(shown["error_message"], "Not sent: the address policy does not allow loopback addresses");
    app.finish_leaving(1).await;
    receiver.nothing_more();
}
