//! The settings as the operator may see them: value and source of each, secrets masked.

use super::settings::SETTINGS;
use api::{SettingShown, SettingSource};
use std::collections::BTreeSet;

/// Pages with the meaning of each setting, which is their only description.
const PAGES: [&str; 2] =
    [include_str!("../../../../docs/configuration.md"), include_str!("../../../../docs/tracing.md")];

/// Settings whose values are secrets. The arguments of a command may have one.
const SECRETS: [&str; 8] = [
    "admin_key",
    "master_key",
    "master_key_command",
    "other_master_keys",
    "other_master_keys_command",
    "jwt_secret",
    "otlp_headers",
    "traces_headers",
];
/// Settings whose values are URLs that may have a password.
const URLS: [&str; 5] = ["store", "read_store", "jwt_jwks_url", "otlp_endpoint", "traces_endpoint"];
/// A masked value.
const MASKED: &str = "***";

/// Names of the settings that each source sets.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) flags: BTreeSet<String>,
    pub(super) environment: BTreeSet<String>,
    pub(super) file: BTreeSet<String>,
}

impl Sources {
    fn of(&self, name: &str) -> SettingSource {
        if self.flags.contains(name) {
            SettingSource::Flag
        } else if self.environment.contains(name) {
            SettingSource::Environment
        } else if self.file.contains(name) {
            SettingSource::File
        } else {
            SettingSource::Default
        }
    }
}

/// All settings in the order of their table; `value` returns the value of a setting.
pub(super) fn shown(value: impl Fn(&str) -> Option<String>, sources: &Sources) -> Vec<SettingShown> {
    let setting = |(name, variable, default): &(&'static str, &'static str, Option<&'static str>)| SettingShown {
        name: variable,
        value: value(name).map(|value| without_secret(name, value)),
        source: sources.of(name),
        default: default.filter(|default| !default.is_empty()).map(str::to_owned),
        description: description(variable).unwrap_or_default(),
    };
    SETTINGS.iter().map(setting).collect()
}

fn without_secret(name: &str, value: String) -> String {
    if SECRETS.contains(&name) {
        return MASKED.to_owned();
    }
    if !URLS.contains(&name) {
        return value;
    }
    let Ok(mut url) = url::Url::parse(&value) else { return value };
    if url.password().is_some() {
        // Only URLs without a host refuse a password, and they have none.
        let _ = url.set_password(Some(MASKED));
    }
    let is_secret = |key: &str| key.to_ascii_lowercase().contains("password");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(key, _)| is_secret(key)) {
        let masked = pairs.iter().map(|(key, value)| (key, if is_secret(key) { MASKED } else { value }));
        url.query_pairs_mut().clear().extend_pairs(masked);
    }
    // An address without anything secret stays as it was written.
    if url.as_str().contains(MASKED) { url.to_string() } else { value }
}

/// The meaning of a variable: the last cell of its row, without Markdown.
fn description(variable: &str) -> Option<String> {
    let quoted = format!("`{variable}`");
    let row = PAGES.iter().flat_map(|page| page.lines()).find(|line| {
        let first = line.strip_prefix("| ").and_then(|cells| cells.split(" | ").next());
        first.is_some_and(|cell| cell.split(", ").any(|name| name == quoted))
    })?;
    let last = row.trim_end_matches('|').trim_end().rsplit(" | ").next()?;
    Some(plain(last))
}

/// The text without code marks and links.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        text.push_str(before);
        match link.split_once("](").and_then(|(label, target)| Some((label, target.split_once(')')?.1))) {
            Some((label, after)) => {
                text.push_str(label);
                rest = after;
            }
            None => {
                text.push('[');
                rest = link;
            }
        }
    }
    text.push_str(rest);
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::variable;

    /// All settings; one of them, if any, has a value.
    fn with(given: Option<(&str, &str)>) -> Vec<SettingShown> {
        let value = |name: &str| given.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        shown(value, &Sources::default())
    }

    fn value(name: &str, given: Option<&str>) -> Option<String> {
        let all = with(given.map(|value| (name, value)));
        all.into_iter().find(|one| one.name == variable(name)).unwrap().value
    }

    #[test]
    fn every_setting_has_a_description() {
        let all = with(None);
        assert_eq!(all.len(), SETTINGS.len());
        for one in &all {
            assert!(!one.description.is_empty(), "{} has no row in docs/configuration.md", one.name);
            assert!(!one.description.contains(['`', '|']) && !one.description.contains("]("), "{}", one.description);
        }
        let store = all.iter().find(|one| one.name == "POSTRIDER_STORE").unwrap();
        let text = "the store: a SQLite file, or postgres://… (postgres.md); also --store";
        assert_eq!(store.description, text);
    }

    #[test]
    fn secrets_are_masked() {
        for name in SECRETS {
            assert_eq!(value(name, Some("c2VjcmV0")).as_deref(), Some("***"));
            assert_eq!(value(name, None), None);
        }
        for (url, masked) in [
            ("sqlite:postrider.db", "sqlite:postrider.db"),
            ("postgres://postrider@db/postrider?sslmode=require", "postgres://postrider@db/postrider?sslmode=require"),
            ("postgres://postrider:hush@db:5432/postrider", "postgres://postrider:***@db:5432/postrider"),
            ("postgres://db/postrider?user=a&password=hush", "postgres://db/postrider?user=a&password=***"),
            ("postgres://db/postrider?sslpassword=hush", "postgres://db/postrider?sslpassword=***"),
        ] {
            assert_eq!(value("store", Some(url)).as_deref(), Some(masked));
        }
    }

    #[test]
    fn the_last_source_of_a_setting_is_named() {
        let name = |name: &str| BTreeSet::from([name.to_owned()]);
        let mut sources = Sources { file: name("listen"), ..Sources::default() };
        assert_eq!(sources.of("listen"), SettingSource::File);
        sources.environment = name("listen");
        assert_eq!(sources.of("listen"), SettingSource::Environment);
        sources.flags = name("listen");
        assert_eq!((sources.of("listen"), sources.of("store")), (SettingSource::Flag, SettingSource::Default));
    }
}
