//! The OpenAPI document against the server: a validator checks it, and schemathesis generates calls from it and checks
//! the responses, as every kind of client, on both stores.

use crate::support::{
    client::Client,
    server::{Launch, Server},
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
const EXAMPLES: &str = "8";
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
    async fn check(&self, who: &str, headers: &[String], tags: &[&str]) {
        let document = format!("http://{}/api/v1/openapi.json", self.server.address);
        let examples = std::env::var(EXAMPLES_VARIABLE).unwrap_or_else(|_| EXAMPLES.into());
        let mut tool = tool("schemathesis");
        tool.arg("--config-file").arg(here().join("schemathesis.toml")).args(["run", &document, "--checks", "all"]);
        tool.args(["--max-examples", &examples, "--seed", "1", "--continue-on-failure", "--no-color"]);
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

async fn check_all(place: &Place) {
    let tenant = tenant_key(&place.server).await;
    let operator = [bearing(crate::support::server::ADMIN_KEY), "X-Tenant-Id: acme".into()];
    place.check("the operator in a tenant", &operator, &[]).await;
    place.check("the operator", &operator[..1], &WITHOUT_TENANT).await;
    place.check("a tenant", &[bearing(&tenant)], &[]).await;
    place.check("nobody", &[], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_to_generated_calls_match_the_document_on_sqlite() {
    let place = Place::open(|folder| {
        let mut launch = Launch::new(folder, &["serve", "--dev", "--listen", "127.0.0.1:0"]);
        launch = launch.env("POSTRIDER_ADMIN_KEY", crate::support::server::ADMIN_KEY);
        launch.env("POSTRIDER_LOG", "error")
    })
    .await;
    check_all(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_to_generated_calls_match_the_document_on_postgresql() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let place = Place::open(|folder| {
        let launch = Launch::new(folder, &["serve", "--listen", "127.0.0.1:0"]).env("POSTRIDER_STORE", &url);
        let launch = launch.env("POSTRIDER_ADMIN_KEY", crate::support::server::ADMIN_KEY);
        // No request leaves this machine, whatever URL is subscribed.
        let launch = launch.env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8").env("POSTRIDER_MASTER_KEY", MASTER_KEY);
        launch.env("POSTRIDER_LOG", "error")
    })
    .await;
    check_all(&place).await;
}
