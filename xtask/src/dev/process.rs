//! Child processes, each with the processes that it starts in a process group of its own: Ctrl-C reaches none of them
//! directly, and all of a group end together.

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

/// Number of times that a process is looked at, 20 ms apart, before it is killed: five seconds.
const LOOKS: usize = 250;
const LOOK: Duration = Duration::from_millis(20);

/// A program that can be started any number of times.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: &'static str,
    path: PathBuf,
    folder: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
}

impl Program {
    pub(super) fn new(name: &'static str, path: impl Into<PathBuf>, folder: &Path) -> Self {
        let (arguments, environment) = (Vec::new(), Vec::new());
        Self { name, path: path.into(), folder: folder.into(), arguments, environment }
    }

    pub(super) fn args(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(super) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// Starts it without the developer's own settings of Postrider.
    pub(super) fn start(&self) -> anyhow::Result<Process> {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if ["POSTRIDER_", "WEBHOOK_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command.args(&self.arguments).envs(self.environment.iter().copied()).current_dir(&self.folder);
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = child.with_context(|| format!("failed to start {}", self.path.display()))?;
        Ok(Process { name: self.name, child })
    }
}

/// A running process; dropping it ends its group.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) name: &'static str,
    child: Child,
}

impl Process {
    /// The status, once it has ended.
    pub(super) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("failed to look at the {}", self.name))
    }

    fn signal(&self, signal: Signal) {
        // An error means that no process of the group is left.
        let _ = kill_process_group(Pid::from_child(&self.child), signal);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        for _ in 0..LOOKS {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            thread::sleep(LOOK);
        }
        // The process that did not end, or those that it has left behind.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}
