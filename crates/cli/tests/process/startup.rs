//! Start-up, and its errors: one sentence that names the problem, and never a secret.

use crate::support::{
    client::Client,
    free_port, loopback,
    server::{ADMIN_KEY, Launch},
};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};
use tempfile::{TempDir, tempdir};

const MASTER_KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn folder() -> TempDir {
    tempdir().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_invalid_variable_prevents_the_start_and_is_named_in_a_sentence() {
    let rows = [
        ("POSTRIDER_LISTEN", "8080"),
        ("POSTRIDER_LISTEN", "localhost:8080"),
        ("POSTRIDER_STORE", "mysql://postrider:do-not-show@db/postrider"),
        ("POSTRIDER_STORE", "postgres://postrider:do-not-show@db"),
        ("POSTRIDER_STORE", "postgres://postrider:do-not-show@db/postrider?sslmode=maybe"),
        ("POSTRIDER_READ_STORE", "sqlite:do-not-show"),
        ("POSTRIDER_ROLE", "both"),
        ("POSTRIDER_STORE", "sqlite:"),
        ("POSTRIDER_ADMIN_KEY", "do-not-show"),
        ("POSTRIDER_ADMIN_KEY", "do-not-show with spaces in it"),
        ("POSTRIDER_MASTER_KEY", "ZG8tbm90LXNob3c="),
        ("POSTRIDER_MASTER_KEY", "do-not-show"),
        ("POSTRIDER_ALLOW_HTTP", "maybe"),
        ("POSTRIDER_ALLOW_NETWORKS", "10.0.0.0/33"),
        ("POSTRIDER_MAX_CONCURRENCY", "0"),
        ("POSTRIDER_SHUTDOWN_SECONDS", "-1"),
        ("POSTRIDER_TENANTS_ON_FIRST_USE", "2"),
        ("POSTRIDER_LOG", "=loud"),
        ("POSTRIDER_LOG_FORMAT", "xml"),
        ("WEBHOOK_TIMEOUT_SECONDS", "0"),
        ("WEBHOOK_MAX_RETRIES", "11"),
        ("WEBHOOK_RETRY_BASE_SECONDS", "1.5"),
        ("WEBHOOK_USER_AGENT", "Späher/1.0"),
    ];
    let folder = folder();
    for (variable, value) in rows {
        let ended = Launch::new(folder.path(), &["serve"]).env(variable, value).run().await;
        let sentence = ended.sentence();
        assert!(sentence.starts_with(&format!("{variable} ")), "{sentence}");
        assert!(sentence.contains("for example "), "{sentence}");
        assert!(!sentence.contains("do-not-show") && !sentence.contains("ZG8tbm90LXNob3c="), "{sentence}");
    }
    assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
}

#[tokio::test]
async fn a_misspelt_variable_or_log_level_prevents_the_start_and_the_nearest_name_is_suggested() {
    let folder = folder();
    let rows = [
        ("POSTRIDER_LISTN", "127.0.0.1:0", "is POSTRIDER_LISTEN meant?"),
        ("POSTRIDER_RETENTION", "7", "is POSTRIDER_RETENTION_DAYS meant?"),
        ("POSTRIDER_TEST_SOMETHING", "1", "known are POSTRIDER_LISTEN, "),
        ("POSTRIDER_LOG", "inof", "is info meant?"),
        ("POSTRIDER_LOG", "info,postrider::delivry=warn", "is postrider::delivery meant?"),
        ("POSTRIDER_LOG", "info,postrider::delivery=verbose", "which is not a level"),
    ];
    for (variable, value, expected) in rows {
        let ended = Launch::new(folder.path(), &["serve"]).env(variable, value).run().await;
        let sentence = ended.sentence();
        assert!(sentence.starts_with(&format!("{variable} ")) && sentence.contains(expected), "{sentence}");
    }
    let ended = Launch::new(folder.path(), &["serve", "--log", "loud"]).run().await;
    assert!(ended.sentence().starts_with("POSTRIDER_LOG has \"loud\""), "{}", ended.stderr);
    // Commands check variables too: this one selects a tenant.
    let ended =
        Launch::new(folder.path(), &["tenant", "list", "--key", "k"]).env("POSTRIDER_TENNANT", "acme").run().await;
    assert!(ended.sentence().contains("is POSTRIDER_TENANT meant?"), "{}", ended.stderr);
    assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
}

/// Variables of Kubernetes are not settings, and `WEBHOOK_…` variables may belong to other programs.
#[tokio::test]
async fn variables_of_kubernetes_and_of_other_programs_do_not_prevent_the_start() {
    let folder = folder();
    let server = Launch::server(folder.path())
        .env("POSTRIDER_SERVICE_HOST", "10.0.0.7")
        .env("POSTRIDER_PORT", "tcp://10.0.0.7:8080")
        .env("POSTRIDER_PORT_8080_TCP_ADDR", "10.0.0.7")
        .env("WEBHOOK_MAX_RETRY", "7")
        .start()
        .await;
    let log = server.stop().await.stderr;
    assert!(log.contains("unknown variable WEBHOOK_MAX_RETRY; did you mean WEBHOOK_MAX_RETRIES?"), "{log}");
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let folder = folder();
    for role in ["serve", "migrate"] {
        let ended = Launch::new(folder.path(), &[role, "--store", "sqlite:nowhere/postrider.db"]).run().await;
        assert_eq!(ended.sentence(), "POSTRIDER_STORE: the folder nowhere does not exist");
    }
}

#[tokio::test]
async fn a_wrong_master_key_is_refused() {
    let folder = folder();
    Launch::server(folder.path()).start().await.stop().await;
    let ended = Launch::server(folder.path()).env("POSTRIDER_MASTER_KEY", MASTER_KEY).run().await;
    let sentence = ended.sentence();
    assert!(
        sentence.starts_with("POSTRIDER_MASTER_KEY is not the key that postrider.db was written with"),
        "{sentence}"
    );
    assert!(sentence.contains("postrider.db.key") && !sentence.contains(MASTER_KEY), "{sentence}");

    // The right key may be given by variable instead of the file.
    let key = fs::read_to_string(folder.path().join("postrider.db.key")).unwrap();
    fs::remove_file(folder.path().join("postrider.db.key")).unwrap();
    let server = Launch::server(folder.path()).env("POSTRIDER_MASTER_KEY", &key).start().await;
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test]
async fn no_new_key_is_generated_for_a_store_whose_key_file_is_missing() {
    let folder = folder();
    Launch::server(folder.path()).start().await.stop().await;
    let key = folder.path().join("postrider.db.key");
    fs::remove_file(&key).unwrap();
    let ended = Launch::server(folder.path()).run().await;
    let sentence = ended.sentence();
    assert!(sentence.starts_with("POSTRIDER_MASTER_KEY is not given and postrider.db.key is missing"), "{sentence}");
    assert!(!key.exists());

    fs::write(&key, "do-not-show\n").unwrap();
    let ended = Launch::server(folder.path()).run().await;
    let sentence = ended.sentence();
    assert!(sentence.starts_with("postrider.db.key: must be 32 bytes in base64"), "{sentence}");
    assert!(!sentence.contains("do-not-show"), "{sentence}");
}

#[tokio::test]
async fn a_second_server_on_the_same_store_is_refused_and_the_first_continues() {
    let folder = folder();
    let first = Launch::server(folder.path()).start().await;
    for launch in [Launch::server(folder.path()), Launch::new(folder.path(), &["migrate"])] {
        let ended = launch.run().await;
        let sentence = ended.sentence();
        assert!(sentence.starts_with("POSTRIDER_STORE: postrider.db is open in another process"), "{sentence}");
    }
    assert_eq!(first.operator().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let (one, other) = (folder(), folder());
    let first = Launch::server(one.path()).start().await;
    let address = first.address.to_string();
    let ended = Launch::new(other.path(), &["serve"]).env("POSTRIDER_LISTEN", &address).run().await;
    // A failed start prints no operator's key: `sentence` asserts an empty standard output.
    let sentence = ended.sentence();
    assert!(sentence.starts_with(&format!("POSTRIDER_LISTEN: cannot listen on {address}")), "{sentence}");
}

#[tokio::test]
async fn errors_in_the_configuration_file_are_one_sentence() {
    let folder = folder();
    let file = folder.path().join("postrider.toml");
    let run = async |text: &str| {
        fs::write(&file, text).unwrap();
        Launch::new(folder.path(), &["serve"]).run().await
    };
    let ended = run("listn = \"127.0.0.1:0\"\n").await;
    let sentence = ended.sentence();
    assert!(sentence.starts_with("postrider.toml has the unknown setting \"listn\"; is listen meant?"), "{sentence}");
    assert!(sentence.contains("known are listen, store, "), "{sentence}");

    let ended = run("max_concurrency = \"lots\"\n").await;
    assert!(ended.sentence().starts_with("POSTRIDER_MAX_CONCURRENCY is \"lots\" but must be"), "{}", ended.stderr);

    let ended = run("admin_key = \"do-not-show\n").await;
    let sentence = ended.sentence();
    assert!(sentence.starts_with("failed to read postrider.toml: TOML parse error at line 1"), "{sentence}");
    assert!(!sentence.contains("do-not-show"), "{sentence}");

    let ended = Launch::new(folder.path(), &["serve", "--config", "other.toml"]).run().await;
    assert_eq!(ended.sentence(), "the configuration file other.toml does not exist");
}

#[tokio::test]
async fn the_environment_overrides_the_file_and_flags_override_both() {
    let folder = folder();
    let [in_file, in_environment, in_flag] = [free_port(), free_port(), free_port()].map(loopback);
    let file = format!("listen = \"{in_file}\"\nadmin_key = \"{ADMIN_KEY}\"\nallow_networks = [\"127.0.0.0/8\"]\n");
    fs::write(folder.path().join("postrider.toml"), file).unwrap();
    let launch = Launch::new(folder.path(), &["serve"]);
    let server = launch.start().await;
    assert_eq!(server.address, in_file);
    assert_eq!(server.operator().get("/api/v1/tenants").await.status, 200);
    drop(server);
    let launch = launch.env("POSTRIDER_LISTEN", &in_environment.to_string());
    assert_eq!(launch.start().await.address, in_environment);
    let flag = in_flag.to_string();
    let launch = Launch::new(folder.path(), &["serve", "--listen", &flag]);
    let launch = launch.env("POSTRIDER_LISTEN", &in_environment.to_string());
    assert_eq!(launch.start().await.address, in_flag);
}

#[tokio::test]
async fn a_configuration_file_in_a_parent_folder_is_not_read() {
    let folder = folder();
    fs::write(folder.path().join("postrider.toml"), "unknown = 1\n").unwrap();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    Launch::server(&below).start().await;
}

#[tokio::test]
async fn a_generated_operators_key_is_printed_once_and_remains_valid() {
    let folder = folder();
    let launch = Launch::server(folder.path()).without("POSTRIDER_ADMIN_KEY");
    let first = launch.start().await;
    let printed = first.process.stdout();
    let key = printed.lines().find_map(|line| line.strip_prefix("Operator's key, shown only once: ")).unwrap();
    assert_eq!(Client::new(first.address, key).get("/api/v1/tenants").await.status, 200);
    let ended = first.stop().await;
    assert_eq!(ended.stdout.matches("ak_").count(), 1, "{}", ended.stdout);
    assert!(!ended.stderr.contains("ak_"), "{}", ended.stderr);

    let second = launch.start().await;
    assert_eq!(Client::new(second.address, key).get("/api/v1/tenants").await.status, 200);
    assert_eq!(second.operator().get("/api/v1/tenants").await.status, 401);
    let ended = second.stop().await;
    assert!(!ended.stdout.contains("ak_") && !ended.stdout.contains("key"), "{}", ended.stdout);
    for name in names(folder.path()) {
        let text = fs::read(folder.path().join(&name)).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(key), "the key itself is in {name}");
    }
}

#[tokio::test]
async fn an_operators_key_of_digits_is_accepted_unchanged() {
    let folder = folder();
    let key = "000000000000000000000000000012";
    let server = Launch::server(folder.path()).env("POSTRIDER_ADMIN_KEY", key).start().await;
    assert_eq!(Client::new(server.address, key).get("/api/v1/tenants").await.status, 200);
}

#[tokio::test]
async fn only_the_owner_may_read_key_files() {
    let folder = folder();
    // A file with wrong permissions from an earlier time.
    fs::write(folder.path().join("postrider.db.dev-key"), "old\n").unwrap();
    let binary = env!("CARGO_BIN_EXE_postrider");
    let script = format!("umask 000; exec '{binary}' serve --dev --listen 127.0.0.1:0");
    let server = Launch::script(folder.path(), &script).start().await;
    for name in [
        "postrider.db.key",
        "postrider.db.admin-key-hash",
        "postrider.db.dev-key",
        "postrider.db.dev-operator-key",
        "postrider.db.dev-url",
    ] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let key = fs::read_to_string(folder.path().join("postrider.db.dev-key")).unwrap();
    assert!(server.process.stdout().contains(key.trim()));
    assert_eq!(Client::new(server.address, key.trim()).get("/api/v1/webhooks/subscriptions").await.status, 200);
}

#[tokio::test]
async fn every_subcommand_has_help() {
    let folder = folder();
    let rows = [
        "",
        "serve",
        "migrate",
        "key",
        "key create",
        "key list",
        "key revoke",
        "tenant",
        "tenant put",
        "tenant get",
        "tenant list",
        "tenant delete",
        "pause",
        "resume",
        "publish",
        "sink",
    ];
    for row in rows {
        let mut arguments: Vec<&str> = row.split_whitespace().collect();
        arguments.push("--help");
        let ended = Launch::new(folder.path(), &arguments).run().await;
        let usage = format!("Usage: {}", ["postrider", row].join(" ").trim_end());
        assert!(ended.success().contains(&usage), "{row}: {}", ended.stdout);
    }
    let ended = Launch::new(folder.path(), &["--version"]).run().await;
    assert_eq!(ended.success(), concat!("postrider ", env!("CARGO_PKG_VERSION"), "\n"));
    let ended = Launch::new(folder.path(), &["deliver"]).run().await;
    assert_eq!(ended.code, Some(2));
}

#[tokio::test]
async fn migrate_reports_the_migrations_and_the_server_starts_on_the_result() {
    let folder = folder();
    let migrate = Launch::new(folder.path(), &["migrate"]);
    let first = migrate.run().await;
    assert!(first.success().starts_with("postrider.db was brought from migration 0 to "), "{}", first.stdout);
    let number = first.stdout.trim_end().rsplit(' ').next().unwrap();
    let again = migrate.run().await;
    assert_eq!(again.success(), format!("postrider.db is up to date: migration {number}\n"));
    Launch::server(folder.path()).start().await.stop().await;
    assert_eq!(migrate.run().await.success(), again.stdout);
}
