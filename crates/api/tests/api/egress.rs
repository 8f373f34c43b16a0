//! Egress of tenants: source addresses, proxies, and the list of addresses that requests come from.

use crate::support::{Caller, Setup, TestApp};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

async fn put(app: &TestApp, egress: Value) -> Value {
    app.admin().put("/api/v1/tenants/acme", json!({ "egress": egress })).await.expect(200)["egress"].clone()
}

async fn addresses(caller: &Caller) -> Value {
    caller.get("/api/v1/egress-addresses").await.expect(200)
}

#[tokio::test]
async fn an_egress_is_replaced_kept_and_removed_and_its_password_is_never_shown() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let source = json!({"source_addresses": ["2001:db8::7", "203.0.113.7"]});
    assert_eq!(put(&app, source).await, json!({"source_addresses": ["203.0.113.7", "2001:db8::7"]}));
    let kept = app.admin().put("/api/v1/tenants/acme", json!({"name": "Acme"})).await.expect(200);
    assert_eq!(kept["egress"]["source_addresses"], json!(["203.0.113.7", "2001:db8::7"]));

    let bare = json!({"proxy": {"url": "socks5://proxy"}, "source_addresses": null});
    let shown = json!({"url": "socks5://proxy:1080", "username": null, "password": null, "addresses": []});
    assert_eq!(put(&app, bare).await, json!({ "proxy": shown }));
    let full = json!({"proxy": {"url": "http://proxy:3128/", "username": "me", "password": "hush-hush",
                                "addresses": ["198.51.100.4"]}});
    let shown = json!({"proxy": {"url": "http://proxy:3128", "username": "me", "password": "***",
                                 "addresses": ["198.51.100.4"]}});
    assert_eq!(put(&app, full).await, shown);
    // The answer can be sent back, and an absent password is kept too.
    assert_eq!(put(&app, shown.clone()).await, shown);
    let other = json!({"proxy": {"url": "http://other:1", "username": "you"}});
    assert_eq!(put(&app, other).await["proxy"]["password"], "***");
    assert_eq!(app.admin().get("/api/v1/tenants/acme").await.expect(200)["egress"]["proxy"]["username"], "you");
    acme.get("/api/v1/tenants/acme").await.problem(403, "forbidden");
    acme.put("/api/v1/tenants/acme", json!({"egress": null})).await.problem(403, "forbidden");

    assert_eq!(put(&app, json!(null)).await, json!(null));
    app.finish().await;
}

#[tokio::test]
async fn faults_of_an_egress_name_their_field() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let proxy = |fields: Value| json!({ "proxy": fields });
    let many: Vec<_> = (0..51).map(|number| format!("198.51.100.{number}")).collect();
    for (egress, field) in [
        (json!({}), "egress"),
        (json!({"source_addresses": ["203.0.113.7"], "proxy": {"url": "http://proxy"}}), "egress.proxy"),
        (json!({"source_addresses": []}), "egress.source_addresses"),
        (json!({"source_addresses": ["203.0.113.7", "203.0.113.8"]}), "egress.source_addresses"),
        (json!({"source_addresses": ["0.0.0.0"]}), "egress.source_addresses"),
        (json!({"source_addresses": ["203.0.113.7", "x"]}), "egress.source_addresses[1]"),
        (json!({"addresses": []}), "egress.addresses"),
        (proxy(json!({})), "egress.proxy.url"),
        (proxy(json!({"url": "https://proxy"})), "egress.proxy.url"),
        (proxy(json!({"url": "http://me:hush@proxy"})), "egress.proxy.url"),
        (proxy(json!({"url": "http://proxy", "username": "me"})), "egress.proxy.password"),
        (proxy(json!({"url": "http://proxy", "username": "me", "password": "***"})), "egress.proxy.password"),
        (proxy(json!({"url": "http://proxy", "password": "hush"})), "egress.proxy.username"),
        (proxy(json!({"url": "http://proxy", "username": "a:b", "password": "hush"})), "egress.proxy.username"),
        (proxy(json!({"url": "http://proxy", "username": "me", "password": "a\nb"})), "egress.proxy.password"),
        (proxy(json!({"url": "http://proxy", "addresses": ["198.51.100.0/24"]})), "egress.proxy.addresses[0]"),
        (proxy(json!({"url": "http://proxy", "addresses": many})), "egress.proxy.addresses"),
        (proxy(json!({"url": "http://proxy", "user": "me"})), "egress.proxy.user"),
    ] {
        let answer = app.admin().put("/api/v1/tenants/acme", json!({ "egress": egress })).await;
        assert_eq!(answer.fault().0, field, "{egress}");
        assert!(!answer.text().contains("hush"), "{egress}");
    }
    assert_eq!(app.admin().get("/api/v1/tenants/acme").await.expect(200)["egress"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn the_addresses_of_requests_are_the_tenants_own_or_those_of_the_installation() {
    let mut setup = Setup::default();
    setup.settings.egress_addresses = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse().unwrap()).into();
    let app = TestApp::start_as(setup).await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let installation = json!({"addresses": ["192.0.2.1", "2001:db8::1"], "source": "installation"});
    assert_eq!(addresses(&acme).await, installation);
    for (egress, expected) in [
        (json!({"source_addresses": ["203.0.113.7"]}), json!(["203.0.113.7"])),
        (json!({"proxy": {"url": "http://proxy", "addresses": ["198.51.100.4"]}}), json!(["198.51.100.4"])),
        (json!({"proxy": {"url": "http://proxy"}}), json!([])),
    ] {
        put(&app, egress).await;
        assert_eq!(addresses(&acme).await, json!({"addresses": expected, "source": "tenant"}));
        assert_eq!(addresses(&app.admin_in("acme")).await["source"], "tenant");
        assert_eq!(addresses(&other).await, installation, "another tenant's");
    }
    put(&app, json!(null)).await;
    assert_eq!(addresses(&acme).await, installation);
    app.finish().await;
}

#[tokio::test]
async fn requests_leave_from_the_source_address_or_through_the_proxy() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    put(&app, json!({"source_addresses": ["127.0.0.2"]})).await;
    acme.publish().await;
    receiver.take(1).await;

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = listener.local_addr().unwrap();
    put(&app, json!({"proxy": {"url": format!("http://{proxy}")}})).await;
    acme.publish().await;
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("CONNECT 127.0.0.1:"), "{head}");
    let mut onward = tokio::net::TcpStream::connect(head.split(' ').nth(1).unwrap()).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let tunnel = tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut onward).await });
    receiver.take(1).await;
    app.settled().await;
    app.finish().await;
    tunnel.abort();
}

#[tokio::test]
async fn an_egress_that_does_not_work_is_no_fault_of_the_receiver() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "retry_enabled": false})).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (egress, expected) in [
        (
            json!({"source_addresses": ["203.0.113.7"]}),
            "Not sent: the source address 203.0.113.7 is not an address of this machine",
        ),
        (json!({"proxy": {"url": format!("http://{closed}")}}), "Proxy error: the proxy refused the connection"),
    ] {
        put(&app, egress).await;
        // More than open a circuit breaker.
        for _ in 0..12 {
            acme.publish().await;
        }
        app.settled().await;
        let deliveries = acme.get("/api/v1/webhooks/deliveries?limit=12").await.expect(200);
        for delivery in deliveries.as_array().unwrap() {
            assert_eq!((&delivery["status"], &delivery["error_message"]), (&json!("failed"), &json!(expected)));
        }
    }
    let shown = acme.get(&format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(shown["breaker"]["state"], "closed");
    put(&app, json!(null)).await;
    acme.publish().await;
    receiver.take(1).await;
    app.finish().await;
}
