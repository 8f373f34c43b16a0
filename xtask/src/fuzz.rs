//! `cargo xtask fuzz`: fuzz targets under libFuzzer, on the stable compiler.
//!
//! The runner is a workspace of its own (`fuzz/libfuzzer`) and has a folder of its own for what it builds, since it is
//! compiled with instrumentation. It gets the versions of the workspace's `Cargo.lock`.

use crate::workspace::{host, root, target_folder};
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Instrumentation of `cargo fuzz`, without a sanitizer, which the stable compiler does not have.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Minutes for each target, when none are given.
const MINUTES: u64 = 5;
/// The longest input, in bytes; the longest time for one, in seconds; the most memory, in MiB.
const LIMITS: [&str; 3] = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"];

/// The options of a run.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// All targets when none is named.
    target: Option<String>,
    minutes: u64,
}

pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<()> {
    let options = options(arguments)?;
    let names = targets()?;
    let chosen: Vec<&String> =
        names.iter().filter(|name| options.target.as_ref().is_none_or(|one| one == *name)).collect();
    if chosen.is_empty() {
        bail!("no target has this name; there are: {}", names.join(", "));
    }
    let folder = target_folder().join("fuzz");
    let runner = build(&folder)?;
    let mut failed = Vec::new();
    for name in chosen {
        let executions = fuzz(&runner, &folder, name, options.minutes)?;
        match executions {
            Some(count) => println!("{name}: {count} executions"),
            None => failed.push(name.as_str()),
        }
    }
    if !failed.is_empty() {
        bail!("a rule was broken by {}; the inputs are in {}", failed.join(", "), folder.join("artifacts").display());
    }
    Ok(())
}

fn options(arguments: &[&str]) -> anyhow::Result<Options> {
    let mut options = Options { target: None, minutes: MINUTES };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--minutes" => {
                let text = rest.next().context("--minutes needs a number")?;
                options.minutes = text.parse().with_context(|| format!("{text} is no number of minutes"))?;
            }
            name if options.target.is_none() && !name.starts_with('-') => options.target = Some(name.to_owned()),
            other => bail!("unknown option {other}"),
        }
    }
    Ok(options)
}

/// The names of the targets, which are those of the folders with their seeds.
fn targets() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/corpus"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn build(folder: &Path) -> anyhow::Result<PathBuf> {
    let package = root().join("fuzz/libfuzzer");
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock"))?;
    let host = host()?;
    // With a target, the flags do not apply to build scripts and macros.
    let status = Command::new("cargo")
        .args(["build", "--release", "--target", &host, "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", folder)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
        .env_remove("RUSTFLAGS")
        .status()
        .context("failed to run cargo")?;
    if !status.success() {
        bail!("the runner cannot be built");
    }
    Ok(folder.join(host).join("release/postrider-libfuzzer"))
}

/// Runs a target; the number of executions, or `None` when an input broke a rule.
fn fuzz(runner: &Path, folder: &Path, name: &str, minutes: u64) -> anyhow::Result<Option<u64>> {
    let (found, artifacts) = (folder.join("corpus").join(name), folder.join("artifacts"));
    let dictionary = folder.join(format!("{name}.dict"));
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let command = || {
        let mut command = Command::new(runner);
        command.env("POSTRIDER_FUZZ_TARGET", name);
        command
    };
    if !command().env("POSTRIDER_FUZZ_DICTIONARY", &dictionary).status()?.success() {
        bail!("{name} is no target of the runner");
    }
    // libFuzzer refuses an empty one.
    let given = fs::metadata(&dictionary)?.len() > 0;
    let output = command()
        .args([&found, &root().join("fuzz/corpus").join(name)])
        .args(LIMITS)
        .arg(format!("-max_total_time={}", minutes * 60))
        .args(given.then(|| format!("-dict={}", dictionary.display())))
        .arg(format!("-artifact_prefix={}/{name}-", artifacts.display()))
        .arg("-print_final_stats=1")
        .output()
        .with_context(|| format!("failed to run {}", runner.display()))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        eprintln!("{text}");
        return Ok(None);
    }
    let count = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    Ok(Some(count.and_then(|count| count.trim().parse().ok()).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_a_target_and_minutes() {
        let some = |target: Option<&str>, minutes| Options { target: target.map(str::to_owned), minutes };
        assert_eq!(options(&[]).unwrap(), some(None, MINUTES));
        assert_eq!(options(&["urls", "--minutes", "2"]).unwrap(), some(Some("urls"), 2));
        for wrong in [&["--minutes"][..], &["--minutes", "x"], &["urls", "ids"], &["--fast"]] {
            assert!(options(wrong).is_err(), "{wrong:?}");
        }
    }
}
