//! Free space for the store.

use super::report::{Check, Report, bytes};
use crate::config::Config;
use rustix::fs::statvfs;
use std::path::Path;

const CHECK: Check = Check::Disk;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Space of a file system, in bytes.
#[derive(Clone, Copy, Debug)]
struct Space {
    free: u64,
    all: u64,
    has_inodes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Enough,
    Little,
    Full,
}

impl Space {
    fn room(self) -> Room {
        let percent = self.free.saturating_mul(100) / self.all.max(1);
        if self.free < 64 * MIB || (percent < 1 && self.free < GIB) || !self.has_inodes {
            Room::Full
        } else if self.free < GIB || (percent < 10 && self.free < 20 * GIB) {
            Room::Little
        } else {
            Room::Enough
        }
    }
}

pub(super) fn check(report: &mut Report, config: &Config) {
    let Some(store) = config.store.path() else {
        let found = "The database's disk cannot be seen from here: watch its free space where it runs.";
        return report.ok(CHECK, found);
    };
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = match statvfs(folder) {
        Ok(found) => found,
        Err(fault) => {
            let advice = "Check that the folder exists and that this user may read it.";
            return report.problem(CHECK, format!("The disk of {} cannot be seen: {fault}.", folder.display()), advice);
        }
    };
    let space = Space {
        free: found.f_bavail.saturating_mul(found.f_frsize),
        all: found.f_blocks.saturating_mul(found.f_frsize),
        has_inodes: found.f_files == 0 || found.f_favail > 0,
    };
    let size = |ending: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(ending);
        std::fs::metadata(Path::new(&name)).map_or(0, |file| file.len())
    };
    let free = format!("{} of {} are free on the disk of the store", bytes(space.free), bytes(space.all));
    let advice = "Free space, enlarge the disk, or shorten POSTRIDER_RETENTION_DAYS";
    match space.room() {
        Room::Enough => {
            let (store, log) = (bytes(size("")), bytes(size("-wal")));
            report.ok(CHECK, format!("{free}; the store has {store}, its log {log}."));
        }
        Room::Little => report.warning(CHECK, format!("Only {free}."), format!("{advice}.")),
        Room::Full if !space.has_inodes => report.problem(
            CHECK,
            "The disk of the store has no free inodes, so no file can be created.",
            "Remove files from this disk.",
        ),
        Room::Full => report.problem(
            CHECK,
            format!("Only {free}."),
            format!("{advice}; without space every event is refused with 503."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_depends_on_the_space_and_its_share() {
        let space = |free, all| Space { free, all, has_inodes: true };
        for (space, room) in [
            (space(500 * GIB, 1_000 * GIB), Room::Enough),
            (space(30 * GIB, 1_000 * GIB), Room::Enough),
            (space(19 * GIB, 1_000 * GIB), Room::Little),
            (space(GIB / 2, GIB), Room::Little),
            (space(GIB / 2, 100 * GIB), Room::Full),
            (space(63 * MIB, 100 * MIB), Room::Full),
            (Space { has_inodes: false, ..space(GIB, GIB) }, Room::Full),
        ] {
            assert_eq!(space.room(), room, "{space:?}");
        }
    }
}
