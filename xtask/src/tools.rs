//! What the tests need beside Rust: looked for, installed when missing and possible, else named.

use crate::run;
use anyhow::{Context, bail};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// A program, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 21] = [
    ("cc", "gcc"),
    ("python3", "python3"),
    ("curl", "curl"),
    ("bash", "bash"),
    ("kill", "procps"),
    ("psql", POSTGRESQL),
    ("initdb", POSTGRESQL),
    ("pgbouncer", "pgbouncer"),
    ("faketime", "faketime"),
    ("sqlite3", "sqlite3"),
    ("prlimit", "util-linux"),
    ("script", "bsdutils"),
    ("mount", "mount"),
    ("node", "nodejs"),
    ("nginx", "nginx-light"),
    ("npm", "npm"),
    ("chromium", "chromium"),
    // The languages of docs/receiving.md.
    ("php", "php-cli"),
    ("ruby", "ruby"),
    ("go", "golang-go"),
    ("javac", "openjdk-17-jdk-headless"),
];

/// With these `python3 -m venv` makes an environment that has pip. Debian's `python3` alone does not.
const VENV: [&str; 2] = ["python3-venv", "python3-pip"];

const POSTGRESQL: &str = "postgresql";
/// There once PostgreSQL was installed; what it says is then the machine's owner's affair.
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.conf";
/// Read along with that file.
const MORE_CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.d";

/// Looks on the PATH, and where Debian has servers' programs.
fn found(program: &str) -> bool {
    let look = r#"for more in /usr/sbin /usr/lib/postgresql/*/bin; do PATH="$PATH:$more"; done; command -v "$0""#;
    Command::new("sh").args(["-c", look, program]).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn has_venv() -> bool {
    let mut look = Command::new("python3");
    look.args(["-c", "import venv, ensurepip"]).stdout(Stdio::null()).stderr(Stdio::null());
    look.status().is_ok_and(|status| status.success())
}

/// The tests start servers of their own. Without this, Debian's package makes one that runs from then on.
fn no_server_at_installation() -> anyhow::Result<()> {
    if Path::new(CLUSTER_SETTINGS).exists() {
        return Ok(());
    }
    let written = fs::create_dir_all(MORE_CLUSTER_SETTINGS).and_then(|()| {
        fs::write(Path::new(MORE_CLUSTER_SETTINGS).join("no-server.conf"), "create_main_cluster = false\n")
    });
    written.with_context(|| format!("{MORE_CLUSTER_SETTINGS} cannot be written"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

pub(crate) fn ensure() -> anyhow::Result<()> {
    let mut missing: Vec<&str> =
        PROGRAMS.iter().filter(|(program, _)| !found(program)).map(|(_, package)| *package).collect();
    missing.dedup();
    if !has_venv() {
        missing.extend(VENV);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !is_root() || !found("apt-get") {
        bail!("the tests need these Debian packages, which only root can install: apt-get install {packages}");
    }
    println!("Installing what the tests need: {packages}");
    if missing.contains(&POSTGRESQL) {
        no_server_at_installation()?;
    }
    run("apt-get", &["update", "-qq"])?;
    let mut install =
        vec!["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    run("env", &install)
}
