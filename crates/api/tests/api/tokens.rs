//! Callers with a JSON Web Token: the platform's users in their tenants, and the operator's people with their roles.

use crate::{
    auth::{Needs, needs},
    support::{Caller, Operation, START, Setup, TestApp},
};
use api::{KeySource, Tokens};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Method;
use identity::{Algorithm, ClaimPath, Key, Rules};
use model::{Role, Scope};
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering::SeqCst},
    time::Duration,
};

const SECRET: &[u8] = b"a secret that the platform and Postrider share";
const PATH: &str = "/api/v1/session";

fn rules(algorithm: Algorithm) -> Rules {
    Rules {
        algorithms: vec![algorithm],
        issuer: Some("https://id.example".into()),
        audiences: vec!["postrider".into()],
        skew: Duration::from_secs(60),
        tenant: ClaimPath::parse("tenant_id").unwrap(),
        permissions: ClaimPath::parse("permissions").unwrap(),
        role: ClaimPath::parse("role"),
        roles: Role::ALL.map(|role| (role.name().to_owned(), role)).to_vec(),
    }
}

fn setup(tokens: Tokens) -> Setup {
    let setup = Setup::default();
    Setup { settings: api::Settings { tokens: Some(Arc::new(tokens)), ..setup.settings.clone() }, ..setup }
}

async fn start() -> TestApp {
    let keys = vec![Key::from_secret(SECRET).unwrap()];
    TestApp::start_as(setup(Tokens::with_keys(rules(Algorithm::Hs256), keys))).await
}

/// Claims that hold for an hour.
fn claims(mut more: Value) -> Value {
    let all = json!({"iss": "https://id.example", "aud": "postrider", "exp": START.seconds() + 3_600, "sub": "user-7"});
    for (name, value) in all.as_object().unwrap() {
        more.as_object_mut().unwrap().entry(name.clone()).or_insert(value.clone());
    }
    more
}

fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(sign(message.as_bytes())))
}

fn token(claims: &Value) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    signed(&json!({"alg": "HS256", "typ": "JWT"}), claims, |message| hmac::sign(&key, message).as_ref().to_vec())
}

fn member(app: &TestApp, tenant: &str, permissions: &[&str]) -> Caller {
    app.nobody().bearing(&token(&claims(json!({"tenant_id": tenant, "permissions": permissions}))))
}

fn staff(app: &TestApp, role: Role) -> Caller {
    app.nobody().bearing(&token(&claims(json!({"role": role.name()}))))
}

#[tokio::test]
async fn a_user_acts_in_its_tenant_with_its_permissions() {
    let app = start().await;
    app.tenant("acme").await;
    let shown = member(&app, "acme", &["webhooks:read", "invoices:write"]).get(PATH).await.expect(200);
    assert_eq!(shown["kind"], "tenant");
    assert_eq!(
        (&shown["tenant_id"], &shown["subject"], &shown["role"]),
        (&json!("acme"), &json!("user-7"), &json!(null))
    );
    assert_eq!(shown["permissions"], json!(["webhooks:read", "coverage:read"]));
    assert_eq!(shown["expires_at"], "2026-01-31T10:30:00.000Z");
    // In the cookie too, in which a platform keeps its token.
    let text = token(&claims(json!({"tenant_id": "acme", "permissions": ["webhooks:read"]})));
    let browser = app.nobody().with("Cookie", &format!("access_token={text}"));
    browser.get("/api/v1/events").await.expect(200);
    let foreign = browser.with("Origin", "https://evil.example");
    foreign.post_nothing("/api/v1/webhooks/subscriptions/x/pause").await.problem(403, "forbidden");
    // Keys are keys also where tokens are accepted.
    app.admin_in("acme").get("/api/v1/events").await.expect(200);
    app.nobody().bearing("pk_nobody").get("/api/v1/events").await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_refused_with_the_reason() {
    let app = start().await;
    app.tenant("acme").await;
    let good = claims(json!({"tenant_id": "acme", "permissions": ["webhooks:read"]}));
    let changed = |name: &str, value: Value| {
        let mut all = good.clone();
        all[name] = value;
        token(&all)
    };
    for (text, reason) in [
        (changed("exp", json!(START.seconds() - 60)), "The token has expired"),
        (changed("aud", json!("other")), "The token is for another audience (aud)"),
        (changed("iss", json!("https://evil.example")), "The token is from another issuer (iss)"),
        (changed("tenant_id", json!("_postrider")), "The claim tenant_id of the token is not the id of a tenant"),
        (format!("{}!", token(&good)), "The token is not a JSON Web Token in its compact form"),
        (
            token(&good).replace("eyJhbGciOiJIUzI1NiI", "eyJhbGciOiJSUzI1NiI"),
            "The algorithm of the token is not allowed here",
        ),
    ] {
        let answer = app.nobody().bearing(&text).get("/api/v1/events").await;
        assert_eq!(answer.detail(401, "unauthorized"), reason);
    }
    app.nobody().bearing(&token(&good)).get("/api/v1/events").await.expect(200);
    app.advance(3_660);
    app.nobody().bearing(&token(&good)).get("/api/v1/events").await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn tokens_are_unknown_keys_where_none_are_configured() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let detail = member(&app, "acme", &["webhooks:read"]).get("/api/v1/events").await.detail(401, "unauthorized");
    assert_eq!(detail, "The key is not known");
    app.finish().await;
}

/// Operations of which support may do more than read.
const OF_SUPPORT: [&str; 9] = [
    "POST /api/v1/webhooks/deliveries/{id}/retry",
    "POST /api/v1/tenant/webhooks/deliveries/{id}/retry",
    "POST /api/v1/webhooks/deliveries/{id}/cancel",
    "POST /api/v1/webhooks/deliveries/cancel",
    "POST /api/v1/webhooks/subscriptions/{id}/test",
    "POST /api/v1/webhooks/replays",
    "POST /api/v1/webhooks/replays/{id}/pause",
    "POST /api/v1/webhooks/replays/{id}/resume",
    "POST /api/v1/webhooks/replays/{id}/cancel",
];

/// The lowest role that an operation needs; `None` when it needs no credential.
fn needed(operation: &Operation) -> Option<Role> {
    match needs(operation) {
        Needs::Nothing | Needs::SignIn => None,
        Needs::Credential | Needs::Reading | Needs::ReadingAll => Some(Role::Viewer),
        Needs::Operator if operation.method == "GET" => Some(Role::Viewer),
        _ if OF_SUPPORT.contains(&operation.name().as_str()) => Some(Role::Support),
        _ => Some(Role::Operator),
    }
}

#[tokio::test]
async fn every_operation_admits_the_roles_that_may_do_it_and_no_other() {
    let app = start().await;
    app.tenant("acme").await;
    for operation in Operation::all() {
        let Some(needed) = needed(&operation) else { continue };
        for role in Role::ALL {
            let caller = staff(&app, role).with("X-Tenant-Id", "acme");
            let answer = caller.send(operation.method(), &operation.with("x"), "{}").await;
            if role >= needed {
                let is_refused = matches!(answer.status.as_u16(), 401 | 403);
                assert!(!is_refused, "{} {}: {}", operation.name(), role.name(), answer.text());
            } else {
                let detail = answer.detail(403, "forbidden");
                let expected = format!("The role {} may not do this: it needs the role {}", role.name(), needed.name());
                assert_eq!(detail, expected, "{}", operation.name());
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn every_operation_needs_its_permission_and_stays_in_the_tenant_of_the_token() {
    let app = start().await;
    app.tenant("acme").await;
    app.tenant("globex").await;
    for operation in Operation::all() {
        let (enough, lacking): (&[Scope], &[Scope]) = match needs(&operation) {
            Needs::Nothing | Needs::SignIn | Needs::Credential => continue,
            Needs::Operator => (&[], &[]),
            Needs::One(Scope::WebhooksManage) => (&[Scope::WebhooksManage], &[Scope::WebhooksManage]),
            Needs::One(Scope::EventsPublish) => (&[Scope::EventsPublish], &[Scope::EventsPublish]),
            Needs::One(Scope::SecretView) => (&[Scope::SecretView], &[Scope::SecretView]),
            Needs::One(scope) => panic!("{scope:?} has no row"),
            Needs::Reading | Needs::ReadingAll => {
                (&[Scope::WebhooksRead], &[Scope::WebhooksRead, Scope::WebhooksManage])
            }
            Needs::Rotating => (&[Scope::SecretRotate], &[Scope::SecretRotate, Scope::WebhooksManage]),
        };
        let path = operation.with("x");
        let call = async |caller: &Caller| caller.send(operation.method(), &path, "{}").await;
        let others: Vec<_> = Scope::ALL.into_iter().filter(|one| !lacking.contains(one)).map(Scope::name).collect();
        let detail = call(&member(&app, "acme", &others)).await.detail(403, "forbidden");
        let Some(scope) = enough.first() else {
            assert_eq!(detail, "Only the operator's key may do this", "{}", operation.name());
            continue;
        };
        assert!(detail.starts_with("This token lacks the permission "), "{}: {detail}", operation.name());
        let allowed = member(&app, "acme", &[scope.name()]);
        let answer = call(&allowed).await;
        assert!(!matches!(answer.status.as_u16(), 401 | 403), "{}: {}", operation.name(), answer.text());
        // Another tenant is refused, whether it exists or not, and so is a token of a tenant that is gone.
        for other in ["globex", "nowhere"] {
            let crossed = call(&allowed.with("X-Tenant-Id", other)).await.detail(403, "forbidden");
            assert!(crossed.contains("another tenant"), "{}: {crossed}", operation.name());
        }
        call(&member(&app, "nowhere", &[scope.name()])).await.problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_role_that_only_reads_creates_no_tenant() {
    let keys = vec![Key::from_secret(SECRET).unwrap()];
    let setup = setup(Tokens::with_keys(rules(Algorithm::Hs256), keys));
    let app = TestApp::start_as(Setup { tenants_on_first_use: true, ..setup }).await;
    let path = "/api/v1/events";
    for role in [Role::Viewer, Role::Support] {
        staff(&app, role).with("X-Tenant-Id", "acme").get(path).await.problem(404, "not_found");
    }
    staff(&app, Role::Operator).with("X-Tenant-Id", "acme").get(path).await.expect(200);
    member(&app, "globex", &["webhooks:read"]).get(path).await.expect(200);
    app.finish().await;
}

/// A provider whose keys and answers the test decides.
#[derive(Debug, Default)]
struct Provider {
    document: Mutex<Option<String>>,
    reads: AtomicUsize,
}

#[derive(Debug)]
struct Of(Arc<Provider>);

#[async_trait]
impl KeySource for Of {
    async fn read(&self) -> Result<Bytes, String> {
        self.0.reads.fetch_add(1, SeqCst);
        self.0.document.lock().unwrap().clone().map(Bytes::from).ok_or_else(|| "it is away".into())
    }
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn publish(provider: &Provider, seeds: &[u8]) {
    let key = |seed: &u8| {
        let x = URL_SAFE_NO_PAD.encode(pair(*seed).public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "kid": seed.to_string(), "x": x})
    };
    let keys: Vec<_> = seeds.iter().map(key).collect();
    *provider.document.lock().unwrap() = Some(json!({"keys": keys}).to_string());
}

fn by(app: &TestApp, seed: u8) -> Caller {
    let header = json!({"alg": "EdDSA", "kid": seed.to_string()});
    let all = claims(json!({"tenant_id": "acme", "permissions": ["webhooks:read"], "exp": START.seconds() + 200_000}));
    app.nobody().bearing(&signed(&header, &all, |message| pair(seed).sign(message).as_ref().to_vec()))
}

#[tokio::test]
async fn keys_of_a_provider_are_read_again_when_a_token_names_a_new_one() {
    let provider = Arc::new(Provider::default());
    publish(&provider, &[1]);
    let tokens = Tokens::with_source(rules(Algorithm::EdDsa), Box::new(Of(provider.clone())));
    let app = TestApp::start_as(setup(tokens)).await;
    app.tenant("acme").await;
    let path = "/api/v1/events";
    by(&app, 1).get(path).await.expect(200);
    let reads = provider.reads.load(SeqCst);
    // Within ten seconds of the last read, unknown keys cause no further one.
    for _ in 0..3 {
        let detail = by(&app, 2).get(path).await.detail(401, "unauthorized");
        assert_eq!(detail, "The key that signed the token is not known");
    }
    assert_eq!(provider.reads.load(SeqCst), reads);
    publish(&provider, &[2]);
    app.advance(10);
    by(&app, 2).get(path).await.expect(200);
    assert_eq!(provider.reads.load(SeqCst), reads + 1);
    // A key that the provider took back is not valid any more.
    by(&app, 1).get(path).await.problem(401, "unauthorized");
    // The last keys stay valid for a day while the provider is away.
    *provider.document.lock().unwrap() = None;
    app.advance(24 * 3_600 - 1);
    by(&app, 2).get(path).await.expect(200);
    app.advance(1);
    let detail = by(&app, 2).get(path).await.detail(503, "unavailable");
    assert_eq!(detail, "The keys of the identity provider cannot be read");
    // Other callers are not affected.
    app.admin_in("acme").get(path).await.expect(200);
    publish(&provider, &[2]);
    app.advance(10);
    by(&app, 2).get(path).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn tokens_publish_and_cannot_sign_in_as_a_key() {
    let app = start().await;
    app.tenant("acme").await;
    let user = member(&app, "acme", &["events:publish"]);
    user.post("/api/v1/events", json!({"type": "ticket.closed", "data": {}})).await.expect(202);
    user.send(Method::POST, "/api/v1/events", "{").await.problem(400, "malformed_json");
    let answer = app.nobody().post(PATH, json!({"key": user.key()})).await;
    answer.problem(401, "invalid_credentials");
    app.finish().await;
}
