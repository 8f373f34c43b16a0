//! One worker process: its start, one call, its end.

use crate::{
    fault::Failure,
    frame::{self, Frame},
    limits::Limits,
};
use std::{ffi::OsString, io, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::BufReader,
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// The program that runs [`crate::work`].
#[derive(Clone, Debug)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<OsString>,
}

pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    calls: u32,
}

/// The reason for which a call got no answer. The worker must not be used again.
pub(super) enum Lost {
    Late,
    Died(String),
}

/// Longest wait for the end of a killed process.
const REAP: Duration = Duration::from_secs(1);

impl Worker {
    /// Starts a process without environment variables, and waits until it has confined itself. Its own process group keeps
    /// a Ctrl-C in the server's terminal away from it.
    pub(super) async fn start(program: &Program, limits: &Limits) -> Result<Self, Failure> {
        let mut command = Command::new(&program.path);
        command.args(&program.arguments).env_clear().current_dir("/").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| Failure::Worker(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::Worker("the process has no pipes".to_owned()));
        };
        let mut worker = Self { child, input, output: BufReader::new(output), calls: 0 };
        let hello = timeout(limits.start, frame::receive(&mut worker.output, 0)).await;
        let failure = match hello {
            Ok(Ok(Frame { head, .. })) if head == frame::HELLO => return Ok(worker),
            Ok(Ok(_)) => "the program is not a worker".to_owned(),
            Ok(Err(error)) => format!("the program is not a worker, or ended: {error}"),
            Err(_) => format!("the process was not ready within {} ms", limits.start.as_millis()),
        };
        worker.kill().await;
        Err(Failure::Worker(failure))
    }

    /// Whether the process runs and may be used again.
    pub(super) fn is_usable(&mut self, limits: &Limits) -> bool {
        self.calls < limits.calls && matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) async fn call(&mut self, head: &[u8], body: &[u8], limits: &Limits) -> Result<Frame, Lost> {
        self.calls += 1;
        let exchange = async {
            frame::send(&mut self.input, head, body).await?;
            frame::receive(&mut self.output, limits.body).await
        };
        match timeout(limits.deadline, exchange).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(error)) => Err(Lost::Died(self.cause(error).await)),
            Err(_) => Err(Lost::Late),
        }
    }

    /// The exit status of a process that ended, or the error of its pipe.
    async fn cause(&mut self, error: io::Error) -> String {
        match timeout(Duration::from_millis(100), self.child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            _ => error.to_string(),
        }
    }

    /// Kills the process and waits for its end. A dropped worker is killed as well, and reaped by the runtime.
    pub(super) async fn kill(mut self) {
        if self.child.start_kill().is_ok() {
            // A process in uninterruptible sleep is left to the runtime.
            let _ = timeout(REAP, self.child.wait()).await;
        }
    }
}
