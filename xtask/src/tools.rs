//! Programs that the tests need besides Rust: found, or installed if missing and possible, else named in an error.

use crate::workspace::run;
use anyhow::{Context, bail};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

/// A program, and the Debian package that contains it.
const PROGRAMS: [(&str, &str); 24] = [
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
    ("tinyproxy", "tinyproxy-bin"),
    ("microsocks", "microsocks"),
    // With promtool.
    ("prometheus", "prometheus"),
    ("npm", "npm"),
    ("chromium", "chromium"),
    // The languages of docs/receiving.md.
    ("php", "php-cli"),
    ("ruby", "ruby"),
    ("go", "golang-go"),
    ("javac", "openjdk-17-jdk-headless"),
];

/// `python3 -m venv` needs these to create an environment with pip; Debian's `python3` alone does not suffice.
const VENV: [&str; 2] = ["python3-venv", "python3-pip"];

/// Debian's installation of a package starts its server, unless this program exits with 101.
const POLICY: &str = "/usr/sbin/policy-rc.d";

const POSTGRESQL: &str = "postgresql";
/// Exists once PostgreSQL is installed; its contents are then up to the machine's owner.
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.conf";
/// Read in addition to that file.
const MORE_CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.d";

/// Searches the PATH, and Debian's folders of server programs.
fn found(program: &str) -> bool {
    let look = r#"for more in /usr/sbin /usr/lib/postgresql/*/bin; do PATH="$PATH:$more"; done; command -v "$0""#;
    Command::new("sh").args(["-c", look, program]).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn has_venv() -> bool {
    let mut look = Command::new("python3");
    look.args(["-c", "import venv, ensurepip"]).stdout(Stdio::null()).stderr(Stdio::null());
    look.status().is_ok_and(|status| status.success())
}

/// Tests start their own servers. Without this setting, Debian's package creates one that runs permanently.
fn no_server_at_installation() -> anyhow::Result<()> {
    if Path::new(CLUSTER_SETTINGS).exists() {
        return Ok(());
    }
    let written = fs::create_dir_all(MORE_CLUSTER_SETTINGS).and_then(|()| {
        fs::write(Path::new(MORE_CLUSTER_SETTINGS).join("no-server.conf"), "create_main_cluster = false\n")
    });
    written.with_context(|| format!("failed to write {MORE_CLUSTER_SETTINGS}"))
}

/// Installs packages. Tests start servers themselves, so none is started now: nginx would take port 80, Prometheus 9090.
fn install(packages: &[&str]) -> anyhow::Result<()> {
    let has_policy = Path::new(POLICY).exists();
    if !has_policy {
        fs::write(POLICY, "#!/bin/sh\nexit 101\n").with_context(|| format!("failed to write {POLICY}"))?;
        fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
    }
    let mut install =
        vec!["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"];
    install.extend(packages);
    let installed = run("env", &install);
    if !has_policy {
        fs::remove_file(POLICY).with_context(|| format!("failed to remove {POLICY}"))?;
    }
    installed
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
    println!("Installing packages that the tests need: {packages}");
    if missing.contains(&POSTGRESQL) {
        no_server_at_installation()?;
    }
    run("apt-get", &["update", "-qq"])?;
    install(&missing)
}
