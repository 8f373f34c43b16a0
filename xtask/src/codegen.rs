//! Generated files: printed by the binary or made by [`dashboards`], committed, and checked to be up to date.

use crate::{bundle, dashboards, mode::Mode, workspace::root};
use anyhow::{Context, bail, ensure};
use std::{fs, path::Path, process::Command};

/// A file, and the arguments of `postrider` that print it.
const FILES: [(&str, &[&str]); 3] = [
    ("docs/openapi.json", &["openapi"]),
    ("docs/events.md", &["catalog", "export", "--format", "markdown"]),
    ("docs/asyncapi.json", &["catalog", "export", "--format", "asyncapi"]),
];

pub(crate) fn run(mode: Mode) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    let mut files = dashboards::files(&root())?;
    for (file, arguments) in FILES {
        files.insert(file.to_owned(), postrider(arguments)?);
    }
    for (file, made) in files {
        let path = root().join(&file);
        let known = fs::read(&path).unwrap_or_default();
        if known == made {
            continue;
        }
        match mode {
            Mode::Check => stale.push(file),
            Mode::Write => write(&path, &made)?,
        }
    }
    if !stale.is_empty() {
        bail!("out of date: {}; run `cargo xtask codegen` and commit", stale.join(", "));
    }
    // After the OpenAPI document, from which its types are made.
    bundle::run(mode)
}

fn postrider(arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new("cargo")
        .args(["run", "--quiet", "--package", "postrider", "--"])
        .args(arguments)
        .current_dir(root())
        .output()
        .context("failed to run cargo")?;
    ensure!(
        output.status.success(),
        "postrider {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes).with_context(|| format!("failed to write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}
