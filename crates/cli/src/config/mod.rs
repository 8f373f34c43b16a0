//! Configuration: defaults, then `postrider.toml`, then the environment, then flags; later sources override earlier
//! ones. Every error is one sentence with the variable, the fault of its value and an example; it never contains a
//! secret.

mod environment;
mod log_filter;
mod nearest;
mod settings;

use crate::store::{StoreUrl, parse_postgres};
use anyhow::{anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::ValueEnum;
pub(crate) use environment::{check as check_environment, suspicious as suspicious_variables};
use figment::{
    Figment, Profile,
    providers::{Format, Serialized, Toml},
    value::{Dict, Map, Value},
};
use http::HeaderValue;
use ipnet::IpNet;
use model::IdStyle;
use nearest::nearest;
use secrecy::SecretString;
use settings::{SETTINGS, variable};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use storage::NodeRole;

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
    pub(crate) master_key: Option<Vec<u8>>,
    pub(crate) allow_http: bool,
    pub(crate) allow_networks: Vec<IpNet>,
    pub(crate) max_concurrency: usize,
    /// Lifetime of an idle connection to a receiver; zero disables keep-alive.
    pub(crate) keep_alive: Duration,
    /// Limits of client connections: in total, and per address.
    pub(crate) max_connections: usize,
    pub(crate) max_connections_per_address: usize,
    /// Addresses without a limit per address.
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) shutdown: Duration,
    /// Retention of events; `None` for ever.
    pub(crate) retention: Option<Duration>,
    pub(crate) tenants_on_first_use: bool,
    pub(crate) catalog_folder: Option<PathBuf>,
    pub(crate) strict_catalog: bool,
    /// Text form of Postrider's event ids.
    pub(crate) ids: IdStyle,
    /// Additional prefixes of the API besides `/api/v1`.
    pub(crate) api_prefixes: Vec<String>,
    /// Name of the cookie in which browsers may send a key.
    pub(crate) cookie: String,
    pub(crate) cors_origins: Vec<String>,
    /// Total bytes of request bodies and large responses in memory.
    pub(crate) request_memory: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    pub(crate) timeout: Duration,
    pub(crate) max_retries: u8,
    pub(crate) retry_base: Duration,
    pub(crate) user_agent: HeaderValue,
}

/// Values of flags, by the names of their settings.
pub(crate) type Flags = Vec<(&'static str, Option<String>)>;

impl Config {
    /// Reads `file` (which must exist if it was requested), the environment and the flags.
    pub(crate) fn read(file: Option<&Path>, flags: Flags) -> anyhow::Result<Self> {
        Raw::read(file, flags)?.check()
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

impl Raw {
    fn read(file: Option<&Path>, flags: Flags) -> anyhow::Result<Self> {
        if let Some(file) = file.filter(|file| !file.is_file()) {
            bail!("the configuration file {} does not exist", file.display());
        }
        let file = file.unwrap_or_else(|| Path::new("postrider.toml"));
        let defaults: Map<&str, &str> =
            SETTINGS.iter().filter_map(|(name, _, default)| default.map(|text| (*name, text))).collect();
        let given: Map<&str, String> = flags.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let mut settings = Figment::from(Serialized::from(defaults, Profile::Default));
        if file.is_file() {
            // Exactly this file: by default figment also searches the parent folders.
            let there: Dict = Figment::from(Toml::file_exact(file)).extract().map_err(|fault| {
                anyhow!("failed to read {}: {}", file.display(), without_source(&fault.to_string()))
            })?;
            settings = settings.merge(Serialized::from(flat(there), Profile::Default));
        }
        let settings: Dict = settings
            .merge(Serialized::from(environment::settings()?, Profile::Default))
            .merge(Serialized::from(given, Profile::Default))
            .extract()?;
        if let Some(unknown) = settings.keys().find(|name| !SETTINGS.iter().any(|(known, ..)| known == name)) {
            let known: Vec<_> = SETTINGS.iter().map(|(name, ..)| *name).collect();
            let meant = nearest(unknown, known.iter().copied());
            let meant = meant.map(|near| format!(" is {near} meant?")).unwrap_or_default();
            bail!("{} has the unknown setting {unknown:?};{meant} known are {}", file.display(), known.join(", "));
        }
        Ok(Self(settings))
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
        parse(&text).map_err(|fault| anyhow!("{} {fault}", variable(name)))
    }

    fn number(&self, name: &str, least: u64, most: u64, example: u64) -> anyhow::Result<u64> {
        self.get(name, |text| match text.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("is {text:?} but must be a whole number from {least} to {most}, for example {example}")),
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
        Ok(Config {
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
            master_key: self
                .text("master_key")
                .map(|key| self.get("master_key", |_| decode_master_key(&key)))
                .transpose()?,
            allow_http: self.flag("allow_http")?,
            allow_networks: self.get("allow_networks", parse_networks)?,
            max_concurrency: self.number("max_concurrency", 8, 65_536, 512)? as usize,
            keep_alive: Duration::from_secs(self.number("keep_alive_seconds", 0, 300, 45)?),
            max_connections: self.number("max_connections", 16, 1_000_000, 10_000)? as usize,
            max_connections_per_address: self.number("max_connections_per_address", 1, 1_000_000, 512)? as usize,
            trusted_proxies: self.get("trusted_proxies", parse_networks)?,
            shutdown: Duration::from_secs(self.number("shutdown_seconds", 0, 3_600, 30)?),
            retention: match self.number("retention_days", 0, 36_500, 30)? {
                0 => None,
                days => Some(Duration::from_secs(days * 24 * 60 * 60)),
            },
            tenants_on_first_use: self.flag("tenants_on_first_use")?,
            catalog_folder: self.text("catalog_folder").map(PathBuf::from),
            strict_catalog: self.flag("catalog_strict")?,
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
            cors_origins: self.get("cors_origins", parse_origins)?,
            request_memory: self.number("request_memory_mb", 64, 65_536, 128)? as usize * 1024 * 1024,
            body_timeout: Duration::from_secs(self.number("body_timeout_seconds", 1, 3_600, 30)?),
            log: self.get("log", log_filter::check)?,
            log_format: self.get("log_format", |text| {
                LogFormat::from_str(text, true)
                    .map_err(|_| format!("is {text:?} but must be text or json, for example json"))
            })?,
            timeout: Duration::from_secs(self.number("timeout_seconds", 1, 300, 10)?),
            max_retries: self.number("max_retries", 0, 10, 3)? as u8,
            retry_base: Duration::from_secs(self.number("retry_base_seconds", 1, 3_600, 1)?),
            user_agent: self.get("user_agent", |text| {
                HeaderValue::from_str(text)
                    .ok()
                    .filter(|value| value.to_str().is_ok())
                    .ok_or_else(|| "must be visible ASCII characters, for example Acme-Webhooks/1.0".to_owned())
            })?,
        })
    }
}

/// Comma-separated paths; `/api/v1` is always included.
fn parse_prefixes(text: &str) -> Result<Vec<String>, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let parse = |part: &str| {
        let prefix = part.trim_end_matches('/');
        if !prefix.starts_with('/') || !prefix.chars().all(plain) || prefix.contains("//") {
            return Err(format!(
                "has {part:?}, which is not a path; it must be comma-separated paths, for example /api/v1,/api/isp/v1"
            ));
        }
        Ok(prefix.to_owned())
    };
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let prefixes: Vec<String> = parts.map(parse).collect::<Result<_, _>>()?;
    Ok(prefixes.into_iter().filter(|prefix| prefix != "/api/v1").collect())
}

/// Comma-separated origins (RFC 6454).
fn parse_origins(text: &str) -> Result<Vec<String>, String> {
    let parse = |part: &str| {
        let url = url::Url::parse(part).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        match url.map(|url| url.origin().ascii_serialization()) {
            Some(origin) if origin == part => Ok(origin),
            _ => Err(format!(
                "has {part:?}, which is not an origin (scheme, host and port, without a path), for example https://app.example.com"
            )),
        }
    };
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(parse).collect()
}

/// Flattens tables: `[catalog] strict = true` becomes the setting `catalog_strict`.
fn flat(settings: Dict) -> Dict {
    let mut flattened = Dict::new();
    for (name, value) in settings {
        match value {
            Value::Dict(_, inner) => {
                flattened.extend(flat(inner).into_iter().map(|(below, value)| (format!("{name}_{below}"), value)));
            }
            value => drop(flattened.insert(name, value)),
        }
    }
    flattened
}

/// A parser's error in one line, without the quoted source line, which may contain a secret.
fn without_source(complaint: &str) -> String {
    let quoted = |line: &str| line.split_once('|').is_some_and(|(number, _)| number.trim().parse::<u32>().is_ok());
    let drawn = |line: &str| line.trim_start().starts_with('|');
    let kept: Vec<_> = complaint.lines().filter(|line| !quoted(line) && !drawn(line)).map(str::trim).collect();
    kept.join(": ")
}

fn check_admin_key(key: String) -> Result<String, String> {
    if key.len() < 24 {
        return Err(
            "is too short: it must have 24 characters or more, for example the output of: openssl rand -hex 24".into(),
        );
    }
    if !key.bytes().all(|c| c.is_ascii_graphic()) {
        return Err(
            "must be visible ASCII characters without spaces, for example the output of: openssl rand -hex 24".into()
        );
    }
    Ok(key)
}

/// Decodes 32 bytes from base64.
pub(crate) fn decode_master_key(text: &str) -> Result<Vec<u8>, String> {
    match STANDARD.decode(text.trim()) {
        Ok(bytes) if bytes.len() == 32 => Ok(bytes),
        _ => Err("must be 32 bytes in base64, for example the output of: openssl rand -base64 32".into()),
    }
}

fn parse_networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parse = |part: &str| {
        part.parse::<IpNet>().or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from)).map_err(|_| {
            format!("has {part:?}, which is not a network; it must be comma-separated CIDRs, for example 127.0.0.0/8,10.1.0.0/16")
        })
    };
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use figment::Provider;

    fn check(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
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

    #[test]
    fn errors_name_the_variable_and_give_an_example_but_no_secret() {
        let rows = [
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
            ("max_concurrency", "lots", "POSTRIDER_MAX_CONCURRENCY"),
            ("keep_alive_seconds", "301", "POSTRIDER_KEEP_ALIVE_SECONDS"),
            ("max_connections", "0", "POSTRIDER_MAX_CONNECTIONS"),
            ("max_connections_per_address", "-1", "POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS"),
            ("trusted_proxies", "proxy.internal", "POSTRIDER_TRUSTED_PROXIES"),
            ("retention_days", "a month", "POSTRIDER_RETENTION_DAYS"),
            ("timeout_seconds", "0", "WEBHOOK_TIMEOUT_SECONDS"),
            ("max_retries", "11", "WEBHOOK_MAX_RETRIES"),
            ("user_agent", "a\nb", "WEBHOOK_USER_AGENT"),
            ("log_format", "xml", "POSTRIDER_LOG_FORMAT"),
            ("ids", "short", "POSTRIDER_IDS"),
            ("api_prefixes", "api/v1", "POSTRIDER_API_PREFIXES"),
            ("api_prefixes", "/api v1,/a?b", "POSTRIDER_API_PREFIXES"),
            ("cookie", "a b", "POSTRIDER_COOKIE"),
            ("cors_origins", "app.example.com", "POSTRIDER_CORS_ORIGINS"),
            ("cors_origins", "https://app.example.com/", "POSTRIDER_CORS_ORIGINS"),
            ("cors_origins", "*", "POSTRIDER_CORS_ORIGINS"),
            ("request_memory_mb", "1", "POSTRIDER_REQUEST_MEMORY_MB"),
            ("body_timeout_seconds", "0", "POSTRIDER_BODY_TIMEOUT_SECONDS"),
        ];
        for (name, text, variable) in rows {
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
