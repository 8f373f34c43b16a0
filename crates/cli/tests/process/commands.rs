//! The commands that talk to a server.

mod subscription;

use crate::support::{
    client::Client,
    server::{ADMIN_KEY, Finished, Launch, Server},
};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A server, and a folder to run commands in.
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
async fn tenants_are_created_shown_listed_and_deleted() {
    let desk = Desk::open().await;
    let made = desk.json(&["tenant", "put", "acme:1", "--name", "Acme", "--metadata", r#"{"plan": "pro"}"#]).await;
    assert_eq!(
        (&made["id"], &made["name"], &made["metadata"]),
        (&json!("acme:1"), &json!("Acme"), &json!({"plan": "pro"}))
    );
    let changed = desk.json(&["tenant", "put", "acme:1", "--name", "Acme & Co."]).await;
    assert_eq!((&changed["name"], &changed["metadata"]), (&json!("Acme & Co."), &json!({"plan": "pro"})));
    assert_eq!(desk.json(&["tenant", "get", "acme:1"]).await, changed);

    // More than fit on a page.
    for number in 0..500 {
        desk.server.tenant(&format!("tenant-{number:03}")).await;
    }
    let listed = desk.json(&["tenant", "list"]).await;
    let mut ids: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 501);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 501);

    assert_eq!(desk.run(&["tenant", "delete", "acme:1", "--yes"]).await.success(), "acme:1 is deleted\n");
    let gone = desk.run(&["tenant", "get", "acme:1"]).await;
    assert_eq!(gone.sentence(), "Tenant not found: acme:1 (404 Not Found)");
    assert_eq!(desk.json(&["tenant", "list"]).await.as_array().unwrap().len(), 500);
    let bad = desk.run(&["tenant", "put", "a", "--metadata", "{plan"]).await;
    assert!(bad.sentence().starts_with("--metadata must be a JSON object: "), "{}", bad.stderr);
    let bad = desk.run(&["tenant", "put", "not a tenant"]).await;
    assert!(bad.sentence().ends_with("(422 Unprocessable Entity)"), "{}", bad.stderr);
}

#[tokio::test]
async fn limits_of_a_tenant_are_set_and_restored() {
    let desk = Desk::open().await;
    let put = async |flags: &[&str]| desk.json(&[&["tenant", "put", "acme"], flags].concat()).await;
    let made = put(&[
        "--publish-limit",
        "100/second/20",
        "--max-subscriptions",
        "5",
        "--max-keys",
        "3",
        "--max-payload",
        "2000",
        "--payload-days",
        "7",
        "--rows-days",
        "30",
    ])
    .await;
    let publish = json!({ "limit": 100, "period": "second", "burst": 20 });
    let limits = json!({ "publish": publish, "subscriptions": 5, "keys": 3, "payload_bytes": 2000 });
    assert_eq!((&made["limits"], &made["retention"]), (&limits, &json!({ "payload_days": 7, "rows_days": 30 })));
    let changed = put(&["--publish-limit", "600/minute", "--max-keys", "default", "--rows-days", "default"]).await;
    assert_eq!(changed["limits"]["publish"], json!({ "limit": 600, "period": "minute", "burst": 600 }));
    assert_eq!((&changed["limits"]["keys"], &changed["limits"]["subscriptions"]), (&json!(null), &json!(5)));
    assert_eq!(changed["retention"], json!({ "payload_days": 7, "rows_days": null }));
    for (flags, text) in [
        (["--publish-limit", "fast"], "--publish-limit is \"fast\" but must be"),
        (["--max-keys", "many"], "--max-keys must be a whole number or default"),
        (["--max-payload", "1"], "limits.payload_bytes: must be a whole number from 2 to 1048576"),
    ] {
        let bad = desk.run(&[&["tenant", "put", "acme"], &flags[..]].concat()).await;
        assert!(bad.sentence().contains(text), "{}", bad.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_created_used_listed_and_revoked() {
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
async fn errors_of_publish_are_one_sentence() {
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
        (&["--data", "{}", "--url", nowhere], "no response from http://127.0.0.1:1; is the server running there?"),
    ];
    for (arguments, expected) in rows {
        let ended = desk.run(&[&["publish", "invoice.created", "--tenant", "acme"], arguments].concat()).await;
        assert!(ended.sentence().contains(expected), "{arguments:?}: {}", ended.stderr);
    }
    let keyless = desk.command(&["publish", "invoice.created", "--data", "{}"]).without("POSTRIDER_KEY").run().await;
    assert!(keyless.sentence().starts_with("a key is required: give --key or POSTRIDER_KEY"), "{}", keyless.stderr);
}

/// A deletion removes everything that a tenant owns, so it requires a confirmation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_is_deleted_when_its_id_is_typed_or_with_yes() {
    let desk = Desk::open().await;
    desk.server.tenant("acme").await;
    let refused = desk.run(&["tenant", "delete", "acme"]).await;
    assert!(refused.sentence().ends_with("without a terminal to confirm, it requires --yes"), "{}", refused.stderr);
    // A pseudo-terminal, as in interactive use.
    let at_a_terminal = async |typed: &str| {
        let command = format!("{} tenant delete acme", env!("CARGO_BIN_EXE_postrider"));
        Launch::script(desk.folder.path(), &format!("script -qec '{command}' /dev/null"))
            .env("POSTRIDER_URL", &format!("http://{}", desk.server.address))
            .env("POSTRIDER_KEY", ADMIN_KEY)
            .input(typed)
            .run()
            .await
    };
    let ended = at_a_terminal("no\n").await;
    assert!(ended.code == Some(1) && ended.stdout.contains("nothing was deleted: \"no\" is not \"acme\""), "{ended:?}");
    assert_eq!(desk.run(&["tenant", "get", "acme"]).await.code, Some(0));
    let ended = at_a_terminal("acme\n").await;
    assert!(ended.code == Some(0) && ended.stdout.contains("acme is deleted"), "{ended:?}");
    assert_eq!(desk.run(&["tenant", "get", "acme"]).await.code, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_need_no_flags_in_a_development_servers_folder_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let serve = Launch::new(folder.path(), &["serve", "--dev", "--listen", "127.0.0.1:0"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let mut kept = None;
    for start in 0..3 {
        let server = serve.start().await;
        let command = async |arguments: &[&str]| json_of(&Launch::new(folder.path(), arguments).run().await);
        let published = command(&["publish", "invoice.created", "--data", "{}"]).await;
        assert_eq!(published["tenant_id"], "dev");
        assert!(command(&["tenant", "list"]).await.as_array().unwrap().iter().any(|one| one["id"] == "dev"));
        assert_eq!(command(&["key", "list"]).await.as_array().unwrap().len(), 1, "start {start}");
        command(&["tenant", "put", "acme"]).await;
        let keys = (read("postrider.db.dev-key"), read("postrider.db.dev-operator-key"));
        assert_eq!(*kept.get_or_insert_with(|| keys.clone()), keys, "the keys of the first start remain valid");
        let shown = server.process.stdout();
        assert!(shown.contains(keys.0.trim()) && !shown.contains(keys.1.trim()), "{shown}");
        if start == 0 {
            server.kill();
        } else {
            server.stop().await;
        }
    }
    // Another server at that address: the error names the file with the unknown key.
    let other = tempfile::tempdir().unwrap();
    let server = Launch::server(other.path()).start().await;
    let url = format!("http://{}", server.address);
    let ended = Launch::new(folder.path(), &["tenant", "list", "--url", &url]).run().await;
    assert!(ended.sentence().contains("does not know the key in postrider.db.dev-operator-key"), "{}", ended.stderr);
}

#[tokio::test]
async fn dev_neither_shows_nor_replaces_a_key_generated_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = Launch::server(folder.path()).without("POSTRIDER_ADMIN_KEY").start().await;
    let printed = first.process.stdout();
    let key = printed.lines().find_map(|line| line.strip_prefix("Operator's key, shown only once: ")).unwrap();
    first.stop().await;
    let server = Launch::new(folder.path(), &["serve", "--dev", "--listen", "127.0.0.1:0"]).start().await;
    assert_eq!(Client::new(server.address, key).get("/api/v1/tenants").await.status, 200);
    assert!(!folder.path().join("postrider.db.dev-operator-key").exists());
    let ended = Launch::new(folder.path(), &["tenant", "list"]).run().await;
    assert!(ended.sentence().starts_with("a key is required"), "{}", ended.stderr);
}

#[tokio::test]
async fn dev_on_a_reachable_address_logs_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (address, warns) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let server = Launch::new(folder.path(), &["serve", "--dev", "--listen", address]).start().await;
        let operators = Launch::new(folder.path(), &["tenant", "list"]).run().await;
        assert_eq!(operators.code, Some(0), "the commands find the server: {}", operators.stderr);
        let ended = server.stop().await;
        assert_eq!(ended.stdout.contains("WARNING: --dev listens on 0.0.0.0:"), warns, "{}", ended.stdout);
        assert_eq!(ended.stderr.contains("--dev listens on an address that other machines can reach"), warns);
    }
}

/// A server with a strict catalog accepts every example of the help.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_examples_in_help_and_greeting_match_their_schemas() {
    let folder = tempfile::tempdir().unwrap();
    let serve = Launch::new(folder.path(), &["serve", "--dev", "--listen", "127.0.0.1:0"]);
    let server = serve.env("POSTRIDER_CATALOG_STRICT", "true").start().await;
    let help = Launch::new(folder.path(), &["publish", "--help"]).run().await.stdout;
    let greeting = server.process.stdout();
    let examples: Vec<&str> = help
        .lines()
        .chain(greeting.lines())
        .map(str::trim)
        .filter(|line| line.starts_with("postrider publish"))
        .collect();
    assert_eq!(examples.len(), 2, "{examples:?}");
    for example in examples {
        let script = example.replace("postrider publish", &format!("'{}' publish", env!("CARGO_BIN_EXE_postrider")));
        let published = Launch::script(folder.path(), &script).run().await;
        let event_type = json_of(&published)["type"].as_str().unwrap().to_owned();
        assert!(example.contains(&event_type), "{example}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_and_backlogs_of_all_tenants_are_listed() {
    let desk = Desk::open().await;
    for name in ["one", "two"] {
        let tenant = desk.server.tenant(name).await;
        let fields = json!({ "url": "https://a.example/hook", "events": ["*"] });
        let made = tenant.post("/api/v1/webhooks/subscriptions", &fields).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/api/v1/webhooks/subscriptions/{}/pause", made.body["id"].as_str().unwrap());
        assert_eq!(tenant.post(&path, &json!({})).await.status, 200);
        tenant.publish("invoice.created", 1).await;
        tenant.publish("invoice.paid", 2).await;
    }
    let tenants = |rows: &Value| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|one| one["tenant_id"].as_str().unwrap().to_owned()).collect()
    };
    let all = desk.json(&["delivery", "list", "--all-tenants"]).await;
    assert_eq!(tenants(&all), ["two", "two", "one", "one"]);
    let paid = ["delivery", "list", "--all-tenants", "--tenant", "one", "--event-type", "invoice.paid"];
    assert_eq!(tenants(&desk.json(&paid).await), ["two", "one"], "--all-tenants overrides --tenant");
    let three = desk.json(&["delivery", "list", "--all-tenants", "--receiver", "a.example", "--limit", "3"]).await;
    assert_eq!(three, json!(all.as_array().unwrap()[..3]));
    let own = desk.json(&["delivery", "list", "--tenant", "one", "--status", "pending"]).await;
    assert_eq!(own.as_array().unwrap().len(), 2);
    let overdue =
        desk.json(&["delivery", "list", "--all-tenants", "--overdue-minutes", "0", "--search", "a.EXAMPLE"]).await;
    assert_eq!(overdue, all);
    let number = ["--payload-path", "data.seq", "--payload-value", "2", "--all-tenants"];
    let found = desk.json(&[&["delivery", "list"], &number[..]].concat()).await;
    assert_eq!(found, json!([all[0], all[2]]));
    let counts = desk.json(&["delivery", "counts", "--all-tenants"]).await;
    assert_eq!(counts["deliveries"], 4);
    let counts = desk.json(&["delivery", "counts", "--tenant", "one", "--event-type", "invoice.paid"]).await;
    assert_eq!(counts["deliveries"], 1);
    let rates = desk.json(&["delivery", "rates", "--all-tenants"]).await;
    assert_eq!(rates["event_types"].as_array().unwrap().len(), 2);
    let bad = desk.run(&["delivery", "rates", "--tenant", "one", "--min-duration-ms", "2s"]).await;
    assert!(bad.sentence().starts_with("min_duration_ms: must be a whole number"), "{}", bad.stderr);
    let waiting = desk.json(&["delivery", "backlog", "--all-tenants"]).await;
    assert_eq!(tenants(&waiting), ["one", "two"]);
    assert!(waiting.as_array().unwrap().iter().all(|one| one["waiting"] == 2), "{waiting}");
    let bad = desk.run(&["delivery", "list", "--all-tenants", "--code", "5"]).await;
    assert!(bad.sentence().starts_with("response_code: must be a status"), "{}", bad.stderr);
}
