//! What every scenario is given: which server to measure, where to keep data, how large to be.

use crate::machine::workspace;
use anyhow::{Context as _, ensure};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// What a run's folders are called.
const FOLDER: &str = "run-";
const STALE: Duration = Duration::from_secs(24 * 3_600);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The server's binary; without it, the release build of this workspace
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    /// End with 1 when a target is missed
    #[arg(long)]
    pub(crate) strict: bool,
    /// Makes loads and stores smaller, to try a scenario out; the targets hold for 1 alone
    #[arg(long, default_value_t = 1.0)]
    pub(crate) scale: f64,
    /// Where results.json and the plots go [default: bench/results]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) results: Option<PathBuf>,
}

pub(crate) struct Context {
    /// This program.
    pub(crate) own: PathBuf,
    pub(crate) server: PathBuf,
    /// Where stores are made: beside the build, so that it is a real disk and `cargo clean` removes it.
    pub(crate) data: PathBuf,
    pub(crate) scale: f64,
}

impl Context {
    pub(crate) fn prepare(options: &Options) -> anyhow::Result<Self> {
        ensure!(options.scale > 0.0 && options.scale <= 1.0, "--scale must be above 0 and at most 1");
        let own = std::env::current_exe().context("where this program lies")?;
        let beside = own.parent().context("this program lies in no folder")?;
        let server = match &options.server {
            Some(path) => path.clone(),
            None => build(beside)?,
        };
        let server = server.canonicalize().with_context(|| format!("{} is not there", server.display()))?;
        let data = beside.parent().unwrap_or(beside).join("bench-data");
        std::fs::create_dir_all(&data).with_context(|| format!("{} cannot be made", data.display()))?;
        sweep(&data);
        Ok(Self { own, server, data, scale: options.scale })
    }

    /// A number of things, made smaller when trying out.
    pub(crate) fn scaled(&self, number: u64) -> u64 {
        ((number as f64 * self.scale) as u64).max(1)
    }

    /// A duration in seconds, made smaller when trying out.
    pub(crate) fn seconds(&self, seconds: f64) -> f64 {
        (seconds * self.scale).max(0.5)
    }

    /// A folder that is removed when it is let go.
    pub(crate) fn folder(&self) -> anyhow::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix(FOLDER).tempdir_in(&self.data).context("a folder for the store cannot be made")
    }
}

/// A run that is killed leaves its folders behind; one of today may be another run's.
fn sweep(data: &Path) {
    let Ok(entries) = std::fs::read_dir(data) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(FOLDER)) {
        let age = entry.metadata().and_then(|known| known.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > STALE) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn build(beside: &Path) -> anyhow::Result<PathBuf> {
    let target = beside.parent().context("this program lies in no target folder")?;
    println!("building the server");
    let status = Command::new("cargo")
        .args(["build", "--release", "--package", "postrider", "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the server does not build");
    Ok(target.join("release").join("postrider"))
}
