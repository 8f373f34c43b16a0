//! Master keys: from variable, file and command, and a rotation under load on both stores.

use crate::{
    nodes::MASTER_KEY as OLD,
    support::{
        client::Client,
        load::Load,
        server::{ADMIN_KEY, Finished, Launch, Server},
        wait_until,
    },
};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::{
    collections::HashSet,
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use testing::Postgres;
use tokio::net::TcpListener;

const NEW: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const WRONG: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
const SECRET: &str = "whsec_dGhlLXNlY3JldC1vZi10aGUta2V5LXJvdGF0aW9uLXRlc3Q=";
const HEADER: &str = "header-hush-header";
const PATH: &str = "/api/v1/master-key/rotation";
/// Subscriptions that the rotation seals again beside that of the receiver.
const MANY: u64 = 360;
const EVENTS: u64 = 2_000;

/// A receiver that verifies the signature and the secret header of each request.
#[derive(Clone, Default)]
struct Verifier {
    verified: Arc<Mutex<HashSet<u64>>>,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Verifier {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let router = Router::new().fallback(Self::receive).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        format!("http://{address}/hooks")
    }

    async fn receive(State(this): State<Self>, headers: HeaderMap, body: Bytes) {
        let verified = Webhook::new(SECRET).unwrap().verify(&body, &headers);
        let has_header = headers.get("x-secret").is_some_and(|value| value == HEADER);
        match verified {
            Ok(()) if has_header => {
                let body: Value = serde_json::from_slice(&body).unwrap();
                this.verified.lock().unwrap().insert(body["data"]["seq"].as_u64().unwrap());
            }
            fault => this.faults.lock().unwrap().push(format!("{fault:?}, header: {has_header}")),
        }
    }

    async fn all(&self, seqs: impl Iterator<Item = u64> + Clone) {
        wait_until("every event has arrived and is verified", async || {
            let verified = self.verified.lock().unwrap();
            seqs.clone().all(|seq| verified.contains(&seq)).then_some(())
        })
        .await;
        assert_eq!(self.faults.lock().unwrap()[..], [] as [String; 0]);
    }
}

/// An installation on one of the stores.
struct Installation {
    folder: TempDir,
    launch: Launch,
    /// The database, in the shared server.
    database: Option<String>,
}

impl Installation {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { launch: Launch::server(folder.path()), folder, database: None }
    }

    fn postgres() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Postgres::shared();
        let name = server.database();
        let launch = Launch::server(folder.path()).env("POSTRIDER_STORE", &server.url(&name));
        Self { folder, launch, database: Some(name) }
    }

    /// The server with a key, and with others that only open.
    fn with(&self, key: &str, others: &str) -> Launch {
        let launch = self.launch.clone().env("POSTRIDER_MASTER_KEY", key).env("POSTRIDER_NODE", "one");
        if others.is_empty() { launch } else { launch.env("POSTRIDER_OTHER_MASTER_KEYS", others) }
    }

    /// The lines of `postrider doctor` about the keys.
    async fn doctor(&self, like: &Launch) -> String {
        let found = like.clone().arguments(&["doctor", "--output", "json", "--resolve", "localhost"]).run().await;
        let report: Value = serde_json::from_str(&found.stdout).unwrap_or_else(|_| panic!("{found:?}"));
        let findings = report["checks"].as_array().unwrap();
        let of_keys = findings.iter().filter(|one| one["check"] == "master_key");
        of_keys.map(|one| one["found"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
    }

    /// Everything that the store has on disk.
    fn dump(&self) -> Vec<u8> {
        match &self.database {
            None => {
                let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
                let of_store = files.filter(|path| !path.to_string_lossy().ends_with("key"));
                of_store.flat_map(|path| fs::read(path).unwrap()).collect()
            }
            Some(name) => {
                let rows = "SELECT string_agg(encode(headers, 'escape') || encode(secrets, 'escape')
                            || coalesce(encode(credentials, 'escape'), '') || s::text, '') FROM postrider.subscriptions s";
                Postgres::shared().sql(name, rows).into_bytes()
            }
        }
    }
}

async fn rotate(server: &Server, folder: &Path) -> Finished {
    let command = Launch::new(folder, &["key", "rotate-master"]);
    command.env("POSTRIDER_URL", &format!("http://{}", server.address)).env("POSTRIDER_KEY", ADMIN_KEY).run().await
}

/// Creates many subscriptions that match no event.
async fn fill(client: &Client) {
    let mut tasks = tokio::task::JoinSet::new();
    for part in 0..12 {
        let client = client.clone();
        tasks.spawn(async move {
            for number in 0..MANY / 12 {
                let url = format!("http://127.0.0.1:9/{part}/{number}");
                client.subscribe(&url, &json!({ "events": ["customer.created"] })).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

/// Kills the server when a rotation has sealed something.
async fn kill_in_the_middle(server: Server) {
    let operator = server.operator();
    let begun = operator.post(PATH, &json!({})).await;
    assert_eq!(begun.status, 202, "{}", begun.body);
    wait_until("something is sealed again", async || {
        let found = operator.get(PATH).await.body;
        assert_eq!(found["state"], "running", "it must be killed in the middle: {found}");
        (found["remaining"].as_u64().unwrap() < 2 * (MANY + 1)).then_some(())
    })
    .await;
    server.kill();
}

async fn rotates_under_load(here: &Installation) {
    let receiver = Verifier::default();
    let url = receiver.start().await;
    let server = here.with(OLD, "").start().await;
    let client = server.tenant("acme").await;
    let secrets = json!({ "secret": SECRET, "headers": { "X-Secret": HEADER }, "events": ["invoice.created"] });
    client.subscribe(&url, &secrets).await;
    fill(&client).await;
    server.stop().await;

    let both = here.with(NEW, OLD);
    let mut server = both.start().await;
    let mut load = Load::start(&client, server.address, EVENTS, 16);
    load.reached(500).await;
    kill_in_the_middle(server).await;
    load.server_is_gone();
    let found = here.doctor(&both).await;
    assert!(found.contains("a rotation has begun and is not complete"), "{found}");
    assert!(found.matches(" sealed by ").count() == 2, "in the middle: {found}");
    let turned = here.with(OLD, NEW).run().await;
    assert!(turned.sentence().starts_with("a rotation to the master key with the id"), "{}", turned.stderr);

    server = both.start().await;
    load.server_is_at(server.address);
    let done = rotate(&server, here.folder.path()).await;
    let total = 2 * (MANY + 1);
    assert!(done.success().contains(&format!("All {total} values are sealed with the key")), "{}", done.stdout);
    assert!(done.stdout.contains("remove POSTRIDER_OTHER_MASTER_KEYS"), "{}", done.stdout);
    let again = rotate(&server, here.folder.path()).await;
    assert!(again.success().contains("; 0 of them were not before"), "{}", again.stdout);
    load.finished().await;
    receiver.all(load.acknowledged().iter().map(|one| one.seq)).await;
    server.stop().await;
    let found = here.doctor(&both).await;
    assert!(found.contains(&format!("{total} sealed by the current key")), "{found}");
    assert!(found.contains("No secret needs these keys of POSTRIDER_OTHER_MASTER_KEYS"), "{found}");

    let refused = here.with(OLD, "").run().await;
    assert!(refused.sentence().starts_with("POSTRIDER_MASTER_KEY is not the key that"), "{}", refused.stderr);
    let server = here.with(NEW, "").start().await;
    client.at(server.address).publish("invoice.created", EVENTS).await;
    receiver.all(std::iter::once(EVENTS)).await;
    let refused = rotate(&server, here.folder.path()).await;
    assert!(refused.sentence().contains("The server has one master key"), "{}", refused.stderr);
    let stopped = server.stop().await;
    assert!(!stopped.stderr.contains(NEW) && !stopped.stdout.contains(NEW));
    let dump = here.dump();
    for secret in [SECRET, &SECRET[6..], HEADER, NEW, OLD] {
        assert!(!dump.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} is in the store");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_under_load_survives_a_kill_in_a_file() {
    rotates_under_load(&Installation::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_under_load_survives_a_kill_in_a_database() {
    let here = Installation::postgres();
    // The new key must be known to nodes that run before it is the current one of any.
    let first = here.with(OLD, "").start().await;
    let refused = here.with(NEW, OLD).env("POSTRIDER_NODE", "two").run().await;
    let sentence = refused.sentence();
    assert!(sentence.starts_with("POSTRIDER_MASTER_KEY is new, and nodes that run do not have"), "{sentence}");
    assert!(sentence.contains(": one: restart them with it in POSTRIDER_OTHER_MASTER_KEYS first"), "{sentence}");
    first.stop().await;
    rotates_under_load(&here).await;
}

#[tokio::test]
async fn a_key_comes_from_exactly_one_of_variable_file_and_command() {
    let here = Installation::sqlite();
    let folder = here.folder.path();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    write("key", &format!("{NEW}\n"), 0o600);
    write("helper", "#!/bin/sh\necho unwrapping >&2\ncat \"$1\"\n", 0o700);
    here.with(NEW, "").start().await.stop().await;
    let by = |setting: &str, value: &str| here.launch.clone().env("PATH", "/usr/bin:/bin").env(setting, value);
    by("POSTRIDER_MASTER_KEY_FILE", "key").start().await.stop().await;
    let stopped = by("POSTRIDER_MASTER_KEY_COMMAND", "./helper 'key'").start().await.stop().await;
    assert!(!stopped.stderr.contains("unwrapping"), "{}", stopped.stderr);
    // In a list, and in the file.
    write("others", &format!("{OLD}\n{WRONG}\n"), 0o600);
    write("postrider.toml", "master_key_command = \"./helper key\"\nother_master_keys_file = \"others\"\n", 0o600);
    here.launch.clone().env("PATH", "/usr/bin:/bin").start().await.stop().await;
    fs::remove_file(folder.join("postrider.toml")).unwrap();

    let two = by("POSTRIDER_MASTER_KEY_FILE", "key").env("POSTRIDER_MASTER_KEY", NEW).run().await;
    let expected =
        "POSTRIDER_MASTER_KEY_FILE must not be given together with POSTRIDER_MASTER_KEY: one of them gives the key";
    assert_eq!(two.sentence(), expected);
    let wrong = by("POSTRIDER_MASTER_KEY", WRONG).run().await;
    assert!(wrong.sentence().starts_with("POSTRIDER_MASTER_KEY is not the key that"), "{}", wrong.stderr);
    let failed = by("POSTRIDER_MASTER_KEY_COMMAND", "./helper nowhere").run().await;
    let sentence = failed.sentence();
    assert!(sentence.starts_with("POSTRIDER_MASTER_KEY_COMMAND: ./helper failed (exit status: 1)"), "{sentence}");
    assert!(sentence.contains("unwrapping cat: nowhere: No such file"), "{sentence}");
    write("key", &format!("{NEW}\n"), 0o644);
    let open = by("POSTRIDER_MASTER_KEY_FILE", "key").run().await;
    assert!(open.sentence().starts_with("POSTRIDER_MASTER_KEY_FILE: every user may read or change key"), "{open:?}");
}

#[tokio::test]
async fn a_generated_key_is_printed_or_written_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let generate = |more: &[&str]| Launch::new(folder.path(), &[&["key", "generate-master"], more].concat());
    let (one, other) = (generate(&[]).run().await, generate(&[]).run().await);
    assert_eq!(one.success().trim().len(), 44);
    assert_ne!(one.stdout, other.stdout);
    let written = generate(&["--file", "new.key"]).run().await;
    let path = folder.path().join("new.key");
    let key = fs::read_to_string(&path).unwrap();
    assert!(!written.success().contains(key.trim()) && key.len() == 45, "{}", written.stdout);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(generate(&["--file", "new.key"]).run().await.sentence().contains("cannot be written"));
    let server = Launch::server(folder.path()).env("POSTRIDER_MASTER_KEY_FILE", "new.key").start().await;
    server.stop().await;
}
