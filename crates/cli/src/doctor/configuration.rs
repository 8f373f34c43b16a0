//! Settings: errors, unknown names, and combinations that are valid but dangerous.

use super::report::{Check, Report};
use crate::{
    catalog,
    config::{self, Config, Examined, KeyPlace},
    store::StoreUrl,
};
use ipnet::IpNet;
use model::policy::AutoDisable;
use secrecy::ExposeSecret;
use storage::NodeRole;
use storage_postgres::Transport;

const CHECK: Check = Check::Configuration;

pub(super) fn check(report: &mut Report, examined: &Examined, is_dev: bool) {
    for fault in &examined.faults {
        report.problem(CHECK, format!("{fault}."), "Correct the setting: `serve` refuses to start with it.");
    }
    let config = &examined.config;
    if let Err(fault) = catalog::load(config.catalog_folder.as_deref()) {
        report.problem(CHECK, format!("{fault:#}."), "Correct the catalog: `serve` refuses to start with it.");
    }
    if config.role != NodeRole::All && config.store.path().is_some() {
        report.problem(
            CHECK,
            format!("POSTRIDER_ROLE is {:?}, but a SQLite file has one node, with the role all.", config.role.name()),
            "Remove POSTRIDER_ROLE, or use PostgreSQL for several nodes.",
        );
    }
    for (name, near) in config::suspicious_variables() {
        report.warning(
            CHECK,
            format!("The variable {name} is not a setting."),
            format!("If it is meant for Postrider, rename it to {near}."),
        );
    }
    if !is_dev {
        networks(report, config);
    }
    receivers(report, config);
    store(report, config);
    if !report.has(CHECK) {
        let file = match &examined.file {
            Some(file) => format!("{} in {}", examined.in_file.len(), file.display()),
            None => format!("no {}", config::FILE),
        };
        let count = examined.variables.len();
        report.ok(CHECK, format!("All settings are valid ({file}, {count} in the environment)."));
    }
}

/// Networks that the address policy does not protect.
fn networks(report: &mut Report, config: &Config) {
    let (all, some): (Vec<&IpNet>, Vec<&IpNet>) =
        config.allow_networks.iter().partition(|network| network.prefix_len() == 0);
    if let Some(network) = all.first() {
        report.warning(
            CHECK,
            format!("POSTRIDER_ALLOW_NETWORKS has {network}: subscriptions can reach almost every internal service."),
            "List only the networks of receivers that you trust, for example 10.1.2.0/24.",
        );
    } else if !some.is_empty() {
        let shown: Vec<String> = some.iter().map(ToString::to_string).collect();
        report.warning(
            CHECK,
            format!(
                "POSTRIDER_ALLOW_NETWORKS exempts {} from the address policy (SSRF), for all tenants.",
                shown.join(", ")
            ),
            "Keep it only if all tenants may send requests there; list single addresses where possible.",
        );
    }
    if let Some(port) = config.allow_ports.first_risk() {
        report.warning(
            CHECK,
            format!("POSTRIDER_ALLOW_PORTS allows port {port}, which belongs to another protocol than HTTP."),
            "List only the ports of receivers, for example 443,8443.",
        );
    }
    if config.allow_http {
        report.warning(
            CHECK,
            "POSTRIDER_ALLOW_HTTP is true: deliveries to http:// URLs are not encrypted.",
            "Set it to false unless all such receivers are in a network that you trust.",
        );
    }
    if config.tenants_on_first_use && !config.listen.ip().is_loopback() {
        report.warning(
            CHECK,
            "POSTRIDER_TENANTS_ON_FIRST_USE is true: a misspelt X-Tenant-Id creates a tenant.",
            "Set it to false, and create tenants with `postrider tenant put`.",
        );
    }
}

fn receivers(report: &mut Report, config: &Config) {
    if !config.policies.breaker.enabled && config.policies.auto_disable == AutoDisable::Never {
        report.warning(
            CHECK,
            "Circuit breakers and automatic disabling are both off: dead receivers take requests for ever.",
            "Set POSTRIDER_BREAKER_ENABLED=true or POSTRIDER_AUTO_DISABLE_HOURS=120.",
        );
    }
    if config.shutdown < config.timeout {
        report.warning(
            CHECK,
            "POSTRIDER_SHUTDOWN_SECONDS is less than WEBHOOK_TIMEOUT_SECONDS: a stop cuts off requests, which are sent \
             again.",
            format!("Set POSTRIDER_SHUTDOWN_SECONDS to {} or more.", config.timeout.as_secs()),
        );
    }
}

fn store(report: &mut Report, config: &Config) {
    match &config.store {
        StoreUrl::Sqlite(_) if config.read_store.is_some() => report.warning(
            CHECK,
            "POSTRIDER_READ_STORE has no effect with a SQLite store.",
            "Remove it, or use PostgreSQL.",
        ),
        StoreUrl::Sqlite(_) => {}
        StoreUrl::Postgres(url) => {
            for (variable, url) in
                [("POSTRIDER_STORE", Some(url)), ("POSTRIDER_READ_STORE", config.read_store.as_ref())]
            {
                transport(report, variable, url.map(ExposeSecret::expose_secret));
            }
        }
    }
    if config.retention.is_none() {
        report.warning(
            CHECK,
            "POSTRIDER_RETENTION_DAYS is 0: events are kept for ever, and the store grows without a bound.",
            "Set the number of days that you need, for example 90.",
        );
    }
    let is_trivial = |key: &[u8]| key.windows(2).all(|two| two[0] == two[1]);
    if let Some(KeyPlace::Given(keys)) = config.master_key.as_ref().map(|source| &source.place)
        && keys.iter().any(|key| is_trivial(key))
    {
        report.problem(
            Check::MasterKey,
            "POSTRIDER_MASTER_KEY is one byte repeated, so that anybody can guess it.",
            "Give a random key, for example the output of: postrider key generate-master.",
        );
    }
}

fn transport(report: &mut Report, variable: &str, url: Option<&str>) {
    let found = match url.map(storage_postgres::transport) {
        Some(Ok(Transport::Plain)) => "is not encrypted",
        Some(Ok(Transport::Unverified)) => "does not verify the server's certificate",
        _ => return,
    };
    report.warning(
        CHECK,
        format!("{variable} names another machine, and the connection {found}."),
        "Add sslmode=verify-full (and sslrootcert=FILE) to the URL.",
    );
}
