//! The commands that talk to a server.

use crate::support::{
    client::Client,
    server::{ADMIN_KEY, Finished, Launch, Server},
};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A server and a folder to run commands in.
struct Desk {
    folder: TempDir,
    server: Server,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Launch::server(folder.path()).start().await;
        Self { folder, server }
    }

    /// A command with the operator's key.
    fn command(&self, arguments: &[&str]) -> Launch {
        Launch::new(self.folder.path(), arguments)
            .env("POSTRIDER_URL", &format!("http://{}", self.server.address))
            .env("POSTRIDER_KEY", ADMIN_KEY)
    }

    async fn run(&self, arguments: &[&str]) -> Finished {
        self.command(arguments).run().await
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        json_of(&self.run(arguments).await)
    }
}

#[track_caller]
fn json_of(finished: &Finished) -> Value {
    serde_json::from_str(finished.success()).unwrap()
}

async fn data_of(client: &Client, event: &Value) -> Value {
    client.get(&format!("/api/v1/events/{}", event["id"].as_str().unwrap())).await.body["data"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_are_made_shown_listed_and_deleted() {
    let desk = Desk::open().await;
    let made = desk.json(&["tenant", "put", "acme:1", "--name", "Acme", "--metadata", r#"{"plan": "pro"}"#]).await;
    assert_eq!(
        (&made["id"], &made["name"], &made["metadata"]),
        (&json!("acme:1"), &json!("Acme"), &json!({"plan": "pro"}))
    );
    let changed = desk.json(&["tenant", "put", "acme:1", "--name", "Acme & Co."]).await;
    assert_eq!((&changed["name"], &changed["metadata"]), (&json!("Acme & Co."), &json!({"plan": "pro"})));
    assert_eq!(desk.json(&["tenant", "get", "acme:1"]).await, changed);

    // More than there are on a page.
    for number in 0..500 {
        desk.server.tenant(&format!("tenant-{number:03}")).await;
    }
    let listed = desk.json(&["tenant", "list"]).await;
    let mut ids: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 501);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 501);

    assert_eq!(desk.run(&["tenant", "delete", "acme:1"]).await.success(), "acme:1 is deleted\n");
    let gone = desk.run(&["tenant", "get", "acme:1"]).await;
    assert_eq!(gone.sentence(), "Tenant not found: acme:1 (404 Not Found)");
    assert_eq!(desk.json(&["tenant", "list"]).await.as_array().unwrap().len(), 500);
    let bad = desk.run(&["tenant", "put", "a", "--metadata", "{plan"]).await;
    assert!(bad.sentence().starts_with("--metadata must be a JSON object: "), "{}", bad.stderr);
    let bad = desk.run(&["tenant", "put", "not a tenant"]).await;
    assert!(bad.sentence().ends_with("(422 Unprocessable Entity)"), "{}", bad.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_made_used_listed_and_revoked() {
    let desk = Desk::open().await;
    desk.server.tenant("acme").await;
    let scope = ["--scope", "events:publish"];
    let made = desk.json(&[&["key", "create", "--tenant", "acme", "--name", "ci"], &scope[..]].concat()).await;
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert!(key.starts_with("pk_"), "{made}");
    assert_eq!(made["scopes"], json!(["events:publish"]));
    let publish = desk.command(&["publish", "invoice.created", "--data", "{}"]).env("POSTRIDER_KEY", key);
    assert_eq!(json_of(&publish.run().await)["tenant_id"], "acme");
    let forbidden = desk.command(&["key", "list", "--key", key]).run().await;
    assert!(forbidden.sentence().ends_with("(403 Forbidden)"), "{}", forbidden.stderr);

    let default = desk.json(&["key", "create", "--tenant", "acme"]).await;
    assert_eq!(default["scopes"].as_array().unwrap().len(), 3);
    let listed = desk.run(&["key", "list", "--tenant", "acme"]).await;
    let ids: Vec<Value> = json_of(&listed).as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [default["id"].clone(), made["id"].clone()]);
    assert!(!listed.stdout.contains(key), "{}", listed.stdout);

    assert_eq!(desk.run(&["key", "revoke", id, "--tenant", "acme"]).await.success(), format!("{id} is revoked\n"));
    assert_eq!(publish.run().await.sentence(), "The key is not known (401 Unauthorized)");
    let again = desk.run(&["key", "revoke", id, "--tenant", "acme"]).await;
    assert_eq!(again.sentence(), format!("Key not found: {id} (404 Not Found)"));
    let bad = desk.run(&["key", "create", "--tenant", "acme", "--scope", "everything"]).await;
    assert!(bad.sentence().contains("must be one of events:publish, "), "{}", bad.stderr);
    let nobodys = desk.run(&["key", "list"]).await;
    assert!(nobodys.sentence().starts_with("Tenant ID is required"), "{}", nobodys.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_published_from_an_argument_a_file_and_standard_input() {
    let desk = Desk::open().await;
    let client = desk.server.tenant("acme").await;
    let publish = |data: &str, more: &[&str]| {
        let arguments = [&["publish", "invoice.created", "--tenant", "acme", "--data", data], more].concat();
        desk.command(&arguments)
    };
    let event = json_of(&publish(r#"{"from": "argument", "amount": 100.0}"#, &[]).run().await);
    assert_eq!((&event["type"], &event["duplicate"]), (&json!("invoice.created"), &json!(false)));
    assert_eq!(data_of(&client, &event).await, json!({"from": "argument", "amount": 100.0}));
    fs::write(desk.folder.path().join("event.json"), "\n{\"from\": \"file\"}\n").unwrap();
    let event = json_of(&publish("@event.json", &[]).run().await);
    assert_eq!(data_of(&client, &event).await, json!({"from": "file"}));
    let event = json_of(&publish("-", &[]).input("{\"from\": \"standard input\"}\n").run().await);
    assert_eq!(data_of(&client, &event).await, json!({"from": "standard input"}));

    let more =
        ["--id", "order-1", "--timestamp", "2026-01-31T09:30:00Z", "--metadata", r#"{"a": 1}"#, "--priority", "high"];
    let event = json_of(&publish("{}", &more).run().await);
    assert_eq!((&event["id"], &event["timestamp"]), (&json!("order-1"), &json!("2026-01-31T09:30:00.000Z")));
    let stored = client.get("/api/v1/events/order-1").await.body;
    assert_eq!((&stored["metadata"], &stored["priority"]), (&json!({"a": 1}), &json!("high")));
    assert_eq!(json_of(&publish("{}", &["--id", "order-1"]).run().await)["duplicate"], true);
    let once = ["--idempotency-key", "once"];
    let first = json_of(&publish("{}", &once).run().await);
    let second = json_of(&publish("{}", &once).run().await);
    assert_eq!((&second["id"], &second["duplicate"]), (&first["id"], &json!(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_published_is_said_in_a_sentence() {
    let desk = Desk::open().await;
    desk.server.tenant("acme").await;
    let nowhere = "http://127.0.0.1:1";
    let rows: [(&[&str], &str); 9] = [
        (&["--data", "{amount"], "--data is not valid JSON: "),
        (&["--data", "[1]"], "--data must be a JSON object, for example "),
        (&["--data", "@missing.json"], "--data: missing.json cannot be read: "),
        (&["--data", "-"], "--data is not valid JSON: "),
        (&["--data", "{}", "--metadata", "3"], "--metadata must be a JSON object"),
        (&["--data", "{}", "--priority", "urgent"], "priority: must be low, normal or high"),
        (&["--data", "{}", "--key", "no-key-of-this-server"], "The key is not known (401 Unauthorized)"),
        (&["--data", "{}", "--key", "a\nb"], "--key, --tenant or --idempotency-key has a character "),
        (&["--data", "{}", "--url", nowhere], "no answer from http://127.0.0.1:1; is the server running there?"),
    ];
    for (arguments, expected) in rows {
        let ended = desk.run(&[&["publish", "invoice.created", "--tenant", "acme"], arguments].concat()).await;
        assert!(ended.sentence().contains(expected), "{arguments:?}: {}", ended.stderr);
    }
    let keyless = desk.command(&["publish", "invoice.created", "--data", "{}"]).without("POSTRIDER_KEY").run().await;
    assert!(keyless.sentence().starts_with("a key is required: give --key or POSTRIDER_KEY"), "{}", keyless.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_that_a_development_server_left_in_the_folder_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::new(folder.path(), &["serve", "--dev", "--listen", "127.0.0.1:0"]).start().await;
    let url = format!("http://{}", server.address);
    let publish = Launch::new(folder.path(), &["publish", "invoice.created", "--data", "{}", "--url", &url]);
    assert_eq!(json_of(&publish.run().await)["tenant_id"], "dev");
}
