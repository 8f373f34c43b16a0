//! One advisory of the RustSec database: its front matter, and the versions that it is about.

use anyhow::{Context, anyhow};
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

/// An advisory, as far as it says which versions of a crate are concerned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Advisory {
    pub(super) id: String,
    pub(super) package: String,
    pub(super) date: String,
    /// `unmaintained`, `unsound` or another kind of note; absent for a vulnerability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) informational: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) patched: Vec<VersionReq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unaffected: Vec<VersionReq>,
}

#[derive(Deserialize)]
struct FrontMatter {
    advisory: Head,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    package: String,
    date: String,
    withdrawn: Option<String>,
    informational: Option<String>,
}

#[derive(Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

impl Advisory {
    /// Reads a file of the database: Markdown that begins with TOML. `None` for an advisory that was withdrawn.
    pub(super) fn read(text: &str) -> anyhow::Result<Option<Self>> {
        let toml = text.trim_start().strip_prefix("```toml").and_then(|rest| rest.split_once("```"));
        let (toml, _) = toml.ok_or_else(|| anyhow!("the file does not begin with TOML"))?;
        let FrontMatter { advisory, versions } = toml::from_str(toml)?;
        if advisory.withdrawn.is_some() {
            return Ok(None);
        }
        let ranges = |texts: &[String]| -> anyhow::Result<Vec<VersionReq>> {
            let range = |text: &String| text.parse().with_context(|| format!("{text:?} is no range of versions"));
            texts.iter().map(range).collect()
        };
        Ok(Some(Self {
            patched: ranges(&versions.patched)?,
            unaffected: ranges(&versions.unaffected)?,
            id: advisory.id,
            package: advisory.package,
            date: advisory.date,
            informational: advisory.informational,
        }))
    }

    /// True when a version is in no range of patched or unaffected ones.
    pub(super) fn concerns(&self, version: &Version) -> bool {
        // A release candidate counts as its release: a range such as >=1.2.0 does not name it.
        let plain = Version::new(version.major, version.minor, version.patch);
        let safe = |range: &VersionReq| range.matches(version) || (!version.pre.is_empty() && range.matches(&plain));
        !self.patched.iter().chain(&self.unaffected).any(safe)
    }

    /// True for a vulnerability, which fails the check; other notes are shown only.
    pub(super) fn is_vulnerability(&self) -> bool {
        self.informational.as_ref().is_none_or(|kind| kind == "unsound")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advisory(versions: &str) -> Advisory {
        let head = "[advisory]\nid = \"RUSTSEC-2000-0001\"\npackage = \"a\"\ndate = \"2000-01-02\"\n";
        Advisory::read(&format!("```toml\n{head}\n[versions]\n{versions}\n```\n\n# Title\n")).unwrap().unwrap()
    }

    #[test]
    fn versions_outside_of_all_safe_ranges_are_concerned() {
        let rows = [
            ("patched = [\">= 1.18.4, < 1.19.0\", \">= 1.20.3\"]\nunaffected = [\"< 1.7.0\"]", "1.18.3", true),
            ("patched = [\">= 1.18.4, < 1.19.0\", \">= 1.20.3\"]\nunaffected = [\"< 1.7.0\"]", "1.18.5", false),
            ("patched = [\">= 1.18.4, < 1.19.0\", \">= 1.20.3\"]\nunaffected = [\"< 1.7.0\"]", "1.19.0", true),
            ("patched = [\">= 1.18.4, < 1.19.0\", \">= 1.20.3\"]\nunaffected = [\"< 1.7.0\"]", "1.6.9", false),
            ("patched = [\"^0.3.2\", \">= 0.4\"]", "0.3.1", true),
            ("patched = []", "99.0.0", true),
            ("patched = [\">= 2.0.0\"]", "2.0.0-rc.1", false),
            ("patched = [\">= 2.0.0\"]", "1.9.0-rc.1", true),
        ];
        for (versions, version, expected) in rows {
            assert_eq!(advisory(versions).concerns(&version.parse().unwrap()), expected, "{versions} {version}");
        }
    }

    #[test]
    fn withdrawn_advisories_do_not_count_and_malformed_ones_are_errors() {
        let head = "[advisory]\nid = \"R\"\npackage = \"a\"\ndate = \"2000-01-02\"\n";
        assert!(Advisory::read(&format!("```toml\n{head}withdrawn = \"2001-01-01\"\n```\n")).unwrap().is_none());
        for wrong in
            ["# Title", "```toml\n[advisory]\n```", &format!("```toml\n{head}[versions]\npatched = [\"nothing\"]\n```")]
        {
            assert!(Advisory::read(wrong).is_err(), "{wrong}");
        }
        let unsound = format!("```toml\n{head}informational = \"unsound\"\n```");
        assert!(Advisory::read(&unsound).unwrap().unwrap().is_vulnerability());
        let old = format!("```toml\n{head}informational = \"unmaintained\"\n```");
        assert!(!Advisory::read(&old).unwrap().unwrap().is_vulnerability());
    }
}
