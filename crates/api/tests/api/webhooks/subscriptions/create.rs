//! `POST /api/v1/webhooks/subscriptions`.

use super::{PATH, path_of};
use crate::support::{Caller, START, Setup, TestApp, texts};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const URL: &str = "https://receiver.example/hook";

fn fields(name: &str, value: Value) -> Value {
    let mut fields = json!({"url": URL, "events": ["invoice.created"]});
    fields[name] = value;
    fields
}

/// The form of generated secrets: `whsec_` and base64 of 33 bytes, all of it letters and digits.
fn is_generated(secret: &str) -> bool {
    secret.strip_prefix("whsec_").is_some_and(|rest| {
        rest.len() == 44
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && STANDARD.decode(rest).is_ok_and(|key| key.len() == 33)
    })
}

/// The only fault when this field has this value.
async fn fault(caller: &Caller, name: &str, value: Value) -> (String, String) {
    caller.post(PATH, fields(name, value)).await.fault()
}

#[tokio::test]
async fn a_subscription_needs_a_url_and_events() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe_with(json!({"url": URL, "events": ["invoice.created", "payment.succeeded"]})).await;
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(id.starts_with("sub_") && id.len() == 30, "{id}");
    assert!(is_generated(secret), "{secret}");
    let mut expected = json!({
        "id": id, "url": URL, "description": null, "events": ["invoice.created", "payment.succeeded"],
        "event_types": ["invoice.created", "payment.succeeded"], "headers": {}, "is_active": true,
        "retry_enabled": true, "max_retries": 3, "timeout_seconds": 30, "profile": "platform", "success_count": 0,
        "failure_count": 0, "last_triggered_at": null, "last_success_at": null, "last_failure_at": null,
        "success_rate": 0.0, "created_at": START, "updated_at": START, "custom_metadata": {}, "secret": secret,
        "disabled_reason": null, "disabled_at": null, "failing_since": null, "rate_limit": null, "retry": null, "max_in_flight": null,
        "circuit_breaker": null, "auto_disable_after_hours": null, "on_pause": "collect", "retry": null,
        "breaker": {"state": "closed", "since": null, "reason": null, "next_probe_at": null},
        "health": {"state": "healthy", "since": START, "reason": "No attempt has been made yet", "next_step": null},
    });
    let shape = json!({
        "filter": null, "channels": [], "transformation": null, "request": null, "compression": null, "http_version": "auto",
        "batching": null, "payload": "full", "ordered": null, "public_keys": [], "authentication": null, "tls": null,
    });
    expected.as_object_mut().unwrap().extend(shape.as_object().unwrap().clone());
    assert_eq!(made, expected);
    expected.as_object_mut().unwrap().remove("secret");
    assert_eq!(acme.get(&path_of(&made, "")).await.expect(200), expected, "the secret is never shown again");
    app.finish().await;
}

#[tokio::test]
async fn every_field_can_be_set() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let said = json!({
        "url": "https://user-agent.example:8443/hook?token=1#part", "description": "Production ✓",
        "events": ["invoice.*", "*"], "headers": {"X-Region": "eu", "Authorization": "Bearer abc"}, "is_active": false,
        "retry_enabled": false, "max_retries": 10, "timeout_seconds": 300, "custom_metadata": {"team": ["a", 1, null]},
        "profile": "standard", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    });
    let made = acme.subscribe_with(said.clone()).await;
    for (name, value) in said.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    app.finish().await;
}

#[tokio::test]
async fn null_is_like_absent_for_fields_with_a_default() {
    let app = TestApp::start_as(Setup { max_retries: 7, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    for profile in ["platform", "tenant", "standard"] {
        let plain = acme.subscribe_with(json!({"url": URL, "events": ["*"], "profile": profile})).await;
        let nulls = acme
            .subscribe_with(json!({
                "url": URL, "events": ["*"], "profile": profile, "description": null, "headers": null,
                "retry_enabled": null, "max_retries": null, "timeout_seconds": null, "custom_metadata": null,
                "secret": null,
            }))
            .await;
        for (name, value) in plain.as_object().unwrap() {
            if !["id", "secret"].contains(&name.as_str()) {
                assert_eq!(&nulls[name], value, "{profile} {name}");
            }
        }
        let retries = match profile {
            "platform" => 3,
            // The configured number applies to the profile with exponential backoff.
            "tenant" => 7,
            _ => 9,
        };
        assert_eq!(plain["max_retries"], retries, "{profile}");
    }
    app.finish().await;
}

#[tokio::test]
async fn platform_and_standard_get_a_generated_secret_and_tenant_none() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for profile in ["platform", "standard"] {
        let made = acme.subscribe_with(fields("profile", json!(profile))).await;
        assert!(is_generated(made["secret"].as_str().unwrap()), "{profile}: {made}");
    }
    assert_eq!(acme.subscribe_with(fields("profile", json!("tenant"))).await["secret"], json!(null));
    app.finish().await;
}

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test]
async fn a_given_secret_needs_24_key_bytes_without_white_space() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let whsk = format!("whsk_{}", STANDARD.encode([1; 32]));
    for given in [&"x".repeat(24), &"x".repeat(500), &"\u{e4}".repeat(12), WHSEC, &whsk] {
        assert_eq!(acme.subscribe_with(fields("secret", json!(given))).await["secret"], given);
    }
    let short = format!("whsec_{}", STANDARD.encode([1; 23]));
    for (bad, part) in [
        (&*"x".repeat(23), "24 bytes"),
        ("", "24 bytes"),
        (&short, "24 bytes"),
        (&"x".repeat(501), "500"),
        (&" ".repeat(30), "white space"),
        (&format!(" {WHSEC}"), "white space"),
        (&format!("{WHSEC}\n"), "white space"),
        ("correct horse battery staple", "white space"),
        (&format!("{}\0", "x".repeat(30)), "control"),
        ("whsec_not-base64", "base64"),
        ("whsk_c2hvcnQ=", "ed25519"),
    ] {
        let (field, message) = fault(&acme, "secret", json!(bad)).await;
        assert!(field == "secret" && message.contains(part), "{bad}: {message}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_standard_profile_refuses_secrets_that_libraries_do_not_accept() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let standard = |secret: &str| json!({"url": URL, "events": ["*"], "profile": "standard", "secret": secret});
    for good in [WHSEC, &format!("whsk_{}", STANDARD.encode([1; 32]))] {
        assert_eq!(acme.subscribe_with(standard(good)).await["secret"], good);
    }
    // The last is base64: a library would decode it, and Postrider would not.
    for bad in ["a-secret-of-our-own-making-1", &STANDARD.encode([1; 32])] {
        let (field, message) = acme.post(PATH, standard(bad)).await.fault();
        assert!(field == "secret" && message.contains("Standard Webhooks"), "{bad}: {message}");
        acme.subscribe_with(fields("secret", json!(bad))).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn active_is_an_alias_of_is_active() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    assert_eq!(acme.subscribe_with(fields("active", json!(false))).await["is_active"], false);
    assert_eq!(acme.subscribe_with(fields("active", json!(true))).await["is_active"], true);
    let both = json!({"url": URL, "events": ["*"], "is_active": true, "active": false});
    assert_eq!(acme.subscribe_with(both).await["is_active"], true);
    assert_eq!(fault(&acme, "active", json!(null)).await.0, "active");
    app.finish().await;
}

#[tokio::test]
async fn event_types_is_an_alias_of_events() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe_with(json!({"url": URL, "event_types": ["invoice.paid", " invoice.paid ", "*"]})).await;
    assert_eq!(texts(&made["events"]), ["invoice.paid", "*"], "each once");
    let both = acme.subscribe_with(json!({"url": URL, "events": ["*"], "event_types": ["invoice.paid"]})).await;
    assert_eq!(texts(&both["event_types"]), ["*"]);
    let answer = acme.post(PATH, json!({"url": URL, "event_types": []})).await;
    assert_eq!(answer.fault(), ("event_types".into(), "must name at least one event type".into()));
    app.finish().await;
}

#[tokio::test]
async fn events_must_be_in_the_catalog() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (events, message) in [
        (json!([]), "must name at least one event type"),
        (json!(null), "must not be null"),
        (json!(["invoice.lost", "invoice.paid", "b.c"]), "Unsupported event types: invoice.lost, b.c"),
        (json!(["nothing.*"]), "Unsupported event types: nothing.*"),
        (json!(["in voice", "**", ""]), "Unsupported event types: in voice, **"),
        (json!([" ", ""]), "must name at least one event type"),
        (json!(["invoice.created.*"]), "Unsupported event types: invoice.created.*"),
    ] {
        let answer = acme.post(PATH, fields("events", events.clone())).await;
        assert_eq!(answer.fault(), ("events".into(), message.into()), "{events}");
        assert!(answer.detail(422, "invalid").contains(message));
    }
    let (_, message) = fault(&acme, "events", json!(vec!["invoice.paid"; 501])).await;
    assert_eq!(message, "must name at most 500 event types");
    app.finish().await;
}

#[tokio::test]
async fn a_url_must_have_a_public_address() {
    let app = TestApp::start_as(Setup { allow_http: false, allow_loopback: false, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let (longest, longer) =
        (format!("https://a.example/{}", "x".repeat(2030)), format!("https://a.example/{}", "x".repeat(2031)));
    assert_eq!(longest.len(), 2048);
    acme.subscribe_with(fields("url", json!(longest))).await;
    let trimmed = acme.subscribe_with(fields("url", json!(format!("  {URL}\n")))).await;
    assert_eq!(trimmed["url"], URL);
    for (url, part) in [
        (json!(null), "must not be null"),
        (json!(longer), "at most 2048"),
        (json!(""), "absolute URL"),
        (json!("receiver.example/hook"), "absolute URL"),
        (json!("ftp://receiver.example/"), "https://"),
        (json!("http://receiver.example/"), "must begin with https://"),
        (json!("https://user:pass@receiver.example/"), "user name or password"),
        (json!("https://receiver.example:0/"), "port 0"),
        (json!("https://127.0.0.1/"), "loopback"),
        (json!("https://127.1/"), "loopback"),
        (json!("https://0x7f000001/"), "loopback"),
        (json!("https://2130706433/"), "loopback"),
        (json!("https://[::1]/"), "loopback"),
        (json!("https://[::ffff:127.0.0.1]/"), "loopback"),
        (json!("https://169.254.169.254/latest/meta-data"), "metadata"),
        (json!("https://168.63.129.16/"), "metadata"),
        (json!("https://[fd00:ec2::254]/"), "metadata"),
        (json!("https://169.254.1.1/"), "link-local"),
        (json!("https://[::ffff:0:10.0.0.1]/"), "private"),
        (json!("https://[4000::1]/"), "global unicast"),
        (json!("https://localhost/"), "loopback"),
        (json!("https://LOCALHOST.:9000/"), "loopback"),
        (json!("https://a.b.localhost/"), "loopback"),
        (json!("https://.a.b/"), "empty parts"),
        (json!("https://a..b/"), "empty parts"),
        (json!(format!("https://{}.example/", "a".repeat(64))), "at most 63"),
        (json!(format!("https://{}/", ["a".repeat(63).as_str(); 4].join("."))), "at most 253"),
        (json!("https://*/"), "'*'"),
        (json!("https://a b.example/"), "absolute URL"),
        (json!("https://receiver.example/\u{0}"), "U+0000"),
        (json!("https://10.0.0.1/"), "private"),
        (json!("https://192.168.1.1/"), "private"),
        (json!("https://[fd00::1]/"), "private"),
    ] {
        let (field, message) = fault(&acme, "url", url.clone()).await;
        assert!(field == "url" && message.contains(part), "{url}: {message}");
    }
    app.finish().await;
}

#[tokio::test]
async fn http_and_loopback_are_accepted_if_configured() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for url in [
        "http://receiver.example/",
        "http://my_app:9000/",
        "http://localhost:9000/",
        "http://a.localhost:9000/",
        "http://127.0.0.1:9000/",
        "http://127.1:9000/",
    ] {
        assert_eq!(acme.subscribe(url).await["url"], url);
    }
    let (_, message) = fault(&acme, "url", json!("http://10.0.0.1/")).await;
    assert!(message.contains("private"), "{message}");
    app.finish().await;
}

#[tokio::test]
async fn invalid_headers_are_refused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let many = |count: usize| (0..count).map(|n| (format!("X-{n}"), json!("v"))).collect::<serde_json::Map<_, _>>();
    acme.subscribe_with(fields("headers", many(50).into())).await;
    for (headers, field) in [
        (json!({"Host": "a"}), "headers.Host"),
        (json!({"content-type": "text/plain"}), "headers.content-type"),
        (json!({"Webhook-Id": "a"}), "headers.Webhook-Id"),
        (json!({"X-Webhook-Signature": "a"}), "headers.X-Webhook-Signature"),
        (json!({"X-Signature": "a"}), "headers.X-Signature"),
        (json!({"a b": "a"}), "headers.a b"),
        (json!({"": "a"}), "headers."),
        (json!({"X-A": "a\r\nX-B: b"}), "headers.X-A"),
        (json!({"X-A": "ü"}), "headers.X-A"),
        (json!({"X-A": null}), "headers.X-A"),
        (json!({"X-A": ["a"]}), "headers.X-A"),
        (many(51).into(), "headers"),
        (json!({"X-A": "a".repeat(17_000)}), "headers"),
    ] {
        assert_eq!(fault(&acme, "headers", headers.clone()).await.0, field, "{headers}");
    }
    app.finish().await;
}

#[tokio::test]
async fn numbers_and_texts_have_bounds() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (name, good, bad) in [
        ("max_retries", json!([0, 10]), json!([-1, 11, 256, 4_294_967_299u64])),
        ("timeout_seconds", json!([5, 300]), json!([4, 301, 0, -30])),
        ("description", json!(["", "é".repeat(500)]), json!(["é".repeat(501)])),
        ("profile", json!(["platform", "tenant", "standard"]), json!(["Platform", "other", ""])),
    ] {
        for value in good.as_array().unwrap() {
            assert_eq!(&acme.subscribe_with(fields(name, value.clone())).await[name], value, "{name}");
        }
        for value in bad.as_array().unwrap() {
            assert_eq!(fault(&acme, name, value.clone()).await.0, name, "{value}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn all_faults_are_named_at_once() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let nothing = acme.post(PATH, json!({})).await.faults();
    assert_eq!(nothing.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["url", "events"]);
    let answer = acme.post(
        PATH,
        json!({
            "url": "x", "events": ["x.y"], "headers": {"Host": "a", "X-A": 1}, "max_retries": 99, "timeout_seconds": 1,
            "description": "x".repeat(501), "profile": "x", "secret": "x", "is_active": null,
        }),
    );
    let faults = answer.await.faults();
    let mut named: Vec<_> = faults.iter().map(|(field, _)| field.as_str()).collect();
    named.sort_unstable();
    let expected = [
        "description",
        "events",
        "headers.Host",
        "headers.X-A",
        "is_active",
        "max_retries",
        "profile",
        "secret",
        "timeout_seconds",
        "url",
    ];
    assert_eq!(named, expected);
    assert_eq!(acme.get(PATH).await.expect(200), json!([]), "nothing was created");
    app.finish().await;
}

#[tokio::test]
async fn subscriptions_outlive_the_process() {
    let app = TestApp::start().await;
    let made = app.tenant("acme").await.subscribe(URL).await;
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    let shown = acme.get(&path_of(&made, "")).await.expect(200);
    assert_eq!(shown["url"], URL);
    acme.send(http::Method::POST, &path_of(&made, "/pause"), "").await.expect(200);
    assert_eq!(acme.publish().await["deliveries"], 1, "it is matched");
    app.finish_leaving(1).await;
}

#[tokio::test]
async fn a_subscription_past_the_maximum_of_a_tenant_is_refused() {
    let settings = api::Settings { subscriptions_max: 2, ..Setup::default().settings };
    assert_eq!(Setup::default().settings.subscriptions_max, 60_000);
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let fields = json!({"url": "https://a.example/", "events": ["*"]});
    let first = acme.subscribe_with(fields.clone()).await;
    let paused = json!({"url": "https://a.example/", "events": ["*"], "is_active": false});
    acme.subscribe_with(paused).await;
    acme.post(PATH, fields.clone()).await.problem(422, "too_many_subscriptions");
    acme.post("/api/v1/webhooks", fields.clone()).await.problem(422, "too_many_subscriptions");
    let tenants = json!({"event": "invoice.created", "url": "https://a.example/"});
    acme.post("/api/v1/tenant/webhooks/subscriptions", tenants).await.problem(400, "too_many_subscriptions");
    app.tenant("other").await.subscribe_with(fields.clone()).await;
    acme.delete(&format!("{PATH}/{}", first["id"].as_str().unwrap())).await.expect_nothing();
    acme.subscribe_with(fields).await;
    app.finish().await;
}
