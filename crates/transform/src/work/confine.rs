//! Limits that the worker sets on its own process. They cannot be raised again without privileges.

use rustix::{
    io::Result,
    process::{Resource, Rlimit, setrlimit},
};

/// Address space beyond the part that is mapped at the start: the engine's heap, frames, and the allocator's reserve.
const MEMORY: u64 = 256 * 1024 * 1024;

/// Processor time of the whole life of a worker, in seconds. A backstop: the host's deadline ends calls much earlier.
const CPU_SECONDS: u64 = 600;

pub(super) fn confine() -> Result<()> {
    die_with_the_parent()?;
    // Read before files become unavailable.
    let mapped = mapped_bytes().unwrap_or(4 << 30);
    limit(Resource::As, mapped + MEMORY)?;
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    // No process and no thread; root is exempt from this limit.
    limit(Resource::Nproc, 0)?;
    // The three standard streams remain. Nothing can be opened any more, so the local time zone is UTC as well.
    limit(Resource::Nofile, 3)
}

fn limit(resource: Resource, value: u64) -> Result<()> {
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
}

/// Size of the address space by `/proc/self/statm`.
fn mapped_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').next()?.parse().ok()?;
    pages.checked_mul(rustix::param::page_size() as u64)
}

/// Without this, a script in an endless loop inside of the engine would outlive a killed server.
#[cfg(target_os = "linux")]
fn die_with_the_parent() -> Result<()> {
    use rustix::process::{Signal, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)
}

#[cfg(not(target_os = "linux"))]
fn die_with_the_parent() -> Result<()> {
    Ok(())
}
