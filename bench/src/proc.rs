//! Memory and processor time of a process, from /proc.

use anyhow::Context;

fn status_mib(pid: u32, field: &str) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the server has ended")?;
    parse_kib(&text, field).map(|kib| kib as f64 / 1024.0).with_context(|| format!("/proc has no {field}"))
}

/// `VmRSS:     1234 kB` → 1234.
fn parse_kib(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.split(':').next() == Some(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Resident memory (RSS) in MiB.
pub(crate) fn rss_mib(pid: u32) -> anyhow::Result<f64> {
    status_mib(pid, "VmRSS")
}

/// Peak resident memory in MiB.
pub(crate) fn peak_rss_mib(pid: u32) -> anyhow::Result<f64> {
    status_mib(pid, "VmHWM")
}

/// Processor time in seconds since the start, in user and kernel mode.
pub(crate) fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the server has ended")?;
    let ticks = parse_ticks(&text).context("/proc has no processor time")?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The name in parentheses may contain spaces, so fields are counted from its end. utime and stime are the 14th and
/// 15th.
fn parse_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_found_by_its_name() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t     512 kB\n";
        assert_eq!(parse_kib(status, "VmRSS"), Some(512));
        assert_eq!(parse_kib(status, "VmHWM"), Some(2048));
        assert_eq!(parse_kib(status, "VmSwap"), None);
    }

    #[test]
    fn ticks_are_counted_from_the_names_end() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 31 11 0 0 20 0 4 0 999 1 1";
        assert_eq!(parse_ticks(stat), Some(42));
    }
}
