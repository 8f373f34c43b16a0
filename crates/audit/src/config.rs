//! The configuration file `postrider-audit.toml`, parsed and validated: the catalog's source, names of functions and
//! buses, selection of files, gates, and accepted gaps.

use serde::Deserialize;

/// Name of the file, looked for in the current folder, else in the first audited path.
pub const FILE_NAME: &str = "postrider-audit.toml";

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub catalog: CatalogConfig,
    pub publish: PublishConfig,
    pub files: FilesConfig,
    pub gate: GateConfig,
    /// Gaps that are accepted with a reason and fail no gate.
    pub accept: Vec<Accepted>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatalogConfig {
    /// `code`, `shipped`, `configured`, a file or a URL.
    pub source: Option<String>,
    /// The main set of constants: `WebhookEvent` or `webhooks/models.py:WebhookEvent`.
    pub main: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishConfig {
    /// More functions that publish.
    pub functions: Vec<String>,
    /// Functions that do not publish although their names match.
    pub ignore: Vec<String>,
    /// More names of arguments that are events.
    pub arguments: Vec<String>,
    /// Buses that lead to the webhooks: names of classes, functions or variables.
    pub main_bus: Vec<String>,
    /// Buses that do not lead to the webhooks.
    pub other_bus: Vec<String>,
    /// Words that name a tenant.
    pub tenant: Vec<String>,
    /// More tables that belong to the webhook system.
    pub tables: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilesConfig {
    /// Reads only these, as globs below the path; everything when empty.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// More paths that are tests.
    pub tests: Vec<String>,
    /// Larger files are skipped.
    pub max_bytes: Option<u64>,
    /// `false` skips files with a syntax error instead of reading their valid parts.
    pub read_broken: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateConfig {
    /// The minimum coverage, in per cent.
    pub fail_under: Option<f64>,
    /// A file that `--write-baseline` wrote.
    pub baseline: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// An event type, or a pattern with `*` at its end.
    pub event: String,
    pub reason: String,
}

impl Accepted {
    pub fn fits(&self, event: &str) -> bool {
        match self.event.strip_suffix('*') {
            Some(start) => event.starts_with(start),
            None => self.event == event,
        }
    }
}

/// An invalid configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    #[error("accept: {0:?} has no reason; say why the gap is accepted")]
    NoReason(String),
    #[error("gate.fail_under is {0}; it is a percentage from 0 to 100")]
    Percentage(f64),
}

const TENANT: &[&str] =
    &["tenant", "tenants", "org", "organization", "organisation", "account", "workspace", "empresa"];

impl Config {
    pub fn parse(text: &str) -> Result<Self, ConfigFault> {
        let config: Self = toml::from_str(text)?;
        if let Some(empty) = config.accept.iter().find(|one| one.reason.trim().is_empty()) {
            return Err(ConfigFault::NoReason(empty.event.clone()));
        }
        match config.gate.fail_under {
            Some(wrong) if !(0.0..=100.0).contains(&wrong) => Err(ConfigFault::Percentage(wrong)),
            _ => Ok(config),
        }
    }

    pub(crate) fn tenant_words(&self) -> Vec<String> {
        if self.publish.tenant.is_empty() {
            return TENANT.iter().map(|word| (*word).to_owned()).collect();
        }
        self.publish.tenant.clone()
    }

    /// The reason for accepting a gap, from the first entry that matches.
    pub(crate) fn accepted(&self, event: &str) -> Option<&str> {
        self.accept.iter().find(|one| one.fits(event)).map(|one| one.reason.as_str())
    }
}
