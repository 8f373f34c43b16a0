//! Permissions and owners of the files that contain payloads and keys.

use super::report::{Check, Report};
use crate::{
    config::Examined,
    store::files::{DevFiles, beside},
};
use rustix::fs::{Access, access};
use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

const CHECK: Check = Check::Permissions;
/// Permissions of the group and of others.
const OTHERS: u32 = 0o077;
/// A directory in which users may only remove their own files.
const STICKY: u32 = 0o1000;

pub(super) fn check(report: &mut Report, examined: &Examined) {
    let mut files = Vec::new();
    if let Some(store) = examined.config.store.path().filter(|_| !examined.faulty.contains("store")) {
        files = beside_store(&store);
        if let Some(folder) = store.parent() {
            check_folder(report, if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        }
    }
    check_owners(report, &files);
    if let Some(file) = secret_file(examined) {
        files.extend(existing(file.to_owned()));
    }
    let open: Vec<&Path> = files.iter().filter(|(_, it)| it.mode() & OTHERS != 0).map(|(path, _)| &**path).collect();
    if !open.is_empty() {
        report.problem(
            CHECK,
            format!("Other users may read or change {}.", list(&open)),
            format!("Run: chmod 600 {}", words(&open)),
        );
    }
    let may_write = |path: &Path| access(path, Access::READ_OK | Access::WRITE_OK).is_ok();
    let closed: Vec<&Path> = files.iter().map(|(path, _)| &**path).filter(|path| !may_write(path)).collect();
    if !closed.is_empty() {
        report.problem(
            CHECK,
            format!("This user may not read and write {}.", list(&closed)),
            "Run this command as the user of the server; if it is, give that user the files with chown.",
        );
    }
    if !report.has(CHECK) {
        let found = match files.len() {
            0 => "There is no file with keys or payloads yet.".to_owned(),
            count => format!("{count} files with keys and payloads can be read by their owner only."),
        };
        report.ok(CHECK, found);
    }
}

type Found = (PathBuf, Metadata);

fn existing(path: PathBuf) -> Option<Found> {
    let metadata = fs::metadata(&path).ok()?;
    metadata.is_file().then_some((path, metadata))
}

/// The store and the files next to it.
fn beside_store(store: &Path) -> Vec<Found> {
    let dev = DevFiles::beside(store);
    let sqlite = |ending: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let all = [
        store.to_owned(),
        sqlite("-wal"),
        sqlite("-shm"),
        beside(store, "key"),
        beside(store, "admin-key-hash"),
        dev.tenant_key,
        dev.operator_key,
    ];
    all.into_iter().filter_map(existing).collect()
}

/// The configuration file, when it contains a secret.
fn secret_file(examined: &Examined) -> Option<&Path> {
    let file = examined.file.as_deref()?;
    let has = |name: &str| examined.in_file.iter().any(|it| it == name);
    let has_url = (has("store") && examined.config.store.path().is_none()) || has("read_store");
    (has("admin_key") || has("master_key") || has("other_master_keys") || has_url).then_some(file)
}

fn check_folder(report: &mut Report, folder: &Path) {
    let Ok(metadata) = fs::metadata(folder) else { return };
    if metadata.mode() & 0o002 != 0 && metadata.mode() & STICKY == 0 {
        report.problem(
            CHECK,
            format!("Every user may replace files in the store's folder {}.", folder.display()),
            format!("Run: chmod o-w {}", folder.display()),
        );
    }
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        report.problem(
            CHECK,
            format!("This user may not create files in the store's folder {}.", folder.display()),
            "SQLite needs a log next to the store: run this command as the server's user, and give that user the folder.",
        );
    }
}

/// Files of another user than the store's, as a command run by root leaves them.
fn check_owners(report: &mut Report, files: &[Found]) {
    let Some((store, owner)) = files.first().map(|(path, metadata)| (path, metadata.uid())) else { return };
    let foreign: Vec<&Path> =
        files.iter().filter(|(_, metadata)| metadata.uid() != owner).map(|(path, _)| &**path).collect();
    if foreign.is_empty() {
        return;
    }
    report.problem(
        CHECK,
        format!("The owner of {} is not user {owner}, the owner of {}.", list(&foreign), store.display()),
        format!("Give all of them the user of the server: chown {owner} {}", words(&foreign)),
    );
}

fn list(paths: &[&Path]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The paths as arguments of a shell.
fn words(paths: &[&Path]) -> String {
    let word = |path: &&Path| {
        let text = path.display().to_string();
        let is_plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || b"/._-:".contains(&c));
        if is_plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
    };
    paths.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_a_shell() {
        assert_eq!(words(&[Path::new("/var/lib/a.db"), Path::new("it's.db")]), r"/var/lib/a.db 'it'\''s.db'");
    }
}
