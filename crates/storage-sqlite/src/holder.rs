//! Finds the process that holds a lock, as far as Linux reveals it; used in error messages only.

use crate::identity::Identity;

/// The process that holds the `flock` of a file.
pub(crate) fn of_lock(file: Identity) -> Option<String> {
    find("FLOCK", file).map(named)
}

/// The number of the process that holds the `flock` of a file.
pub(crate) fn process_of_lock(file: Identity) -> Option<u32> {
    find("FLOCK", file)
}

/// Another process that writes to an SQLite database: in WAL mode it holds a lock on the `-shm` file.
pub(crate) fn of_write(shm: &std::path::Path) -> Option<String> {
    find("POSIX", Identity::of(&std::fs::metadata(shm).ok()?)).map(named)
}

fn find(kind: &str, file: Identity) -> Option<u32> {
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    locks.lines().filter_map(|line| holder(line, kind, file)).find(|process| has_open(*process, file))
}

fn named(process: u32) -> String {
    match std::fs::read_to_string(format!("/proc/{process}/comm")) {
        Ok(name) => format!("{}, process {process}", name.trim()),
        Err(_) => format!("process {process}"),
    }
}

/// True when a process has the file open. Required because an inode number alone may be that of a file on another
/// device, and `/proc/locks` reports another device than `stat` on some file systems.
fn has_open(process: u32, file: Identity) -> bool {
    let Ok(open) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return true };
    open.flatten().any(|one| std::fs::metadata(one.path()).is_ok_and(|metadata| Identity::of(&metadata) == file))
}

/// The process in a line such as `1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF`, if it is another process with a
/// write lock of this kind on this file.
fn holder(line: &str, kind: &str, file: Identity) -> Option<u32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, found, _, access, process, place, ..] = words[..] else { return None };
    let process: u32 = process.parse().ok()?;
    let inode: u64 = place.rsplit(':').next()?.parse().ok()?;
    let fits = found == kind && access == "WRITE" && inode == file.inode && process != std::process::id();
    fits.then_some(process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_parsed_from_a_line_of_proc_locks() {
        let file = Identity { device: 1, inode: 5_678 };
        let line = "1: FLOCK  ADVISORY  WRITE 1234567 fd:01:5678 0 EOF";
        assert_eq!(holder(line, "FLOCK", file), Some(1_234_567));
        assert_eq!(holder(line, "POSIX", file), None);
        assert_eq!(holder(&line.replace("5678", "5679"), "FLOCK", file), None);
        assert_eq!(
            holder("1: -> FLOCK ADVISORY WRITE 1 fd:01:5678 0 EOF", "FLOCK", file),
            None,
            "a process that waits for the lock is not its holder"
        );
        assert_eq!(holder("", "FLOCK", file), None);
    }
}
