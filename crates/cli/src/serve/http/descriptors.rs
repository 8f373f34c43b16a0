//! File descriptors: raises their limit, and keeps a reserve for client connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{fs::File, io};

/// Assumed limit where none is known.
const USUAL: u64 = 1_024;

/// Raises the soft limit to the hard limit; returns the resulting limit. Most systems have a soft limit of 1024 for
/// programs that use `select`.
pub(crate) fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let (Some(soft), hard) = (limit.current, limit.maximum) else { return u64::MAX };
    let wanted = hard.unwrap_or(1 << 20);
    if wanted <= soft {
        return soft.max(1);
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: hard }) {
        Ok(()) => wanted,
        Err(fault) => {
            tracing::warn!(error = %fault, soft, hard = wanted, "failed to raise the limit of file descriptors");
            soft.max(USUAL.min(wanted))
        }
    }
}

/// Number of descriptors in the reserve.
const KEPT: usize = 16;

/// A reserve of open descriptors, which are closed to accept connections when no other descriptors are left.
#[derive(Debug)]
pub(super) struct Reserve {
    kept: Vec<File>,
    /// The shortage has been logged.
    is_short: bool,
}

impl Reserve {
    pub(super) fn new() -> Self {
        let mut reserve = Self { kept: Vec::with_capacity(KEPT), is_short: false };
        reserve.fill();
        reserve
    }

    /// Refills the reserve as far as descriptors are available.
    pub(super) fn fill(&mut self) {
        while self.kept.len() < KEPT {
            match File::open("/dev/null") {
                Ok(file) => self.kept.push(file),
                Err(_) => return,
            }
        }
        if self.is_short {
            self.is_short = false;
            tracing::info!("file descriptors are available again");
        }
    }

    /// Closes one descriptor of the reserve; `false` when it is empty.
    pub(super) fn give_up_one(&mut self, fault: &io::Error) -> bool {
        if !self.is_short {
            self.is_short = true;
            tracing::warn!(
                error = %fault,
                "failed to accept a connection; raise the limit of file descriptors (LimitNOFILE=, ulimit -n)"
            );
        }
        self.kept.pop().is_some()
    }
}
