//! Context of every scenario: the server to measure, the folder for data, and the scale.

use crate::machine::workspace;
use anyhow::{Context as _, ensure};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Prefix of the names of a run's folders.
const FOLDER: &str = "run-";
const STALE: Duration = Duration::from_secs(24 * 3_600);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The server's binary [default: the release build of this workspace]
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    /// Exit with 1 when a target is missed
    #[arg(long)]
    pub(crate) strict: bool,
    /// Scale of loads and stores, to try a scenario; targets only apply at scale 1
    #[arg(long, default_value_t = 1.0)]
    pub(crate) scale: f64,
    /// Folder of results.json and the plots [default: bench/results]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) results: Option<PathBuf>,
}

pub(crate) struct Context {
    /// The path of this program.
    pub(crate) own: PathBuf,
    pub(crate) server: PathBuf,
    /// Folder of the stores: next to the build, so that it is on a real disk and `cargo clean` removes it.
    pub(crate) data: PathBuf,
    pub(crate) scale: f64,
}

impl Context {
    pub(crate) fn prepare(options: &Options) -> anyhow::Result<Self> {
        ensure!(options.scale > 0.0 && options.scale <= 1.0, "--scale must be above 0 and at most 1");
        let own = std::env::current_exe().context("failed to find this program")?;
        let beside = own.parent().context("this program has no parent folder")?;
        let server = match &options.server {
            Some(path) => path.clone(),
            None => build(beside)?,
        };
        let server = server.canonicalize().with_context(|| format!("{} does not exist", server.display()))?;
        let data = beside.parent().unwrap_or(beside).join("bench-data");
        std::fs::create_dir_all(&data).with_context(|| format!("failed to create {}", data.display()))?;
        sweep(&data);
        Ok(Self { own, server, data, scale: options.scale })
    }

    /// A number, reduced by the scale.
    pub(crate) fn scaled(&self, number: u64) -> u64 {
        ((number as f64 * self.scale) as u64).max(1)
    }

    /// A duration in seconds, reduced by the scale.
    pub(crate) fn seconds(&self, seconds: f64) -> f64 {
        (seconds * self.scale).max(0.5)
    }

    /// A folder that is removed when dropped.
    pub(crate) fn folder(&self) -> anyhow::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix(FOLDER).tempdir_in(&self.data).context("failed to create the store folder")
    }
}

/// Removes folders of killed runs. Folders of the last day may belong to a concurrent run.
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
    let target = beside.parent().context("this program is not in a target folder")?;
    println!("building the server");
    let status = Command::new("cargo")
        .args(["build", "--release", "--package", "postrider", "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "failed to build the server");
    Ok(target.join("release").join("postrider"))
}
