//! File descriptors: as many as the system allows, and some kept back for clients.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{fs::File, io};

/// What a process can count on where no limit is known.
const USUAL: u64 = 1_024;

/// Raises the soft limit to the hard one; answers what holds now. The soft one is 1024 on most systems, for the sake of
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
            tracing::warn!(error = %fault, soft, hard = wanted, "the limit of file descriptors cannot be raised");
            soft.max(USUAL.min(wanted))
        }
    }
}

/// How many are kept back.
const KEPT: usize = 16;

/// Descriptors that are open for nothing, to be given up for connections when there are no others.
#[derive(Debug)]
pub(super) struct Reserve {
    kept: Vec<File>,
    /// It was said that there are none left.
    is_short: bool,
}

impl Reserve {
    pub(super) fn new() -> Self {
        let mut reserve = Self { kept: Vec::with_capacity(KEPT), is_short: false };
        reserve.fill();
        reserve
    }

    /// Keeps back what was given up, as far as there is something to be had.
    pub(super) fn fill(&mut self) {
        while self.kept.len() < KEPT {
            match File::open("/dev/null") {
                Ok(file) => self.kept.push(file),
                Err(_) => return,
            }
        }
        if self.is_short {
            self.is_short = false;
            tracing::info!("there are file descriptors again");
        }
    }

    /// Gives up one; `false` when there is none left.
    pub(super) fn give_up_one(&mut self, fault: &io::Error) -> bool {
        if !self.is_short {
            self.is_short = true;
            tracing::warn!(
                error = %fault,
                "a connection could not be accepted; raise the limit of file descriptors (LimitNOFILE=, ulimit -n)"
            );
        }
        self.kept.pop().is_some()
    }
}
