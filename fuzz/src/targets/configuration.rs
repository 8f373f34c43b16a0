//! `postrider.toml`, and the values of settings, which variables and flags have too.

use crate::{
    config::{Config, examine},
    input::parts,
};
use std::{fs, path::Path};

pub(super) const WORDS: &[&str] = &[
    "listen = \"127.0.0.1:8080\"\n",
    "store = \"postgres://u:p@h/d\"\n",
    "sqlite:",
    "allow_networks",
    "retention_days = ",
    "[catalog]\nstrict = true\n",
    "log = \"info,postrider::delivery=warn\"\n",
    "rate_limit = \"100/second/20\"\n",
    "otlp_headers",
    "api_prefixes",
    "public_url",
    "master_key",
    "[",
    "'''",
    "\u{1e}",
    "1979-05-27T07:32:00Z",
    "{a=1}",
];

/// Settings of the second part, which a line sets as a flag does.
const FLAGS: [&str; 12] = [
    "listen",
    "store",
    "allow_networks",
    "trusted_proxies",
    "api_prefixes",
    "cors_origins",
    "public_url",
    "log",
    "rate_limit",
    "otlp_headers",
    "resource_attributes",
    "user_agent",
];

const SECRET: &str = "c2VjcmV0LW9mLTMyLWJ5dGVzLXRoYXQtaXMtbm90";

/// A file; then values of flags, one a line.
pub(super) fn run(input: &[u8]) {
    let [file, values] = parts(input);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postrider.toml");
    fs::write(&path, file).unwrap();
    let values = String::from_utf8_lossy(values);
    let flags = || {
        let given = FLAGS.into_iter().zip(values.lines()).filter(|(_, value)| !value.is_empty());
        // A secret is in every run, and in no message.
        given.map(|(name, value)| (name, Some(value.to_owned()))).chain([("master_key", Some(SECRET.to_owned()))])
    };
    check(&path, flags().collect(), flags().collect());
}

fn check(path: &Path, first: crate::config::Flags, second: crate::config::Flags) {
    let examined = examine(Some(path), first).unwrap();
    let read = Config::read(Some(path), second);
    assert_eq!(read.is_ok(), examined.faults.is_empty(), "{:?} {:?}", read.err(), examined.faults);
    for fault in &examined.faults {
        assert!(!fault.is_empty() && !fault.contains(SECRET), "{fault}");
    }
    if let Ok(config) = read {
        assert!((8..=65_536).contains(&config.max_concurrency) && (0.0..=1.0).contains(&config.log_sample));
        assert!(config.shown.iter().all(|one| one.value.as_ref().is_none_or(|value| !value.contains(SECRET))));
    }
}
