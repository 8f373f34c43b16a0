//! Filter, channels, transformation, form of the request and credentials of a subscription: their checks, how they are
//! shown, and the trials of filters and templates.

use super::{PATH, path_of};
use crate::support::{Setup, TestApp};
use serde_json::{Value, json};

fn rows() -> Vec<(Value, &'static str)> {
    let request = |fields: Value| json!({ "request": fields });
    let template = |fields: Value| json!({ "transformation": fields });
    let auth = |fields: Value| json!({ "authentication": fields });
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    vec![
        (json!({"filter": ""}), "filter"),
        (json!({"filter": "data.amount >"}), "filter"),
        (json!({"filter": "amount > 1"}), "filter"),
        (json!({"filter": "1 + 1"}), "filter"),
        (json!({"filter": format!("{}true", "true||".repeat(700))}), "filter"),
        (json!({"channels": ["a b"]}), "channels"),
        (json!({"channels": ["a", "a"]}), "channels"),
        (json!({ "channels": many }), "channels"),
        (template(json!({})), "transformation"),
        (template(json!({"script": "x", "template": "slack"})), "transformation"),
        (template(json!({"template": "fax"})), "transformation.template"),
        (template(json!({"template": "slack", "options": {"x": "y"}})), "transformation.options"),
        (template(json!({"template": "pagerduty"})), "transformation.options"),
        (
            template(json!({"template": "pagerduty", "options": {"routing_key": 7}})),
            "transformation.options.routing_key",
        ),
        (template(json!({"script": "x".repeat(65_537)})), "transformation.script"),
        (request(json!({"method": "GET"})), "request.method"),
        (request(json!({"path": "x"})), "request.path"),
        (request(json!({"path": "/{data}"})), "request.path"),
        (request(json!({"query": {"a": "{"}})), "request.query.a"),
        (request(json!({"query": {"a": 1}})), "request.query.a"),
        (json!({"compression": "br"}), "compression"),
        (json!({"batching": {"max_events": 1}}), "batching.max_events"),
        (json!({"batching": {"max_events": "many"}}), "batching.max_events"),
        (json!({"batching": {"max_wait_ms": -1}}), "batching.max_wait_ms"),
        (json!({"batching": {"format": "csv"}}), "batching.format"),
        (json!({"batching": {}, "transformation": {"template": "slack"}}), "batching"),
        (json!({"batching": {}, "request": {"query": {"a": "{id}"}}}), "batching"),
        (json!({"payload": "thin"}), "payload"),
        (json!({"payload": "reference", "transformation": {"template": "slack"}}), "payload"),
        (json!({"ordered": "a.b"}), "ordered"),
        (json!({"ordered": true, "batching": {}}), "ordered"),
        (json!({"http_version": "http3"}), "http_version"),
        (json!({"http_version": ""}), "http_version"),
        (auth(json!({})), "authentication.type"),
        (auth(json!({"type": "kerberos"})), "authentication.type"),
        (auth(json!({"type": "basic", "username": "a:b", "password": "p"})), "authentication.username"),
        (auth(json!({"type": "basic", "username": "a"})), "authentication.password"),
        (auth(json!({"type": "bearer"})), "authentication.token"),
        (auth(json!({"type": "api_key", "header": "host", "value": "v"})), "authentication.header"),
        (
            auth(json!({"type": "oauth2", "token_url": "ftp://x/", "client_id": "a", "client_secret": "b"})),
            "authentication.token_url",
        ),
        (
            auth(json!({"type": "oauth2", "token_url": "https://10.0.0.1/", "client_id": "a", "client_secret": "b"})),
            "authentication.token_url",
        ),
        (
            auth(
                json!({"type": "aws_sigv4", "access_key_id": "a", "secret_access_key": "b", "region": "r/", "service": "s"}),
            ),
            "authentication.region",
        ),
        (json!({"tls": {}}), "tls.certificate"),
        (json!({"tls": {"authorities": "nonsense"}}), "tls.authorities"),
        (json!({"tls": {"private_key": "nonsense"}}), "tls.certificate"),
    ]
}

#[tokio::test]
async fn bad_shapes_are_refused_with_their_field_at_creation_and_change() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let before = acme.get(&path_of(&made, "")).await.expect(200);
    for (fields, field) in rows() {
        let mut all = json!({"url": "https://b.example/", "events": ["*"]});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        for answer in [acme.post(PATH, all).await, acme.patch(&path_of(&made, ""), fields.clone()).await] {
            assert_eq!(answer.faults()[0].0, field, "{fields} {}", answer.text());
        }
    }
    let both = json!({
        "url": "https://b.example/", "events": ["*"], "headers": {"Authorization": "x"},
        "authentication": {"type": "bearer", "token": "t"},
    });
    assert_eq!(acme.post(PATH, both).await.fault().0, "headers.authorization");
    assert_eq!(acme.get(&path_of(&made, "")).await.expect(200), before, "nothing was changed");
    app.finish().await;
}

#[tokio::test]
async fn shapes_are_shown_as_they_were_given_and_null_restores_the_default() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let given = json!({
        "filter": "data.amount > 100",
        "channels": ["project:1"],
        "transformation": {"template": "slack"},
        "request": {"method": "PUT", "path": "/orders/{data.id}", "query": {"t": "{type}"}},
        "compression": "zstd",
        "http_version": "http2",
        "ordered": "data.id",
    });
    let mut fields = json!({"url": "https://a.example/", "events": ["*"]});
    fields.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
    let made = acme.subscribe_with(fields).await;
    let shown = acme.get(&path_of(&made, "")).await.expect(200);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!((&made[name], &shown[name]), (value, value), "{name}");
    }
    let nothing = json!({"filter": null, "channels": null, "transformation": null, "request": null,
                         "compression": null, "http_version": null, "ordered": null});
    let cleared = acme.patch(&path_of(&made, ""), nothing).await.expect(200);
    let plain = acme.subscribe("https://b.example/").await;
    for name in given.as_object().unwrap().keys() {
        assert_eq!(cleared[name], plain[name], "{name}");
    }
    app.finish().await;
}

#[tokio::test]
async fn secrets_of_the_receiver_are_write_only() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let key = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01";
    for (given, shown) in [
        (json!({"type": "basic", "username": "me", "password": "hush"}), json!({"type": "basic", "username": "me"})),
        (json!({"type": "bearer", "token": "hush"}), json!({"type": "bearer"})),
        (json!({"type": "api_key", "header": "X-Key", "value": "hush"}), json!({"type": "api_key", "header": "x-key"})),
        (
            json!({"type": "oauth2", "token_url": "https://id.example/", "client_id": "me", "client_secret": "hush", "scope": "a"}),
            json!({"type": "oauth2", "token_url": "https://id.example/", "client_id": "me", "scope": "a", "client_authentication": "header"}),
        ),
        (
            json!({"type": "aws_sigv4", "access_key_id": "AK", "secret_access_key": "hush", "region": "eu", "service": "s"}),
            json!({"type": "aws_sigv4", "access_key_id": "AK", "region": "eu", "service": "s"}),
        ),
    ] {
        let fields = json!({"url": "https://a.example/", "events": ["*"], "authentication": given});
        let answer = acme.post(PATH, fields).await;
        assert!(!answer.text().contains("hush"));
        let made = answer.expect(201);
        assert_eq!(made["authentication"], shown);
        // The shown object can be sent back: the secret stays as it is.
        let answer = acme.patch(&path_of(&made, ""), json!({ "authentication": shown })).await;
        assert!(!answer.text().contains("hush"));
        assert_eq!(answer.expect(200)["authentication"], shown);
    }
    let options = json!({"template": "pagerduty", "options": {"routing_key": key, "severity": "info"}});
    let fields = json!({"url": "https://a.example/", "events": ["*"], "transformation": options});
    let made = acme.subscribe_with(fields).await;
    let reader = app.member("acme", &["webhooks:read"]).await;
    let shown = reader.get(&path_of(&made, "")).await.expect(200)["transformation"].clone();
    assert_eq!(shown["options"], json!({"routing_key": "***", "severity": "info"}));
    acme.patch(&path_of(&made, ""), json!({ "transformation": shown })).await.expect(200);
    let manager = acme.get(&path_of(&made, "")).await;
    assert!(manager.text().contains(key) || manager.expect(200)["transformation"]["options"]["routing_key"] == "***");
    app.finish().await;
}

#[tokio::test]
async fn a_filter_is_tried_on_an_example_on_data_and_on_an_event() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let path = format!("{PATH}/filter-test");
    let published = acme.publish_with(json!({"type": "a.b", "data": {"amount": 5}, "metadata": {"m": 1}})).await;
    for (filter, event, matches, explanation) in [
        ("data.amount > 3", json!({"type": "a.b", "data": {"amount": 4}}), json!(true), Value::Null),
        (
            "data.amount > 3",
            json!({"type": "a.b", "data": {"amount": 3.0}}),
            json!(false),
            json!("the condition is false"),
        ),
        ("data.none > 3", json!({"type": "a.b", "data": {}}), json!(false), json!("the event has no `data.none`")),
        ("type == 'a.b' && tenant == 'acme'", json!({"type": "a.b"}), json!(true), Value::Null),
        ("has(data.invoice_id)", json!({"type": "invoice.created"}), json!(true), Value::Null),
        ("data.amount == 5 && metadata.m == 1", json!({"id": published["id"]}), json!(true), Value::Null),
    ] {
        let tried = acme.post(&path, json!({"filter": filter, "event": event})).await.expect(200);
        assert_eq!((&tried["matches"], &tried["explanation"]), (&matches, &explanation), "{filter}");
        assert_eq!((&tried["valid"], &tried["fault"]), (&json!(true), &Value::Null));
    }
    let tried = acme.post(&path, json!({"filter": "true &&\n amount", "event": {"type": "a.b"}})).await.expect(200);
    assert_eq!((&tried["valid"], &tried["matches"]), (&json!(false), &Value::Null));
    assert_eq!((&tried["fault"]["line"], &tried["fault"]["column"]), (&json!(2), &json!(2)));
    for (event, field) in [
        (json!({}), "event.type"),
        (json!({"type": "a b"}), "event.type"),
        (json!({"type": "a.b", "data": []}), "event.data"),
        (json!({"type": "a.b", "metadata": 1}), "event.metadata"),
    ] {
        let answer = acme.post(&path, json!({"filter": "true", "event": event})).await;
        assert_eq!(answer.fault().0, field, "{event}");
    }
    acme.post(&path, json!({"filter": "true", "event": {"id": "nothing"}})).await.problem(404, "not_found");
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn a_template_is_tried_and_a_script_needs_its_processes() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let path = format!("{PATH}/transformation-test");
    let event = json!({"type": "invoice.created", "data": {"amount": 7}});
    let tried = json!({"transformation": {"template": "cloudevents"}, "event": event, "request": {"method": "PUT"}});
    let tried = acme.post(&path, tried).await.expect(200);
    assert_eq!((&tried["result"], &tried["request"]["method"]), (&json!("sends"), &json!("PUT")));
    assert_eq!(tried["request"]["headers"]["content-type"], "application/cloudevents+json");
    let body: Value = serde_json::from_str(tried["request"]["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["type"], &body["data"]), (&json!("invoice.created"), &json!({"amount": 7})));
    let missing = json!({"transformation": {"template": "slack"}, "request": {"path": "/{data.none}"}, "event": event});
    let tried = acme.post(&path, missing).await.expect(200);
    assert_eq!(tried["result"], "fails");
    assert_eq!(tried["fault"]["message"], "the event has no data.none, which the URL needs");
    assert_eq!(acme.post(&path, json!({"event": event})).await.fault().0, "transformation");
    // The processes of this installation cannot be started.
    let script = json!({"script": "export default (webhook) => webhook"});
    let answer = acme.post(&path, json!({"transformation": script, "event": event})).await;
    answer.problem(503, "unavailable");
    let fields = json!({"url": "https://a.example/", "events": ["*"], "transformation": script});
    acme.post(PATH, fields).await.problem(503, "unavailable");
    app.finish().await;
}

#[tokio::test]
async fn public_keys_are_served_without_a_key() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let fields = json!({"url": "https://a.example/", "events": ["*"], "secret_type": "ed25519"});
    let made = acme.subscribe_with(fields).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsk_"));
    let set = |path: String| {
        let nobody = app.nobody();
        async move { nobody.get(&path).await }
    };
    let first = set(path_of(&made, "/jwks.json")).await;
    assert!(first.header("cache-control").unwrap().starts_with("public"));
    let first = first.expect(200)["keys"].clone();
    assert_eq!(
        (first.as_array().unwrap().len(), &first[0]["kty"], &first[0]["crv"]),
        (1, &json!("OKP"), &json!("Ed25519"))
    );
    let rotate = path_of(&made, "/rotate-secret");
    let hmac = acme.post(&rotate, json!({"secret_type": "hmac", "grace_seconds": 60})).await.expect(200);
    assert_eq!((&hmac["public_key"], hmac["previous_until"].is_string()), (&Value::Null, true));
    assert_eq!(set(path_of(&made, "/jwks.json")).await.expect(200)["keys"], first, "it signs beside the new secret");
    app.advance(60);
    assert_eq!(set(path_of(&made, "/jwks.json")).await.expect(200)["keys"], json!([]));
    let back = acme.post(&rotate, json!({"secret_type": "ed25519", "grace_seconds": 0})).await.expect(200);
    assert_eq!(acme.get(&path_of(&made, "")).await.expect(200)["public_keys"], json!([back["public_key"]]));
    assert_eq!(acme.post(&rotate, json!({"secret_type": "rsa"})).await.fault().0, "secret_type");
    assert_eq!(acme.patch(&path_of(&made, ""), json!({"secret_type": "hmac"})).await.fault().0, "secret_type");
    let both = json!({"url": "https://a.example/", "events": ["*"], "secret_type": "hmac", "secret": "123456789012345678901234"});
    assert_eq!(acme.post(PATH, both).await.fault().0, "secret_type");
    set(format!("{PATH}/sub_06f8k2m4q9v1x3z5b7d9f1h3k5/jwks.json")).await.problem(404, "not_found");
    set(format!("{PATH}/nothing/jwks.json")).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_url_must_repeat_a_challenge_where_the_installation_requires_it() {
    use crate::support::{Receiver, Reply};
    let mut settings = Setup::default().settings;
    settings.verify_urls = true;
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let mut receiver = Receiver::start().await;
    let fields = json!({"url": receiver.url("/"), "events": ["*"]});
    for (reply, part) in [
        (Reply::status(200), "does not have the challenge"),
        (Reply::status(500), "HTTP 500"),
        (Reply::status(302), "HTTP 302"),
    ] {
        receiver.then(reply);
        let (field, message) = acme.post(PATH, fields.clone()).await.fault();
        assert!(field == "url" && message.contains(part), "{field}: {message}");
        let request = receiver.next().await;
        assert_eq!(request.json()["type"], "webhook.verification");
        assert!(request.json()["data"]["challenge"].as_str().unwrap().len() >= 32);
    }
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn challenges_share_the_room_of_tests() {
    use crate::support::{Receiver, Reply};
    let mut settings = Setup::default().settings;
    settings.verify_urls = true;
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let confirming = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", confirming.local_addr().unwrap());
    let confirm = |axum::Json(event): axum::Json<Value>| async move { axum::Json(event["data"].clone()) };
    let router = axum::Router::new().fallback(confirm);
    let confirming = tokio::spawn(async move { axum::serve(confirming, router).await.unwrap() });
    let made = acme.subscribe(&url).await;
    let mut receiver = Receiver::start().await;
    let fields = json!({"url": receiver.url("/"), "events": ["*"]});
    let (mut held, mut tasks) = (Vec::new(), tokio::task::JoinSet::new());
    for _ in 0..8 {
        let (reply, release) = Reply::status(500).held();
        receiver.then(reply);
        held.push(release);
        let (acme, fields) = (acme.clone(), fields.clone());
        tasks.spawn(async move { acme.post(PATH, fields).await.fault() });
    }
    receiver.take(8).await;
    acme.post(PATH, fields.clone()).await.problem(429, "too_many_tests");
    acme.patch(&path_of(&made, ""), json!({"url": receiver.url("/")})).await.problem(429, "too_many_tests");
    acme.post("/api/v1/webhooks", fields).await.problem(429, "too_many_tests");
    let tenants = json!({"event": "invoice.created", "url": "https://receiver.example/"});
    acme.post("/api/v1/tenant/webhooks/subscriptions", tenants).await.problem(429, "too_many_tests");
    // A change of something else asks the receiver nothing.
    acme.patch(&path_of(&made, ""), json!({"description": "x"})).await.expect(200);
    held.into_iter().for_each(|release| release.send(()).unwrap());
    assert!(tasks.join_all().await.iter().all(|(field, _)| field == "url"));
    confirming.abort();
    app.finish_leaving_any().await;
}
