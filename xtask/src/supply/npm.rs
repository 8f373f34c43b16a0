//! The packages of npm in the dashboard's bundle: those that `web/package-lock.json` does not mark as for development.

use crate::workspace::root;
use anyhow::{Context, anyhow};
use serde::Deserialize;
use std::{collections::BTreeMap, fs};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NpmPackage {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    /// SHA-512 of the package's archive, in hexadecimal.
    pub(super) sha512: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    version: Option<String>,
    license: Option<String>,
    integrity: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default, rename = "devOptional")]
    dev_optional: bool,
}

pub(super) fn packages() -> anyhow::Result<Vec<NpmPackage>> {
    let file = root().join("web/package-lock.json");
    let text = fs::read_to_string(&file).with_context(|| format!("failed to read {}", file.display()))?;
    parse(&text)
}

fn parse(text: &str) -> anyhow::Result<Vec<NpmPackage>> {
    let lock: Lock = serde_json::from_str(text).context("package-lock.json is malformed")?;
    let mut packages = Vec::new();
    for (path, entry) in lock.packages {
        // The first entry, with an empty path, is the project itself.
        let Some((_, name)) = path.rsplit_once("node_modules/") else { continue };
        if entry.dev || entry.dev_optional {
            continue;
        }
        let sha512 = entry.integrity.as_deref().and_then(|text| text.strip_prefix("sha512-")).map(hex).transpose()?;
        packages.push(NpmPackage {
            name: name.to_owned(),
            version: entry.version.with_context(|| format!("{path} has no version"))?,
            license: entry.license,
            sha512,
        });
    }
    packages.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    packages.dedup();
    Ok(packages)
}

/// Base64 with padding as hexadecimal.
fn hex(base64: &str) -> anyhow::Result<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut text, mut bits, mut held) = (String::new(), 0u32, 0u32);
    for byte in base64.trim_end_matches('=').bytes() {
        let digit = ALPHABET.iter().position(|one| *one == byte).ok_or_else(|| anyhow!("{base64:?} is not base64"))?;
        (bits, held) = ((bits << 6 | digit as u32) & 0xfff, held + 6);
        if held >= 8 {
            held -= 8;
            text.push_str(&format!("{:02x}", bits >> held & 0xff));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_for_development_are_not_in_the_bundle() {
        let text = r#"{"packages": {"": {"name": "web"},
            "node_modules/@a/b": {"version": "1.0.0", "license": "MIT", "integrity": "sha512-AP8Q"},
            "node_modules/c": {"version": "2.0.0", "dev": true},
            "node_modules/@a/b/node_modules/d": {"version": "3.0.0"},
            "node_modules/e": {"version": "1.0.0", "devOptional": true}}}"#;
        let found = parse(text).unwrap();
        let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
        assert_eq!(names, [("@a/b", "1.0.0"), ("d", "3.0.0")]);
        assert_eq!(found[0].sha512.as_deref(), Some("00ff10"));
        assert_eq!((hex("QQ==").unwrap(), hex("YWJj").unwrap()), ("41".into(), "616263".into()));
        assert!(hex("?").is_err());
    }
}
