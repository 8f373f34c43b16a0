//! Sign-in sessions with the real binary: the link of `serve --dev`, restarts and revoked keys, on both stores.

use crate::support::{
    client::Client,
    server::{Launch, Server},
};
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy, rt::TokioExecutor};
use serde_json::{Value, json};
use testing::Postgres;

const PATH: &str = "/api/v1/session";
/// 32 bytes in base64.
const MASTER_KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// A browser: it keeps the cookie of the last answer.
struct Browser {
    cookie: Option<String>,
}

impl Browser {
    async fn call(&mut self, server: &Server, method: Method, path: &str, body: Value, csrf: &str) -> (u16, Value) {
        let client = legacy::Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", server.address));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.header("x-csrf-token", csrf).header("x-tenant-id", "dev");
        let response = client.request(request.body(Full::from(body.to_string())).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            self.cookie = set.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn sign_in(server: &Server, credentials: Value) -> (Self, Value) {
        let mut browser = Self { cookie: None };
        let (status, shown) = browser.call(server, Method::POST, PATH, credentials, "").await;
        assert_eq!(status, 201, "{shown}");
        (browser, shown)
    }

    async fn get(&mut self, server: &Server, path: &str) -> u16 {
        self.call(server, Method::GET, path, Value::Null, "").await.0
    }
}

/// The code in the link that a development server prints.
fn code(server: &Server) -> String {
    let text = server.process.stdout();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("Dashboard ")).expect("a link");
    let (url, code) = line.trim().split_once("/sign-in#code=").unwrap();
    assert_eq!(url, format!("http://{}", server.address));
    code.to_owned()
}

async fn the_link_signs_in_once_and_sessions_end_with_their_key(launch: Launch) {
    let launch = launch.argument("--dev");
    let server = launch.start().await;
    let (mut operator, shown) = Browser::sign_in(&server, json!({"code": code(&server)})).await;
    assert_eq!(shown["kind"], "operator");
    assert_eq!(operator.get(&server, "/api/v1/tenants").await, 200);
    let mut again = Browser { cookie: None };
    let used = again.call(&server, Method::POST, PATH, json!({"code": code(&server)}), "").await;
    assert_eq!((used.0, &used.1["code"]), (401, &json!("invalid_credentials")));

    // A change needs the token of the session.
    let subscription = json!({"url": "http://127.0.0.1:9/", "events": ["*"]});
    let path = "/api/v1/webhooks/subscriptions";
    assert_eq!(operator.call(&server, Method::POST, path, subscription.clone(), "").await.0, 403);
    let token = shown["csrf_token"].as_str().unwrap();
    assert_eq!(operator.call(&server, Method::POST, path, subscription, token).await.0, 201);

    let admin = server.operator().in_tenant("dev");
    let made = admin.post("/api/v1/keys", &json!({"name": "browser"})).await.body;
    let (mut tenant, shown) = Browser::sign_in(&server, json!({"key": made["key"]})).await;
    assert_eq!((&shown["kind"], &shown["tenant_id"]), (&json!("tenant"), &json!("dev")));
    let link = json!({"tenant_id": "dev", "mode": "view"});
    let link = admin.post("/api/v1/portal-sessions", &link).await.body;
    server.stop().await;

    let server = launch.start().await;
    assert_eq!(operator.get(&server, PATH).await, 200, "a session outlives the process");
    assert_eq!(tenant.get(&server, "/api/v1/events").await, 200);
    let portal = Client::new(server.address, link["token"].as_str().unwrap());
    assert_eq!(portal.get("/api/v1/events").await.status, 200, "so does a portal link");
    let admin = server.operator().in_tenant("dev");
    let key = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.delete(&key).await.status, 204);
    assert_eq!(tenant.get(&server, "/api/v1/events").await, 401, "it ends with its key");
    assert_eq!(operator.get(&server, PATH).await, 200);
    server.stop().await;

    let other = launch.env("POSTRIDER_ADMIN_KEY", "another-key-of-the-operator");
    let server = other.start().await;
    assert_eq!(operator.get(&server, PATH).await, 401, "it ends with the operator's key");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    the_link_signs_in_once_and_sessions_end_with_their_key(Launch::server(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_on_postgres() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::shared());
    let launch = Launch::server(folder.path())
        .env("POSTRIDER_STORE", &server.url(&server.database()))
        .env("POSTRIDER_MASTER_KEY", MASTER_KEY);
    the_link_signs_in_once_and_sessions_end_with_their_key(launch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn portal_links_are_created_listed_and_revoked_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    server.tenant("acme").await;
    let command = |arguments: &[&str]| {
        Launch::new(folder.path(), arguments)
            .env("POSTRIDER_URL", &format!("http://{}", server.address))
            .env("POSTRIDER_KEY", crate::support::server::ADMIN_KEY)
    };
    let create = ["portal", "create", "--tenant", "acme", "--mode", "manage", "--capability", "test:send"];
    let made: Value = serde_json::from_str(command(&create).run().await.success()).unwrap();
    assert_eq!(made["capabilities"], json!(["test:send"]));
    let portal = Client::new(server.address, made["token"].as_str().unwrap());
    assert_eq!(portal.get("/api/v1/events").await.status, 200);
    for arguments in [&["portal", "list"][..], &["portal", "list", "--tenant", "acme"]] {
        let listed: Value = serde_json::from_str(command(arguments).run().await.success()).unwrap();
        assert_eq!((&listed[0]["id"], listed.as_array().unwrap().len()), (&made["id"], 1));
    }
    let id = made["id"].as_str().unwrap();
    assert_eq!(command(&["portal", "revoke", id]).run().await.success(), format!("{id} is revoked\n"));
    assert_eq!(portal.get("/api/v1/events").await.status, 401);
    let missing = command(&["portal", "create"]).run().await;
    assert_eq!(missing.sentence(), "--tenant names the tenant that the link is for");
}
