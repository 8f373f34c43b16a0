//! Locations of programs.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Debian's folder with the versions of PostgreSQL, each with a folder `bin`, which are not on the PATH.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The PATH, for processes that get no other environment variable.
pub(crate) fn search() -> OsString {
    env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into())
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&search()).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The folder of the server's programs: that of the `initdb` on the PATH, else of the newest version.
fn server_programs() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        // Resolves links: the other programs of the same version are next to the file itself.
        let linked = on_path("initdb").and_then(|path| Some(fs::canonicalize(path).ok()?.parent()?.to_owned()));
        linked.filter(|folder| folder.join("postgres").is_file()).or_else(newest)
    };
    FOLDER.get_or_init(find).as_deref()
}

fn newest() -> Option<PathBuf> {
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let complete = versions.filter(|path| path.join("bin/initdb").is_file() && path.join("bin/postgres").is_file());
    Some(complete.max_by_key(|path| version(path))?.join("bin"))
}

/// The path of a program of PostgreSQL.
///
/// # Panics
///
/// When it is missing.
pub(crate) fn postgresql(program: &str) -> String {
    // Preferred to the PATH, where Debian has a script that determines the version first, which takes longer than the
    // query.
    let beside = server_programs().map(|folder| folder.join(program)).filter(|path| path.is_file());
    text(beside.or_else(|| on_path(program)), program, "postgresql")
}

/// The path of PgBouncer.
///
/// # Panics
///
/// When it is missing.
pub(crate) fn pgbouncer() -> String {
    let usual = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(PathBuf::from);
    let found = on_path("pgbouncer").or_else(|| usual.into_iter().find(|path| path.is_file()));
    text(found, "pgbouncer", "pgbouncer")
}

/// The path of Prometheus.
///
/// # Panics
///
/// When it is missing.
pub(crate) fn prometheus() -> String {
    text(on_path("prometheus"), "prometheus", "prometheus")
}

fn text(found: Option<PathBuf>, program: &str, package: &str) -> String {
    let Some(path) = found else { panic!("{program} is missing: install the Debian package {package}") };
    path.into_os_string().into_string().expect("a path in UTF-8")
}
