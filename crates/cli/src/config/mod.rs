//! Configuration: defaults, then `postrider.toml`, then the environment, then flags; later sources override earlier
//! ones. Every error is one sentence with the variable, the fault of its value and an example; it never contains a
//! secret.

mod bad_setting;
mod environment;
mod examine;
mod flat;
mod front;
mod front_settings;
mod key_source;
mod log_filter;
mod master_keys;
mod monitoring;
mod nearest;
mod policies;
mod settings;
mod shown;
mod tenants;
mod token_settings;
mod tokens;
mod trace_settings;
mod traces;
mod transformations;
mod values;

use crate::store::{StoreUrl, parse_postgres};
use anyhow::anyhow;
use api::{PublicUrl, SettingShown};
use bad_setting::BadSetting;
use clap::ValueEnum;
use delivery::{PolicyDefaults, PortPolicy};
pub(crate) use environment::{check as check_environment, suspicious as suspicious_variables};
pub(crate) use examine::{Examined, examine};
use figment::{
    Figment, Profile,
    providers::{Format, Serialized, Toml},
    value::{Dict, Map, Value},
};
use flat::{flat, without_source};
use front_settings::Front;
pub(crate) use front_settings::TlsFiles;
use http::HeaderValue;
use ipnet::IpNet;
pub(crate) use key_source::{KeyPlace, KeySource};
pub(crate) use log_filter::check as check_log_filter;
pub(crate) use master_keys::parse_keys;
use model::{IdStyle, TenantLimits, statistics::StatisticsRetention};
use nearest::nearest;
pub(crate) use policies::parse_rate;
use secrecy::SecretString;
use settings::{SETTINGS, variable};
use shown::Sources;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use storage::NodeRole;
pub(crate) use tenants::parse_publish;
pub(crate) use token_settings::{TokenKeys, TokenSettings};
pub(crate) use trace_settings::TraceSettings;
pub(crate) use values::decode_master_key;
use values::{check_admin_key, parse_addresses, parse_networks, parse_origins, parse_prefixes, parse_public_url};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Validated settings.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) store: StoreUrl,
    /// Replica of the store, for lists.
    pub(crate) read_store: Option<SecretString>,
    pub(crate) role: NodeRole,
    /// This node's name; by default its host and address.
    pub(crate) node: Option<String>,
    pub(crate) admin_key: Option<String>,
    /// `None`: the key next to a SQLite file.
    pub(crate) master_key: Option<KeySource>,
    /// Further keys, which open secrets and seal none.
    pub(crate) other_master_keys: Option<KeySource>,
    pub(crate) allow_http: bool,
    pub(crate) verify_urls: bool,
    pub(crate) allow_networks: Vec<IpNet>,
    pub(crate) allow_ports: PortPolicy,
    /// The addresses that receivers see, for the list that customers read.
    pub(crate) egress_addresses: Vec<IpAddr>,
    pub(crate) max_concurrency: usize,
    /// Lifetime of an idle connection to a receiver; zero disables keep-alive.
    pub(crate) keep_alive: Duration,
    /// Limits of client connections: in total, and per address.
    pub(crate) max_connections: usize,
    pub(crate) max_connections_per_address: usize,
    /// Addresses without a limit per address.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Time for which the node serves on after the signal to stop, while it is not ready.
    pub(crate) drain: Duration,
    pub(crate) shutdown: Duration,
    /// Retention of events; `None` for ever.
    pub(crate) retention: Option<Duration>,
    pub(crate) statistics: StatisticsRetention,
    pub(crate) tenants_on_first_use: bool,
    pub(crate) catalog_folder: Option<PathBuf>,
    pub(crate) strict_catalog: bool,
    /// Tenants may receive operational events about their own subscriptions and deliveries.
    pub(crate) operational_events_to_tenants: bool,
    /// Text form of Postrider's event ids.
    pub(crate) ids: IdStyle,
    /// Additional prefixes of the API besides `/api/v1`.
    pub(crate) api_prefixes: Vec<String>,
    /// Name of the cookie in which browsers may send a key.
    pub(crate) cookie: String,
    /// JSON Web Tokens; `None`: none is accepted.
    pub(crate) tokens: Option<TokenSettings>,
    pub(crate) cors_origins: Vec<String>,
    /// The address of the dashboard and the API from outside.
    pub(crate) public_url: Option<PublicUrl>,
    /// The API's listener.
    pub(crate) front: Front,
    /// Total bytes of request bodies and large responses in memory.
    pub(crate) request_memory: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    /// The share of successful deliveries that are logged.
    pub(crate) log_sample: f64,
    /// `None`: no spans are exported.
    pub(crate) traces: Option<TraceSettings>,
    pub(crate) timeout: Duration,
    pub(crate) max_retries: u8,
    pub(crate) retry_base: Duration,
    pub(crate) user_agent: HeaderValue,
    /// Policies for subscriptions that have none of their own.
    pub(crate) policies: PolicyDefaults,
    pub(crate) transformations: transform::Limits,
    /// Limits of tenants that have none of their own.
    pub(crate) tenant_limits: TenantLimits,
    /// A further listener, for metrics alone.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Everybody may read the metrics on the API's address.
    pub(crate) metrics_open: bool,
    pub(crate) metrics: metrics::Settings,
    /// All settings as the operator may see them.
    pub(crate) shown: Vec<SettingShown>,
}

/// The configuration file that is read if no other is requested and it exists.
pub(crate) const FILE: &str = "postrider.toml";

/// Values of flags, by the names of their settings.
pub(crate) type Flags = Vec<(&'static str, Option<String>)>;

impl Config {
    /// Reads `file` (which must exist if it was requested), the environment and the flags.
    pub(crate) fn read(file: Option<&Path>, flags: Flags) -> anyhow::Result<Self> {
        let (raw, sources) = Raw::read(file, flags)?;
        let config = raw.check()?;
        Ok(Self { shown: shown::shown(|name| raw.text(name), &sources), ..config })
    }
}

/// The configured SQLite file, next to which commands look for keys; the default path if the configuration is invalid.
pub(crate) fn store_path() -> PathBuf {
    match Config::read(None, Vec::new()) {
        Ok(Config { store: StoreUrl::Sqlite(path), .. }) => path,
        _ => PathBuf::from("postrider.db"),
    }
}

/// Settings as text, from all sources.
struct Raw(Dict);

/// The settings of all sources.
struct Gathered {
    /// Without the sources and the settings that have an error.
    raw: Raw,
    /// In the order of the sources.
    faults: Vec<anyhow::Error>,
    /// Names of the known settings in the file.
    in_file: Vec<String>,
    sources: Sources,
}

impl Raw {
    /// Reads all sources; fails at the first error.
    fn read(file: Option<&Path>, flags: Flags) -> anyhow::Result<(Self, Sources)> {
        let gathered = Self::gather(file, flags)?;
        match gathered.faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok((gathered.raw, gathered.sources)),
        }
    }

    /// Reads all sources; an error in one does not hide those in others.
    fn gather(file: Option<&Path>, flags: Flags) -> anyhow::Result<Gathered> {
        let (mut faults, mut in_file) = (Vec::new(), Vec::new());
        if let Some(file) = file.filter(|file| !file.is_file()) {
            faults.push(anyhow!("the configuration file {} does not exist", file.display()));
        }
        let file = file.unwrap_or_else(|| Path::new(FILE));
        let defaults: Map<&str, &str> =
            SETTINGS.iter().filter_map(|(name, _, default)| default.map(|text| (*name, text))).collect();
        let given: Map<&str, String> = flags.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let mut settings = Figment::from(Serialized::from(defaults, Profile::Default));
        let mut unknown = Vec::new();
        if file.is_file() {
            // Exactly this file: by default figment also searches the parent folders.
            match Figment::from(Toml::file_exact(file)).extract::<Dict>() {
                Ok(there) => {
                    let is_known = |name: &String| SETTINGS.iter().any(|(known, ..)| known == name);
                    let (known, others): (Dict, Dict) = flat(there).into_iter().partition(|(name, _)| is_known(name));
                    unknown.extend(others.into_keys());
                    in_file.extend(known.keys().cloned());
                    settings = settings.merge(Serialized::from(known, Profile::Default));
                }
                Err(fault) => {
                    faults.push(anyhow!("failed to read {}: {}", file.display(), without_source(&fault.to_string())))
                }
            }
        }
        let (variables, of_environment) = environment::settings();
        faults.extend(of_environment);
        faults.extend(unknown.iter().map(|name| unknown_setting(file, name)));
        let sources = Sources {
            flags: given.keys().map(|name| (*name).to_owned()).collect(),
            environment: variables.keys().map(|name| (*name).to_owned()).collect(),
            file: in_file.iter().cloned().collect(),
        };
        let settings = settings
            .merge(Serialized::from(variables, Profile::Default))
            .merge(Serialized::from(given, Profile::Default))
            .extract()?;
        Ok(Gathered { raw: Self(settings), faults, in_file, sources })
    }

    /// A setting as text; lists become comma-separated.
    fn text(&self, name: &str) -> Option<String> {
        fn plain(value: &Value) -> String {
            match value {
                Value::String(_, text) => text.clone(),
                Value::Array(_, list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
                Value::Bool(_, flag) => flag.to_string(),
                Value::Num(_, number) => match (number.to_u128(), number.to_i128(), number.to_f64()) {
                    (Some(n), ..) => n.to_string(),
                    (_, Some(n), _) => n.to_string(),
                    (.., Some(n)) => n.to_string(),
                    _ => String::new(),
                },
                Value::Char(_, c) => c.to_string(),
                Value::Empty(..) | Value::Dict(..) => String::new(),
            }
        }
        self.0.get(name).map(plain).filter(|text| !text.is_empty())
    }

    /// Parses a setting; the error of `parse` follows the variable's name.
    fn get<T>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> anyhow::Result<T> {
        let text = self.text(name).unwrap_or_default();
        parse(&text).map_err(|fault| BadSetting { name: name.to_owned(), fault }.into())
    }

    fn number(&self, name: &str, least: u64, most: u64, example: u64) -> anyhow::Result<u64> {
        self.get(name, |text| match text.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("is {text:?} but must be a whole number from {least} to {most}, for example {example}")),
        })
    }

    /// A number from 0 to 1.
    fn share(&self, name: &str, example: &str) -> anyhow::Result<f64> {
        self.get(name, |text| {
            let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
            share.ok_or_else(|| format!("is {text:?} but must be a number from 0 to 1, for example {example}"))
        })
    }

    fn flag(&self, name: &str) -> anyhow::Result<bool> {
        self.get(name, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" | "" => Ok(false),
            _ => Err(format!("is {text:?} but must be true or false, for example true")),
        })
    }

    #[expect(clippy::too_many_lines, reason = "one entry for each setting")]
    fn check(&self) -> anyhow::Result<Config> {
        let public_url =
            self.text("public_url").map(|url| self.get("public_url", |_| parse_public_url(&url))).transpose()?;
        Ok(Config {
            front: self.front(public_url.as_ref())?,
            public_url,
            listen: self.get("listen", |text| {
                text.parse()
                    .map_err(|_| format!("is {text:?} but must be an address and a port, for example 127.0.0.1:8080"))
            })?,
            store: self.get("store", StoreUrl::parse)?,
            read_store: self
                .text("read_store")
                .map(|url| {
                    self.get("read_store", |_| {
                        parse_postgres(&url)?.ok_or_else(|| {
                            "must be a PostgreSQL URL, for example postgres://postrider@replica/postrider".to_owned()
                        })
                    })
                })
                .transpose()?,
            role: self.get("role", |text| {
                NodeRole::parse(text)
                    .ok_or_else(|| format!("is {text:?} but must be all, api or worker, for example worker"))
            })?,
            node: self.text("node"),
            admin_key: self.text("admin_key").map(|key| self.get("admin_key", |_| check_admin_key(key))).transpose()?,
            master_key: self.master_key()?,
            other_master_keys: self.other_master_keys()?,
            allow_http: self.flag("allow_http")?,
            verify_urls: self.flag("verify_urls")?,
            allow_networks: self.get("allow_networks", parse_networks)?,
            allow_ports: self.get("allow_ports", |text| PortPolicy::parse(text).map_err(|fault| fault.to_string()))?,
            egress_addresses: self.get("egress_addresses", parse_addresses)?,
            max_concurrency: self.number("max_concurrency", 8, 65_536, 512)? as usize,
            keep_alive: Duration::from_secs(self.number("keep_alive_seconds", 0, 300, 45)?),
            max_connections: self.number("max_connections", 16, 1_000_000, 10_000)? as usize,
            max_connections_per_address: self.number("max_connections_per_address", 1, 1_000_000, 512)? as usize,
            trusted_proxies: self.get("trusted_proxies", parse_networks)?,
            drain: Duration::from_secs(self.number("drain_seconds", 0, 300, 5)?),
            shutdown: Duration::from_secs(self.number("shutdown_seconds", 0, 3_600, 30)?),
            retention: match self.number("retention_days", 0, 36_500, 30)? {
                0 => None,
                days => Some(Duration::from_secs(days * 24 * 60 * 60)),
            },
            statistics: StatisticsRetention {
                hours: self.number("statistics_hour_days", 1, 3_650, 90)? as u32,
                days: self.number("statistics_days", 1, 36_500, 730)? as u32,
            },
            tenants_on_first_use: self.flag("tenants_on_first_use")?,
            catalog_folder: self.text("catalog_folder").map(PathBuf::from),
            strict_catalog: self.flag("catalog_strict")?,
            operational_events_to_tenants: self.flag("operational_events_to_tenants")?,
            ids: self.get("ids", |text| match text {
                "prefixed" => Ok(IdStyle::Prefixed),
                "uuid" => Ok(IdStyle::Uuid),
                _ => Err(format!("is {text:?} but must be prefixed or uuid, for example uuid")),
            })?,
            api_prefixes: self.get("api_prefixes", parse_prefixes)?,
            cookie: self.get("cookie", |text| {
                let token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
                if text.is_empty() || !text.bytes().all(token) {
                    return Err(format!("is {text:?} but must be the name of a cookie, for example access_token"));
                }
                Ok(text.to_owned())
            })?,
            tokens: self.tokens()?,
            cors_origins: self.get("cors_origins", parse_origins)?,
            request_memory: self.number("request_memory_mb", 64, 65_536, 128)? as usize * 1024 * 1024,
            body_timeout: Duration::from_secs(self.number("body_timeout_seconds", 1, 3_600, 30)?),
            log: self.get("log", log_filter::check)?,
            log_format: self.get("log_format", |text| {
                LogFormat::from_str(text, true)
                    .map_err(|_| format!("is {text:?} but must be text or json, for example json"))
            })?,
            log_sample: self.share("log_sample", "0.01")?,
            traces: self.traces()?,
            timeout: Duration::from_secs(self.number("timeout_seconds", 1, 300, 10)?),
            max_retries: self.number("max_retries", 0, 10, 3)? as u8,
            retry_base: Duration::from_secs(self.number("retry_base_seconds", 1, 3_600, 1)?),
            policies: self.policies()?,
            transformations: self.transformations()?,
            tenant_limits: self.tenant_limits()?,
            metrics_listen: self.metrics_listen()?,
            metrics_open: self.flag("metrics_open")?,
            metrics: self.metrics_settings()?,
            user_agent: self.get("user_agent", |text| {
                HeaderValue::from_str(text)
                    .ok()
                    .filter(|value| value.to_str().is_ok())
                    .ok_or_else(|| "must be visible ASCII characters, for example Acme-Webhooks/1.0".to_owned())
            })?,
            shown: Vec::new(),
        })
    }
}

fn unknown_setting(file: &Path, name: &str) -> anyhow::Error {
    let known: Vec<_> = SETTINGS.iter().map(|(name, ..)| *name).collect();
    let meant = nearest(name, known.iter().copied()).map(|near| format!(" is {near} meant?")).unwrap_or_default();
    anyhow!("{} has the unknown setting {name:?};{meant} known are {}", file.display(), known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use figment::Provider;

    pub(super) fn check(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        let mut settings: Dict = SETTINGS
            .iter()
            .filter_map(|(name, _, default)| default.map(|text| ((*name).to_owned(), Value::from(text))))
            .collect();
        settings.extend(pairs.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text))));
        Raw(settings).check()
    }

    #[test]
    fn defaults_are_valid() {
        let config = check(&[]).unwrap();
        assert_eq!(config.listen.port(), 8080);
        assert!(config.keep_alive < Duration::from_secs(60), "load balancers close idle connections after a minute");
        assert!(matches!(&config.store, StoreUrl::Sqlite(path) if path == Path::new("postrider.db")));
        assert!(config.admin_key.is_none() && config.allow_networks.is_empty() && !config.allow_http);
    }

    /// Settings with a wrong value, and their variables.
    const WRONG: &[(&str, &str, &str)] = &[
        ("listen", "8080", "POSTRIDER_LISTEN"),
        ("store", "mysql://x", "POSTRIDER_STORE"),
        ("store", "postgres://user:c2VjcmV0@host", "POSTRIDER_STORE"),
        ("store", "postgres://user:c2VjcmV0@host/db?sslmode=maybe", "POSTRIDER_STORE"),
        ("read_store", "sqlite:x", "POSTRIDER_READ_STORE"),
        ("role", "both", "POSTRIDER_ROLE"),
        ("admin_key", "short-secret", "POSTRIDER_ADMIN_KEY"),
        ("master_key", "c2VjcmV0", "POSTRIDER_MASTER_KEY"),
        ("allow_http", "maybe", "POSTRIDER_ALLOW_HTTP"),
        ("allow_networks", "10.0.0.0/33", "POSTRIDER_ALLOW_NETWORKS"),
        ("allow_ports", "443,https", "POSTRIDER_ALLOW_PORTS"),
        ("allow_ports", "0-65535", "POSTRIDER_ALLOW_PORTS"),
        ("egress_addresses", "203.0.113.0/24", "POSTRIDER_EGRESS_ADDRESSES"),
        ("max_concurrency", "lots", "POSTRIDER_MAX_CONCURRENCY"),
        ("keep_alive_seconds", "301", "POSTRIDER_KEEP_ALIVE_SECONDS"),
        ("max_connections", "0", "POSTRIDER_MAX_CONNECTIONS"),
        ("max_connections_per_address", "-1", "POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS"),
        ("trusted_proxies", "proxy.internal", "POSTRIDER_TRUSTED_PROXIES"),
        ("retention_days", "a month", "POSTRIDER_RETENTION_DAYS"),
        ("statistics_hour_days", "0", "POSTRIDER_STATISTICS_HOUR_DAYS"),
        ("statistics_days", "-1", "POSTRIDER_STATISTICS_DAYS"),
        ("timeout_seconds", "0", "WEBHOOK_TIMEOUT_SECONDS"),
        ("max_retries", "11", "WEBHOOK_MAX_RETRIES"),
        ("user_agent", "a\nb", "WEBHOOK_USER_AGENT"),
        ("log_format", "xml", "POSTRIDER_LOG_FORMAT"),
        ("rate_limit", "fast", "POSTRIDER_RATE_LIMIT"),
        ("max_in_flight", "65", "POSTRIDER_MAX_IN_FLIGHT"),
        ("breaker_enabled", "maybe", "POSTRIDER_BREAKER_ENABLED"),
        ("breaker_minimum", "0", "POSTRIDER_BREAKER_MINIMUM"),
        ("breaker_longest_pause_seconds", "4", "POSTRIDER_BREAKER_LONGEST_PAUSE_SECONDS"),
        ("auto_disable_hours", "never", "POSTRIDER_AUTO_DISABLE_HOURS"),
        ("tenant_publish_limit", "fast", "POSTRIDER_TENANT_PUBLISH_LIMIT"),
        ("tenant_subscriptions", "60001", "POSTRIDER_TENANT_SUBSCRIPTIONS"),
        ("tenant_keys", "-1", "POSTRIDER_TENANT_KEYS"),
        ("tenant_payload_bytes", "1", "POSTRIDER_TENANT_PAYLOAD_BYTES"),
        ("tenant_payload_days", "91", "POSTRIDER_TENANT_PAYLOAD_DAYS"),
        ("tenant_rows_days", "91", "POSTRIDER_TENANT_ROWS_DAYS"),
        ("metrics_listen", "9464", "POSTRIDER_METRICS_LISTEN"),
        ("metrics_open", "maybe", "POSTRIDER_METRICS_OPEN"),
        ("metrics_tenant_label", "some", "POSTRIDER_METRICS_TENANT_LABEL"),
        ("metrics_top_tenants", "0", "POSTRIDER_METRICS_TOP_TENANTS"),
        ("metrics_max_pairs", "1", "POSTRIDER_METRICS_MAX_PAIRS"),
        ("ids", "short", "POSTRIDER_IDS"),
        ("api_prefixes", "api/v1", "POSTRIDER_API_PREFIXES"),
        ("api_prefixes", "/api v1,/a?b", "POSTRIDER_API_PREFIXES"),
        ("cookie", "a b", "POSTRIDER_COOKIE"),
        ("cors_origins", "app.example.com", "POSTRIDER_CORS_ORIGINS"),
        ("cors_origins", "https://app.example.com/", "POSTRIDER_CORS_ORIGINS"),
        ("cors_origins", "*", "POSTRIDER_CORS_ORIGINS"),
        ("cors_origins", "https://*.example.com", "POSTRIDER_CORS_ORIGINS"),
        ("cors_origins", "null", "POSTRIDER_CORS_ORIGINS"),
        ("cors_origins", "https://app.example.com,ftp://app.example.com", "POSTRIDER_CORS_ORIGINS"),
        ("cors_origins", "https://user@app.example.com", "POSTRIDER_CORS_ORIGINS"),
        ("hosts", "https://hooks.example.com", "POSTRIDER_HOSTS"),
        ("hsts_seconds", "a year", "POSTRIDER_HSTS_SECONDS"),
        ("forwarded_header", "x-real-ip", "POSTRIDER_FORWARDED_HEADER"),
        ("tls_handshake_seconds", "0", "POSTRIDER_TLS_HANDSHAKE_SECONDS"),
        ("http2_streams", "0", "POSTRIDER_HTTP2_STREAMS"),
        ("header_bytes", "100", "POSTRIDER_HEADER_BYTES"),
        ("request_memory_mb", "1", "POSTRIDER_REQUEST_MEMORY_MB"),
        ("body_timeout_seconds", "0", "POSTRIDER_BODY_TIMEOUT_SECONDS"),
        ("drain_seconds", "301", "POSTRIDER_DRAIN_SECONDS"),
        ("log_sample", "1.5", "POSTRIDER_LOG_SAMPLE"),
        ("log_sample", "nan", "POSTRIDER_LOG_SAMPLE"),
    ];

    #[test]
    fn errors_name_the_variable_and_give_an_example_but_no_secret() {
        for (name, text, variable) in WRONG {
            let fault = check(&[(name, text)]).err().unwrap().to_string();
            assert!(fault.starts_with(variable), "{fault}");
            assert!(fault.contains("for example"), "{fault}");
            assert!(!fault.contains("short-secret") && !fault.contains("c2VjcmV0"), "{fault}");
        }
    }

    #[test]
    fn an_error_in_the_file_is_one_line_without_its_content() {
        let fault = Toml::string("admin_key = \"not-to-be-shown").data().err().unwrap().to_string();
        assert!(fault.contains("not-to-be-shown"), "{fault}");
        let shown = without_source(&fault);
        assert!(shown.starts_with("TOML parse error at line 1, column "), "{shown}");
        assert!(!shown.contains("not-to-be-shown") && !shown.contains('\n'), "{shown}");
    }

    #[test]
    fn networks_are_a_comma_separated_list() {
        let config = check(&[("allow_networks", "127.0.0.0/8, 10.1.2.3,fd00::/8")]).unwrap();
        assert_eq!(config.allow_networks.len(), 3);
    }
}
