//! Source files of the server that change.

use anyhow::Context;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::{ffi::OsStr, path::Path};

/// Files of the workspace that decide about the build.
const SETTINGS: [&str; 4] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml"];

/// Endings of files that are compiled, or included by a file that is. Editors' temporary files have others.
const ENDINGS: [&str; 8] = ["rs", "toml", "sql", "html", "css", "js", "md", "json"];

/// Calls `changed` for each change, with the path in the workspace, until the watcher is dropped.
pub(super) fn start(root: &Path, changed: impl Fn(&Path) + Send + 'static) -> anyhow::Result<RecommendedWatcher> {
    let from = root.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        // A build reads all files.
        if event.kind.is_access() {
            return;
        }
        let paths = event.paths.iter().filter_map(|path| path.strip_prefix(&from).ok());
        paths.filter(|path| is_source(path)).for_each(&changed);
    })?;
    // Folders instead of files, because editors replace files.
    for (folder, mode) in [
        ("crates", RecursiveMode::Recursive),
        ("", RecursiveMode::NonRecursive),
        (".cargo", RecursiveMode::NonRecursive),
    ] {
        let folder = root.join(folder);
        watcher.watch(&folder, mode).with_context(|| format!("failed to watch {}", folder.display()))?;
    }
    Ok(watcher)
}

fn is_source(path: &Path) -> bool {
    if SETTINGS.iter().any(|name| path == Path::new(name)) {
        return true;
    }
    let parts: Vec<&OsStr> = path.iter().collect();
    let ["crates", _, part, ..] = parts.iter().map(|part| part.to_str().unwrap_or("")).collect::<Vec<_>>()[..] else {
        return false;
    };
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or("");
    let is_hidden = path.file_name().and_then(OsStr::to_str).is_none_or(|name| name.starts_with(['.', '#']));
    ["src", "migrations", "Cargo.toml", "build.rs"].contains(&part) && ENDINGS.contains(&ending) && !is_hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs,
        path::PathBuf,
        sync::mpsc::{RecvTimeoutError, channel},
        time::Duration,
    };

    #[test]
    fn sources_of_the_server_are_watched_and_other_files_are_not() {
        for path in [
            "Cargo.toml",
            ".cargo/config.toml",
            "crates/api/Cargo.toml",
            "crates/api/src/docs/page.html",
            "crates/storage-sqlite/migrations/0001_init.sql",
            "crates/cli/src/main.rs",
        ] {
            assert!(is_source(Path::new(path)), "{path}");
        }
        for path in [
            "README.md",
            "bench/src/main.rs",
            "crates/api/tests/api/main.rs",
            "crates/cli/src/main.rs~",
            "crates/cli/src/.main.rs.swp",
            "crates/cli/src/.#main.rs",
            "crates/cli/src/#main.rs#",
            "crates/cli/src/4913",
            "target/debug/build/x.rs",
        ] {
            assert!(!is_source(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn writing_replacing_and_removing_are_changes_and_reading_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let source = root.join("crates/a/src");
        fs::create_dir_all(&source).unwrap();
        fs::create_dir_all(root.join(".cargo")).unwrap();
        fs::write(source.join("lib.rs"), "one").unwrap();
        let (sender, receiver) = channel();
        let _watcher = start(&root, move |path| drop(sender.send(path.to_owned()))).unwrap();
        let lib = PathBuf::from("crates/a/src/lib.rs");
        // Waits for a change, and then until there are no more.
        let changes = || {
            let first = receiver.recv_timeout(Duration::from_secs(10)).ok();
            while receiver.recv_timeout(Duration::from_millis(100)) != Err(RecvTimeoutError::Timeout) {}
            first
        };

        fs::write(source.join("lib.rs"), "two").unwrap();
        assert_eq!(changes().as_ref(), Some(&lib));
        fs::read(source.join("lib.rs")).unwrap();
        fs::write(source.join("lib.rs.tmp"), "three").unwrap();
        fs::rename(source.join("lib.rs.tmp"), source.join("lib.rs")).unwrap();
        assert_eq!(changes().as_ref(), Some(&lib));
        fs::read(source.join("lib.rs")).unwrap();
        fs::write(root.join("README.md"), "read me").unwrap();
        fs::remove_file(source.join("lib.rs")).unwrap();
        assert_eq!(changes().as_ref(), Some(&lib));
        fs::write(source.join("lib.rs~"), "four").unwrap();
        fs::write(source.join("other.rs"), "five").unwrap();
        assert_eq!(changes(), Some("crates/a/src/other.rs".into()));
        fs::read(source.join("other.rs")).unwrap();
        assert_eq!(receiver.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
    }
}
