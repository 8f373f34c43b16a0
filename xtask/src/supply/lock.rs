//! The packages of `Cargo.lock`.

use crate::workspace::root;
use anyhow::Context;
use serde::Deserialize;
use std::fs;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: semver::Version,
    /// Absent for the workspace's own packages.
    pub(super) source: Option<String>,
    /// SHA-256 of the package's archive.
    pub(super) checksum: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

pub(super) fn packages() -> anyhow::Result<Vec<Package>> {
    let text = fs::read_to_string(root().join("Cargo.lock")).context("failed to read Cargo.lock")?;
    parse(&text)
}

fn parse(text: &str) -> anyhow::Result<Vec<Package>> {
    Ok(toml::from_str::<Lock>(text).context("Cargo.lock is malformed")?.package)
}

#[cfg(test)]
pub(super) fn package(name: &str, version: &str) -> Package {
    Package { name: name.into(), version: version.parse().unwrap(), source: None, checksum: None }
}
