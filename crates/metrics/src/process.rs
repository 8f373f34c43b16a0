//! Figures of the process from `/proc`, under the names that Prometheus' own clients use. Elsewhere than on Linux they are
//! absent.

use crate::{families, family::Family};
use rustix::{
    param::{clock_ticks_per_second, page_size},
    process::{Resource, getrlimit},
};
use std::fs;

/// The values that this machine gives.
pub(crate) fn read() -> Vec<(&'static Family, f64)> {
    let mut values = Vec::new();
    if let Some(stat) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(Stat::parse) {
        let ticks = clock_ticks_per_second() as f64;
        values.push((&families::CPU, stat.cpu as f64 / ticks));
        values.push((&families::THREADS, stat.threads as f64));
        values.push((&families::VIRTUAL, stat.virtual_bytes as f64));
        values.push((&families::RESIDENT, stat.resident_pages as f64 * page_size() as f64));
        if let Some(boot) = fs::read_to_string("/proc/stat").ok().as_deref().and_then(boot_time) {
            values.push((&families::START, boot as f64 + stat.started as f64 / ticks));
        }
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        // Without the descriptor that reads the folder.
        values.push((&families::OPEN_FDS, open.count().saturating_sub(1) as f64));
    }
    if let Some(limit) = getrlimit(Resource::Nofile).current {
        values.push((&families::MAX_FDS, limit as f64));
    }
    values
}

/// Fields of `/proc/self/stat` (proc(5)).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// User and system time, in ticks.
    cpu: u64,
    threads: u64,
    /// Ticks from the machine's boot to the start of the process.
    started: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in parentheses, which may contain anything.
        let rest: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        // The first of these is the third field.
        let field = |number: usize| rest.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu: field(14)? + field(15)?,
            threads: field(20)?,
            started: field(22)?,
            virtual_bytes: field(23)?,
            resident_pages: field(24)?,
        })
    }
}

fn boot_time(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_contain_spaces_and_parentheses() {
        let stat =
            "42 (a b) c) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 9 0 777 1048576 256 18446744073709551615 1 1";
        let expected = Stat { cpu: 200, threads: 9, started: 777, virtual_bytes: 1_048_576, resident_pages: 256 };
        assert_eq!(Stat::parse(stat), Some(expected));
        assert_eq!(Stat::parse("42 (a"), None);
        assert_eq!(Stat::parse("42 (a) S 1"), None);
    }

    #[test]
    fn the_boot_time_is_a_line_of_proc_stat() {
        assert_eq!(boot_time("cpu 1 2\nbtime 1700000000\nprocesses 3\n"), Some(1_700_000_000));
        assert_eq!(boot_time("cpu 1 2\n"), None);
    }
}
