//! Settings: errors, unknown names, and dangerous combinations.

use super::Installation;
use std::fs;

#[tokio::test]
async fn all_errors_of_the_configuration_are_reported_at_once() {
    let mut installation = Installation::sqlite();
    fs::write(installation.path("postrider.toml"), "listn = \"127.0.0.1:0\"\nmax_retries = 11\n").unwrap();
    installation.set("POSTRIDER_RETENTION", "7");
    installation.set("POSTRIDER_ADMIN_KEY", "do-not-show");
    installation.set("POSTRIDER_LISTEN", "8080");
    installation.set("WEBHOOK_MAX_RETRY", "7");
    let found = installation.examine(&[]).await;
    for parts in [
        "POSTRIDER_RETENTION is not a variable that Postrider knows; is POSTRIDER_RETENTION_DAYS meant?",
        "postrider.toml has the unknown setting \"listn\"; is listen meant?",
        "WEBHOOK_MAX_RETRIES is \"11\" but must be a whole number from 0 to 10",
        "POSTRIDER_ADMIN_KEY is too short",
        "POSTRIDER_LISTEN is \"8080\" but must be an address and a port",
    ] {
        found.has("configuration", "problem", &[parts]);
    }
    found.has("configuration", "warning", &["WEBHOOK_MAX_RETRY is not a setting", "WEBHOOK_MAX_RETRIES"]);
    found.has("listen", "warning", &["The address was not checked"]);
    assert!(!found.document.to_string().contains("do-not-show"));

    installation.set("POSTRIDER_STORE", "mysql://x");
    installation.examine(&[]).await.has("store", "warning", &["The store was not checked"]);
    let found = installation.examine(&["--config", "nowhere.toml"]).await;
    found.has("configuration", "problem", &["the configuration file nowhere.toml does not exist"]);
    fs::write(installation.path("postrider.toml"), "admin_key = \"not-to-be-shown\n").unwrap();
    let found = installation.examine(&[]).await;
    found.has("configuration", "problem", &["failed to read postrider.toml: TOML parse error at line 1"]);
    assert!(!found.document.to_string().contains("not-to-be-shown"));
}

#[tokio::test]
async fn dangerous_combinations_are_warned_of() {
    let rows: [(&[(&str, &str)], &str); 10] = [
        (&[("POSTRIDER_ALLOW_NETWORKS", "0.0.0.0/0")], "has 0.0.0.0/0: subscriptions can reach almost every internal"),
        (&[("POSTRIDER_ALLOW_PORTS", "443,6000-7000")], "allows port 6000, which belongs to another protocol"),
        (&[("POSTRIDER_ALLOW_NETWORKS", "10.0.0.0/8")], "exempts 10.0.0.0/8 from the address policy"),
        (&[("POSTRIDER_ALLOW_HTTP", "true")], "http:// URLs are not encrypted"),
        (
            &[("POSTRIDER_TENANTS_ON_FIRST_USE", "true"), ("POSTRIDER_LISTEN", "0.0.0.0:0")],
            "a misspelt X-Tenant-Id creates a tenant",
        ),
        (
            &[("POSTRIDER_BREAKER_ENABLED", "false"), ("POSTRIDER_AUTO_DISABLE_HOURS", "0")],
            "dead receivers take requests for ever",
        ),
        (&[("POSTRIDER_SHUTDOWN_SECONDS", "5")], "a stop cuts off requests"),
        (&[("POSTRIDER_RETENTION_DAYS", "0")], "the store grows without a bound"),
        (&[("POSTRIDER_READ_STORE", "postgres://localhost/replica")], "has no effect with a SQLite store"),
        (
            &[
                ("POSTRIDER_STORE", "postgres://db.invalid/postrider"),
                ("POSTRIDER_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
            ],
            "does not verify the server's certificate",
        ),
    ];
    for (settings, expected) in rows {
        let mut installation = Installation::sqlite();
        installation.environment.retain(|(name, _)| !name.starts_with("POSTRIDER_ALLOW"));
        let found = installation.examine(&[]).await;
        found.has("configuration", "ok", &["All settings are valid (no postrider.toml, 3 in the environment)"]);
        settings.iter().for_each(|(name, value)| installation.set(name, value));
        installation.examine(&[]).await.has("configuration", "warning", &[expected]);
    }
    let mut installation = Installation::sqlite();
    installation.set("POSTRIDER_ROLE", "worker");
    installation.examine(&[]).await.has("configuration", "problem", &["a SQLite file has one node"]);
}
