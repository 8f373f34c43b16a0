//! `cargo xtask advisories`: compares `Cargo.lock` with advisories about its crates.
//!
//! The advisories come from a clone of the RustSec database, or from `advisories.toml`, which `--vendor` writes from
//! such a clone: only those about crates of `Cargo.lock`, without their texts.

use super::{
    advisory::Advisory,
    lock::{self, Package},
};
use crate::workspace::{root, target_folder};
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the database is published. Its contents are in the public domain (CC0 1.0).
const SOURCE: &str = "https://github.com/RustSec/advisory-db";

/// Advisories that do not apply, each with its reason.
const ACCEPTED: [(&str, &str); 0] = [];

/// A set of advisories with its origin.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Set {
    source: String,
    /// The commit of the database, and its date.
    revision: String,
    date: String,
    #[serde(default)]
    advisory: Vec<Advisory>,
}

/// A package with an advisory about its version.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    package: String,
    advisory: Advisory,
}

pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<()> {
    let packages = lock::packages()?;
    let set = match arguments {
        [] if vendored().is_file() => read_vendored(&vendored())?,
        [] => of_clone(&cloned()?, &packages)?,
        ["--vendor", folder] => {
            let set = of_clone(Path::new(folder), &packages)?;
            fs::write(vendored(), vendored_text(&set)?)?;
            println!("wrote {} advisories to {}", set.advisory.len(), vendored().display());
            set
        }
        [folder] if !folder.starts_with('-') => of_clone(Path::new(folder), &packages)?,
        _ => bail!("usage: cargo xtask advisories [FOLDER | --vendor FOLDER], of a clone of {SOURCE}"),
    };
    report(&set, &packages)
}

fn report(set: &Set, packages: &[Package]) -> anyhow::Result<()> {
    let (count, from) = (set.advisory.len(), &set.source);
    println!("{count} advisories about our crates, of {from} at {} ({})", set.revision, set.date);
    let mut vulnerable = 0;
    for Finding { package, advisory } in findings(set, packages) {
        let kind = advisory.informational.as_deref().unwrap_or("vulnerability");
        match ACCEPTED.iter().find(|(id, _)| *id == advisory.id) {
            Some((_, reason)) => println!("{package}: {} ({kind}) is accepted: {reason}", advisory.id),
            None => {
                println!("{package}: {} ({kind}, {}): https://rustsec.org/advisories/{0}", advisory.id, advisory.date);
                vulnerable += usize::from(advisory.is_vulnerability());
            }
        }
    }
    if vulnerable > 0 {
        bail!("{vulnerable} packages have a known vulnerability");
    }
    println!("no package of Cargo.lock has a known vulnerability of that set");
    Ok(())
}

fn findings(set: &Set, packages: &[Package]) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages {
        let about = set.advisory.iter().filter(|one| one.package == package.name && one.concerns(&package.version));
        let name = format!("{} {}", package.name, package.version);
        found.extend(about.map(|advisory| Finding { package: name.clone(), advisory: advisory.clone() }));
    }
    found
}

fn vendored() -> PathBuf {
    root().join("advisories.toml")
}

fn read_vendored(file: &Path) -> anyhow::Result<Set> {
    let text = fs::read_to_string(file)?;
    toml::from_str(&text).with_context(|| format!("{} is malformed", file.display()))
}

fn vendored_text(set: &Set) -> anyhow::Result<String> {
    let head = "# Written by `cargo xtask advisories --vendor FOLDER`: the advisories about crates of Cargo.lock, without\n\
                # their texts. The database is in the public domain (CC0 1.0).\n";
    Ok(format!("{head}{}", toml::to_string(set)?))
}

/// The advisories of a clone about crates of the lock file, sorted by crate and id.
fn of_clone(folder: &Path, packages: &[Package]) -> anyhow::Result<Set> {
    let crates = folder.join("crates");
    if !crates.is_dir() {
        bail!("{} is no clone of {SOURCE}", folder.display());
    }
    let mut names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut advisory = Vec::new();
    for name in names {
        let Ok(entries) = fs::read_dir(crates.join(name)) else { continue };
        let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "md")) {
            let text = fs::read_to_string(file)?;
            advisory.extend(Advisory::read(&text).with_context(|| file.display().to_string())?);
        }
    }
    let git = |format: &str| -> anyhow::Result<String> {
        let output = Command::new("git").arg("-C").arg(folder).args(["log", "-1", format]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Ok(Set { source: SOURCE.into(), revision: git("--format=%H")?, date: git("--format=%cs")?, advisory })
}

/// A clone in the target folder, made or renewed over the network.
fn cloned() -> anyhow::Result<PathBuf> {
    let folder = target_folder().join("advisory-db");
    let mut git = Command::new("git");
    match folder.is_dir() {
        true => git.arg("-C").arg(&folder).args(["pull", "--quiet", "--ff-only"]),
        false => git.args(["clone", "--quiet", "--depth", "1", SOURCE]).arg(&folder),
    };
    if !git.status().context("failed to run git")?.success() {
        bail!("{SOURCE} cannot be reached; give the folder of a clone, or its copy in advisories.toml");
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database with one advisory, about versions of `a` before 1.2.0.
    fn database() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let crates = folder.path().join("crates/a");
        fs::create_dir_all(&crates).unwrap();
        let text = "```toml\n[advisory]\nid = \"RUSTSEC-2000-0001\"\npackage = \"a\"\ndate = \"2000-01-02\"\n\n[versions]\n\
                    patched = [\">= 1.2.0\"]\n```\n\n# Title\n";
        fs::write(crates.join("RUSTSEC-2000-0001.md"), text).unwrap();
        folder
    }

    #[test]
    fn a_vulnerable_version_is_found_and_fails_the_check() {
        let database = database();
        for (version, expected) in [("1.1.9", 1), ("1.2.0", 0)] {
            let packages = [lock::package("a", version), lock::package("b", "0.1.0")];
            let set = of_clone(database.path(), &packages).unwrap();
            assert_eq!(set.advisory.len(), 1);
            assert_eq!(findings(&set, &packages).len(), expected);
            assert_eq!(report(&set, &packages).is_err(), expected == 1);
        }
        assert!(of_clone(Path::new("/nowhere"), &[]).is_err());
    }

    #[test]
    fn the_vendored_form_is_read_back() {
        let database = database();
        let set = of_clone(database.path(), &[lock::package("a", "1.0.0")]).unwrap();
        let file = database.path().join("advisories.toml");
        fs::write(&file, vendored_text(&set).unwrap()).unwrap();
        assert_eq!(read_vendored(&file).unwrap(), set);
    }

    #[test]
    fn the_lock_file_has_no_vulnerability_of_the_vendored_set() {
        if vendored().is_file() {
            report(&read_vendored(&vendored()).unwrap(), &lock::packages().unwrap()).unwrap();
        }
    }
}
