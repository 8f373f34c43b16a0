//! The dashboard's generated files: the types of the API (`web/src/api/schema.d.ts`) and the bundle (`web/dist`), which the
//! server embeds. Both are committed, so that a build of the server needs no Node.

use crate::{mode::Mode, workspace::root};
use anyhow::{Context, bail, ensure};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest Node that the build tool runs on, and the major version that the bundle is built with.
const MAJOR: u32 = 20;
const MINOR: u32 = 19;

const DOCUMENT: &str = "../docs/openapi.json";

/// A folder that git ignores, for what is compared with the committed files.
const SCRATCH: &str = "node_modules/.generated";

/// Builds both, and writes them or compares them with the committed ones.
pub(crate) fn run(mode: Mode) -> anyhow::Result<()> {
    install()?;
    let (schema, bundle) = match mode {
        Mode::Write => ("src/api/schema.d.ts".to_owned(), "dist".to_owned()),
        Mode::Check => (format!("{SCRATCH}/schema.d.ts"), format!("{SCRATCH}/dist")),
    };
    npm(&["exec", "--", "openapi-typescript", DOCUMENT, "--default-non-nullable", "false", "--output", &schema])?;
    npm(&["exec", "--", "vite", "build", "--logLevel", "warn", "--emptyOutDir", "--outDir", &bundle])?;
    if mode == Mode::Check {
        let known = |path: &str| files(&web().join(path));
        let same = fs::read(web().join("src/api/schema.d.ts"))? == fs::read(web().join(&schema))?
            && known("dist")? == known(&bundle)?;
        ensure!(same, "the dashboard is out of date: run `cargo xtask codegen` and commit web/");
    }
    Ok(())
}

/// Checks types, style, tests and sizes of the dashboard.
pub(crate) fn test() -> anyhow::Result<()> {
    install()?;
    npm(&["run", "--silent", "check"])
}

fn web() -> PathBuf {
    root().join("web")
}

/// Installs the npm packages of the lock file, unless they are there.
pub(crate) fn install() -> anyhow::Result<()> {
    let version = Command::new("node").arg("--version").output().context("the dashboard needs Node")?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    ensure!(is_new_enough(&version), "the dashboard is built with Node {MAJOR}.{MINOR} or later; found {version:?}");
    let changed = |file: &str| fs::metadata(web().join(file)).and_then(|file| file.modified());
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_ok_and(|at| changed("package-lock.json").is_ok_and(|lock| lock <= at)) {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(MAJOR), Some(MINOR))
}

fn npm(arguments: &[&str]) -> anyhow::Result<()> {
    println!("$ npm {}", arguments.join(" "));
    let status = Command::new("npm").args(arguments).current_dir(web()).status().context("failed to run npm")?;
    if !status.success() {
        bail!("`npm {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// The files below a folder, by their paths in it.
fn files(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    fn collect(root: &Path, folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                collect(root, &path, all)?;
            } else {
                all.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), fs::read(&path)?);
            }
        }
        Ok(())
    }
    let mut all = BTreeMap::new();
    collect(folder, folder, &mut all)?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_must_be_new_enough() {
        for (version, is_enough) in
            [("v18.20.4", false), ("v20.18.0", false), ("v20.19.0", true), ("v22.1.0", true), ("", false), ("x", false)]
        {
            assert_eq!(is_new_enough(version), is_enough, "{version}");
        }
    }
}
