//! What the tests need beside Rust: looked for, installed when missing and possible, else named.

use crate::run;
use anyhow::bail;
use std::process::{Command, Stdio};

/// A program, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 5] =
    [("cc", "gcc"), ("python3", "python3"), ("curl", "curl"), ("bash", "bash"), ("kill", "procps")];

fn found(program: &str) -> bool {
    let look = format!("command -v {program}");
    Command::new("sh").args(["-c", &look]).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

pub(crate) fn ensure() -> anyhow::Result<()> {
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|(program, _)| !found(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !is_root() || !found("apt-get") {
        bail!("the tests need these Debian packages, which only root can install: apt-get install {packages}");
    }
    println!("Installing what the tests need: {packages}");
    run("apt-get", &["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    run("apt-get", &install)
}
