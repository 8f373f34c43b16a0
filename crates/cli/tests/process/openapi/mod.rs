//! The OpenAPI document against the server: a validator checks it, and schemathesis generates calls from it and checks
//! the responses, as every kind of client, on both stores.

use crate::{
    identities::Provider,
    support::{
        client::Client,
        server::{Launch, Server},
    },
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};
use tempfile::TempDir;
use testing::{Postgres, workshop};

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Generated calls per operation and phase; the variable sets more, for a long manual run.
const EXAMPLES: u32 = 8;
/// The same for callers that differ from those only in their rights.
const FEWER: u32 = 2;
const EXAMPLES_VARIABLE: &str = "POSTRIDER_TEST_SCHEMATHESIS";

/// Groups of calls that need no tenant.
const WITHOUT_TENANT: [&str; 4] = ["Health", "Tenants", "Nodes", "Operator"];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/openapi")
}

/// The Python environment with both tools.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = workshop::folder(env!("CARGO_TARGET_TMPDIR"), "openapi");
        workshop::python(&folder, &here().join("requirements.txt"))
    })
}

fn tool(name: &str) -> Command {
    Command::new(python().with_file_name(name))
}

#[test]
fn the_document_is_valid() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    workshop::run(tool("openapi-spec-validator").arg(document), "python3");
}

/// A server and the folder that it runs in.
struct Place {
    server: Server,
    _folder: TempDir,
}

impl Place {
    async fn open(launch: impl FnOnce(&Path) -> Launch) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = launch(folder.path()).start().await;
        Self { server, _folder: folder }
    }

    /// Generates calls with these headers, of these groups or of all; fails with the calls and responses that do not
    /// match the document.
    async fn check(&self, who: &str, headers: &[String], tags: &[&str], examples: u32) {
        let document = format!("http://{}/api/v1/openapi.json", self.server.address);
        let number = std::env::var(EXAMPLES_VARIABLE).unwrap_or_else(|_| examples.to_string());
        let mut tool = tool("schemathesis");
        tool.arg("--config-file").arg(here().join("schemathesis.toml")).args(["run", &document, "--checks", "all"]);
        tool.args(["--max-examples", &number, "--seed", "1", "--continue-on-failure", "--no-color"]);
        if examples == FEWER {
            tool.args(["--phases", "examples,fuzzing"]);
        }
        for header in headers {
            tool.args(["-H", header]);
        }
        for tag in tags {
            tool.args(["--include-tag", tag]);
        }
        // The tool leaves files in its working directory.
        let work = tempfile::tempdir().unwrap();
        tool.current_dir(work.path()).env("PYTHONPATH", here()).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = tokio::task::spawn_blocking(move || tool.output().expect("schemathesis")).await.unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "as {who}:\n{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        let log = self.server.process.stdout() + &self.server.process.stderr();
        assert!(!log.contains("panicked"), "as {who}: {log}");
    }
}

fn bearing(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}

/// A tenant's key with all scopes.
async fn tenant_key(server: &Server) -> String {
    let client: Client = server.tenant("acme").await;
    let scopes =
        ["events:publish", "webhooks:manage", "webhooks:read", "webhooks.secret.view", "webhooks.secret.rotate"];
    let made = client.post("/api/v1/keys", &json!({ "scopes": scopes })).await;
    made.body["key"].as_str().unwrap().to_owned()
}

/// Every other kind of caller: a portal link, users of a tenant by a token, and each role.
async fn check_identities(place: &Place, provider: &Provider) {
    // Calls of the operator may have deleted it.
    place.server.tenant("acme").await;
    let link = json!({ "tenant_id": "acme", "mode": "manage" });
    let link = place.server.operator().post("/api/v1/portal-sessions", &link).await;
    let mut callers = vec![("a portal link", vec![bearing(link.body["token"].as_str().unwrap())])];
    let user = json!({ "tenant_id": "acme", "app": { "scope": ["webhooks:manage", "events:publish"] } });
    callers.push(("a user", vec![bearing(&provider.token("/token", "RS256-1", &user).await)]));
    let roles = [("a viewer", "auditors"), ("support", "helpdesk"), ("an operator by a token", "platform-admins")];
    for (who, group) in roles {
        let token = provider.token("/token", "ES256-2", &json!({ "groups": [group] })).await;
        callers.push((who, vec![bearing(&token), "X-Tenant-Id: acme".into()]));
    }
    for (who, headers) in callers {
        place.check(who, &headers, &[], FEWER).await;
    }
}

async fn check_all(place: &Place, provider: &Provider) {
    let tenant = tenant_key(&place.server).await;
    let operator = [bearing(crate::support::server::ADMIN_KEY), "X-Tenant-Id: acme".into()];
    place.check("the operator in a tenant", &operator, &[], EXAMPLES).await;
    place.check("the operator", &operator[..1], &WITHOUT_TENANT, EXAMPLES).await;
    place.check("a tenant", &[bearing(&tenant)], &[], EXAMPLES).await;
    place.check("nobody", &[], &[], EXAMPLES).await;
    check_identities(place, provider).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_to_generated_calls_match_the_document_on_sqlite() {
    let provider = Provider::start();
    let place = Place::open(|folder| {
        let mut launch = Launch::new(folder, &["serve", "--dev", "--listen", "127.0.0.1:0"]);
        launch = launch.env("POSTRIDER_ADMIN_KEY", crate::support::server::ADMIN_KEY);
        provider.trusted_by(launch.env("POSTRIDER_LOG", "error"))
    })
    .await;
    check_all(&place, &provider).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_to_generated_calls_match_the_document_on_postgresql() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let provider = Provider::start();
    let place = Place::open(|folder| {
        let launch = Launch::new(folder, &["serve", "--listen", "127.0.0.1:0"]).env("POSTRIDER_STORE", &url);
        let launch = launch.env("POSTRIDER_ADMIN_KEY", crate::support::server::ADMIN_KEY);
        // No request leaves this machine, whatever URL is subscribed.
        let launch = launch.env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8").env("POSTRIDER_MASTER_KEY", MASTER_KEY);
        provider.trusted_by(launch.env("POSTRIDER_LOG", "error"))
    })
    .await;
    check_all(&place, &provider).await;
}
