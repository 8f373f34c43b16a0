//! The table of all settings.

/// All settings: name in `postrider.toml`, environment variable, default.
pub(super) const SETTINGS: [(&str, &str, Option<&str>); 31] = [
    ("listen", "POSTRIDER_LISTEN", Some("127.0.0.1:8080")),
    ("store", "POSTRIDER_STORE", Some("sqlite:postrider.db")),
    ("read_store", "POSTRIDER_READ_STORE", None),
    ("role", "POSTRIDER_ROLE", Some("all")),
    ("node", "POSTRIDER_NODE", None),
    ("admin_key", "POSTRIDER_ADMIN_KEY", None),
    ("master_key", "POSTRIDER_MASTER_KEY", None),
    ("allow_http", "POSTRIDER_ALLOW_HTTP", Some("false")),
    ("allow_networks", "POSTRIDER_ALLOW_NETWORKS", Some("")),
    ("max_concurrency", "POSTRIDER_MAX_CONCURRENCY", Some("512")),
    ("keep_alive_seconds", "POSTRIDER_KEEP_ALIVE_SECONDS", Some("45")),
    ("max_connections", "POSTRIDER_MAX_CONNECTIONS", Some("10000")),
    ("max_connections_per_address", "POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS", Some("512")),
    ("trusted_proxies", "POSTRIDER_TRUSTED_PROXIES", Some("127.0.0.0/8,::1/128")),
    ("shutdown_seconds", "POSTRIDER_SHUTDOWN_SECONDS", Some("30")),
    ("retention_days", "POSTRIDER_RETENTION_DAYS", Some("90")),
    ("tenants_on_first_use", "POSTRIDER_TENANTS_ON_FIRST_USE", Some("false")),
    ("catalog_folder", "POSTRIDER_CATALOG_FOLDER", None),
    ("catalog_strict", "POSTRIDER_CATALOG_STRICT", Some("false")),
    ("ids", "POSTRIDER_IDS", Some("prefixed")),
    ("api_prefixes", "POSTRIDER_API_PREFIXES", Some("/api/v1")),
    ("cookie", "POSTRIDER_COOKIE", Some("access_token")),
    ("cors_origins", "POSTRIDER_CORS_ORIGINS", Some("")),
    ("request_memory_mb", "POSTRIDER_REQUEST_MEMORY_MB", Some("128")),
    ("body_timeout_seconds", "POSTRIDER_BODY_TIMEOUT_SECONDS", Some("30")),
    ("log", "POSTRIDER_LOG", Some("info")),
    ("log_format", "POSTRIDER_LOG_FORMAT", Some("text")),
    ("timeout_seconds", "WEBHOOK_TIMEOUT_SECONDS", Some("10")),
    ("max_retries", "WEBHOOK_MAX_RETRIES", Some("3")),
    ("retry_base_seconds", "WEBHOOK_RETRY_BASE_SECONDS", Some("1")),
    ("user_agent", "WEBHOOK_USER_AGENT", Some("Postrider-Webhooks/1.0")),
];

/// The environment variable of a setting.
pub(super) fn variable(name: &str) -> &'static str {
    SETTINGS.iter().find(|(known, ..)| *known == name).map_or("?", |(_, variable, _)| variable)
}
