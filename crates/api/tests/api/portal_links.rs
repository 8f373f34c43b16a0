//! `/api/v1/portal-sessions`: portal links.

use crate::support::{Caller, Setup, TestApp, each, hyphenated, seconds_between, time};
use api::PublicUrl;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/portal-sessions";
const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

async fn start() -> (TestApp, Caller) {
    let app = TestApp::start_as(Setup { allow_http: false, ..Setup::default() }).await;
    app.tenant("acme").await;
    let admin = app.admin();
    (app, admin)
}

/// Creates a link for acme; returns what the answer shows.
async fn create(admin: &Caller, more: Value) -> Value {
    let mut body = json!({"tenant_id": "acme", "mode": "view"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.post(PATH, body).await.expect(201)
}

fn bearer(app: &TestApp, link: &Value) -> Caller {
    app.nobody().bearing(link["token"].as_str().unwrap())
}

#[tokio::test]
async fn a_link_is_shown_once_and_describes_itself_to_its_page() {
    let (app, admin) = start().await;
    let appearance = json!({
        "name": "Acme", "logo_url": "https://acme.example/logo.svg", "color": "#FFEE00", "scheme": "dark",
        "language": "es",
    });
    let made = create(&admin, json!({
        "mode": "manage", "capabilities": ["test:send", "subscriptions:write"], "expires_in_seconds": 600,
        "appearance": appearance, "return_url": "https://acme.example/back", "refresh_url": "https://acme.example/renew",
        "allowed_ancestors": ["https://app.acme.example", "https://*.acme.example"],
    })).await;
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    assert!(id.starts_with("pts_") && token.starts_with("pt_") && token.len() >= 40, "{made}");
    assert_eq!(made["url"], format!("http://{}/portal/{id}#{token}", app.address()));
    let shown = json!({
        "name": "Acme", "logo_url": "https://acme.example/logo.svg", "logo_dark_url": null, "favicon_url": null,
        "color": "#ffee00", "text_color": "#000000", "scheme": "dark", "language": "es",
    });
    assert_eq!((&made["appearance"], &made["state"]), (&shown, &json!("active")));
    let mut kept = made.clone();
    for once in ["url", "token"] {
        kept.as_object_mut().unwrap().remove(once);
    }
    assert_eq!(admin.get(&format!("{PATH}/{id}")).await.expect(200), kept);
    assert_eq!(admin.get(&format!("{PATH}/{}", hyphenated(id))).await.expect(200), kept);

    let own = bearer(&app, &made).get("/api/v1/session").await.expect(200);
    assert_eq!((&own["kind"], &own["tenant_id"], &own["csrf_token"]), (&json!("portal"), &json!("acme"), &json!(null)));
    assert_eq!(own["permissions"], json!(["webhooks:read", "subscriptions:write", "test:send"]));
    assert_eq!(own["expires_at"], made["expires_at"]);
    assert_eq!(
        own["portal"],
        json!({
            "mode": "manage", "capabilities": ["subscriptions:write", "test:send"], "appearance": shown,
            "return_url": "https://acme.example/back", "refresh_url": "https://acme.example/renew",
        })
    );
    assert_eq!(admin.get(&format!("{PATH}/{id}")).await.expect(200)["last_used_at"], json!(app.now()));
    app.finish().await;
}

#[tokio::test]
async fn the_public_url_is_the_address_of_links() {
    let settings = api::Settings {
        public_url: PublicUrl::parse("https://hooks.example/below/").ok(),
        ..Setup::default().settings
    };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    app.tenant("acme").await;
    let made = create(&app.admin(), json!({})).await;
    assert!(made["url"].as_str().unwrap().starts_with("https://hooks.example/below/portal/pts_"), "{made}");
    app.finish().await;
}

#[tokio::test]
async fn a_link_without_fields_has_the_documented_defaults() {
    let (app, admin) = start().await;
    let view = create(&admin, json!({})).await;
    assert_eq!((&view["capabilities"], &view["return_url"]), (&json!([]), &json!(null)));
    assert_eq!(seconds_between(time(&view["created_at"]), time(&view["expires_at"])), 86_400);
    let manage = create(&admin, json!({"mode": "manage"})).await;
    assert_eq!(manage["capabilities"].as_array().unwrap().len(), 7);
    app.finish().await;
}

#[tokio::test]
async fn invalid_links_are_refused() {
    let (app, admin) = start().await;
    let many = vec!["https://a.example"; 21];
    for (more, field) in [
        (json!({"tenant_id": "no where"}), "tenant_id"),
        (json!({"tenant_id": "_postrider"}), "tenant_id"),
        (json!({"mode": "edit"}), "mode"),
        (json!({"capabilities": ["test:send"]}), "capabilities"),
        (json!({"mode": "manage", "capabilities": ["test:send", "everything"]}), "capabilities[1]"),
        (json!({"expires_in_seconds": 59}), "expires_in_seconds"),
        (json!({"expires_in_seconds": 7_776_001}), "expires_in_seconds"),
        (json!({"expires_in_seconds": -1}), "expires_in_seconds"),
        (json!({"return_url": "http://acme.example/"}), "return_url"),
        (json!({"return_url": "javascript:alert(1)"}), "return_url"),
        (json!({"refresh_url": "/renew"}), "refresh_url"),
        (json!({"allowed_ancestors": ["https://a.example", "*"]}), "allowed_ancestors[1]"),
        (json!({"allowed_ancestors": ["https://a.example; script-src *"]}), "allowed_ancestors[0]"),
        (json!({"allowed_ancestors": many}), "allowed_ancestors"),
        (json!({"appearance": {"name": "x".repeat(101)}}), "appearance.name"),
        (json!({"appearance": {"name": "a\nb"}}), "appearance.name"),
        (json!({"appearance": {"logo_url": "data:image/png;base64,AAAA"}}), "appearance.logo_url"),
        (json!({"appearance": {"favicon_url": "https://u:p@acme.example/"}}), "appearance.favicon_url"),
        (json!({"appearance": {"color": "red"}}), "appearance.color"),
        (json!({"appearance": {"text_color": "#000000"}}), "appearance.text_color"),
        (json!({"appearance": {"color": "#777777", "text_color": "#ffffff"}}), "appearance.text_color"),
        (json!({"appearance": {"scheme": "dim"}}), "appearance.scheme"),
        (json!({"appearance": {"language": "english"}}), "appearance.language"),
        (json!({"appearance": {"colour": "#fff"}}), "appearance.colour"),
        (json!({"tenant": "acme"}), "tenant"),
    ] {
        let mut body = json!({"tenant_id": "acme", "mode": "view"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(admin.post(PATH, body).await.fault().0, field, "{more}");
    }
    let detail = admin.post(PATH, json!({"tenant_id": "nobody", "mode": "view"})).await.detail(404, "not_found");
    assert!(detail.starts_with("Tenant not found: nobody"), "{detail}");
    assert_eq!(admin.get(PATH).await.expect(200), json!([]));
    app.tenant("acme").await.post(PATH, json!({"tenant_id": "acme", "mode": "view"})).await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn links_are_listed_newest_first_by_tenant_or_for_all() {
    let (app, admin) = start().await;
    app.tenant("globex").await;
    let mut ids = Vec::new();
    for tenant in ["acme", "globex", "acme"] {
        ids.insert(0, create(&admin, json!({"tenant_id": tenant})).await["id"].clone());
    }
    let listed = async |query: &str| admin.get(&format!("{PATH}{query}")).await;
    assert_eq!(each(&listed("").await.expect(200), "id"), ids);
    assert_eq!(each(&listed("?tenant_id=acme").await.expect(200), "id"), [&ids[0], &ids[2]]);
    let first = listed("?limit=2").await;
    assert_eq!(each(&first.expect(200), "id"), ids[..2]);
    let next = first.next_page().unwrap().to_owned();
    assert_eq!(each(&admin.get(&next).await.expect(200), "id"), ids[2..]);
    assert_eq!(listed("?cursor=x").await.fault().0, "cursor");
    assert_eq!(listed("?tenant_id=a%20b").await.fault().0, "tenant_id");
    assert!(!listed("").await.text().contains("pt_"), "a token is shown only once");
    app.finish().await;
}

#[tokio::test]
async fn a_revoked_link_stops_working_at_once() {
    let (app, admin) = start().await;
    let (link, other) = (create(&admin, json!({})).await, create(&admin, json!({})).await);
    let path = format!("{PATH}/{}", link["id"].as_str().unwrap());
    bearer(&app, &link).get("/api/v1/events").await.expect(200);
    admin.delete(&path).await.expect_nothing();
    admin.delete(&path).await.expect_nothing();
    let refused = bearer(&app, &link).get("/api/v1/events").await;
    assert_eq!(refused.detail(401, "unauthorized"), "The portal link was revoked");
    bearer(&app, &other).get("/api/v1/events").await.expect(200);
    let shown = admin.get(&path).await.expect(200);
    assert_eq!((&shown["state"], &shown["revoked_at"]), (&json!("revoked"), &json!(app.now())));
    for gone in ["pts_06f8k2m4q9v1x3z5b7d9f1h3k5", "x"] {
        let path = format!("{PATH}/{gone}");
        assert_eq!(admin.get(&path).await.detail(404, "not_found"), format!("Portal link not found: {gone}"));
        admin.delete(&path).await.problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_expired_link_names_the_page_that_renews_it() {
    let (app, admin) = start().await;
    let renewed =
        create(&admin, json!({"expires_in_seconds": 60, "refresh_url": "https://acme.example/renew?a=1"})).await;
    let plain = create(&admin, json!({"expires_in_seconds": 60})).await;
    app.advance(59);
    bearer(&app, &renewed).get("/api/v1/session").await.expect(200);
    app.advance(1);
    let refused = bearer(&app, &renewed).get("/api/v1/session").await;
    assert_eq!(refused.detail(401, "unauthorized"), "The portal link has expired");
    assert_eq!(refused.header("link"), Some("<https://acme.example/renew?a=1>; rel=\"refresh\""));
    assert_eq!(bearer(&app, &plain).get("/api/v1/session").await.header("link"), None);
    let shown = admin.get(&format!("{PATH}/{}", plain["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(shown["state"], "expired");
    bearer(&app, &json!({"token": "pt_nobody-knows-this"})).get("/api/v1/session").await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_has_a_maximum_of_active_links() {
    let settings = api::Settings { portal_sessions_max: 2, ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    app.tenant("acme").await;
    let admin = app.admin();
    let first = create(&admin, json!({})).await;
    create(&admin, json!({})).await;
    let body = json!({"tenant_id": "acme", "mode": "view"});
    let detail = admin.post(PATH, body.clone()).await.detail(409, "too_many_portal_sessions");
    assert!(detail.contains("2 active portal links"), "{detail}");
    admin.delete(&format!("{PATH}/{}", first["id"].as_str().unwrap())).await.expect_nothing();
    admin.post(PATH, body).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn links_outlive_the_process_and_not_their_tenant() {
    let (app, admin) = start().await;
    let link = create(&admin, json!({})).await;
    let app = app.restart().await;
    bearer(&app, &link).get("/api/v1/events").await.expect(200);
    app.admin().delete("/api/v1/tenants/acme").await.expect_nothing();
    app.tenant("acme").await;
    bearer(&app, &link).get("/api/v1/events").await.problem(401, "unauthorized");
    assert_eq!(app.admin().get(PATH).await.expect(200), json!([]));
    app.finish().await;
}

/// Signing secrets and headers with credentials are hidden from links with the mode `view`.
#[tokio::test]
async fn a_link_that_may_view_sees_payloads_and_no_secret() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let headers = json!({"Authorization": "Bearer hush-hush", "X-Region": "eu"});
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "headers": headers});
    let made = acme.subscribe_with(fields).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &delivery, 1).await;
    let id = made["id"].as_str().unwrap();
    let view = bearer(&app, &create(&app.admin(), json!({})).await);
    let body = json!({"mode": "manage", "capabilities": ["secrets:read"]});
    let reader = bearer(&app, &create(&app.admin(), body).await);

    let paths = [
        format!("{SUBSCRIPTIONS}/{id}"),
        SUBSCRIPTIONS.into(),
        "/api/v1/webhooks".into(),
        "/api/v1/tenant/webhooks/subscriptions".into(),
        format!("/api/v1/webhooks/deliveries/{delivery}"),
        "/api/v1/webhooks/deliveries".into(),
        format!("/api/v1/tenant/webhooks/deliveries/{delivery}"),
        "/api/v1/events".into(),
        "/api/v1/session".into(),
    ];
    for path in paths {
        let text = view.get(&path).await;
        text.expect(200);
        assert!(!text.text().contains("hush-hush") && !text.text().contains(&secret), "{path}: {}", text.text());
    }
    let shown = view.get(&format!("{SUBSCRIPTIONS}/{id}")).await.expect(200);
    assert_eq!(shown["headers"], json!({"Authorization": "***", "X-Region": "eu"}));
    let detail = view.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.expect(200);
    assert!(detail["attempts"][0]["request_body"].as_str().unwrap().contains("inv_123"), "{detail}");
    let refused = view.get(&format!("{SUBSCRIPTIONS}/{id}/secret")).await;
    assert_eq!(refused.detail(403, "forbidden"), "This portal link lacks the capability secrets:read");
    assert_eq!(reader.get(&format!("{SUBSCRIPTIONS}/{id}/secret")).await.expect(200)["secret"], secret);
    assert_eq!(reader.get(&format!("{SUBSCRIPTIONS}/{id}")).await.expect(200)["headers"], headers);
    app.finish().await;
}
