//! Other processes of ours. Each watches its standard input and ends when that does: so none is left behind, however
//! this one ends.

use anyhow::{Context, ensure};
use serde_json::Value;
use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{ChildStdin, ChildStdout, Command},
};

/// A running role of this program.
pub(crate) struct Child {
    process: tokio::process::Child,
    /// Open as long as the child is to run.
    _stdin: ChildStdin,
    /// Held, so that what the child prints later meets an open pipe.
    _stdout: BufReader<ChildStdout>,
    /// What it said of itself in its first line.
    pub(crate) hello: Value,
}

impl Child {
    /// Starts `program` and waits for the line of JSON that it begins with.
    pub(crate) async fn start(program: &Path, arguments: &[String]) -> anyhow::Result<Self> {
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(false)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let stdin = process.stdin.take().context("a child without standard input")?;
        let stdout = process.stdout.take().context("a child without standard output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line).await?;
        ensure!(!line.is_empty(), "`{}` ended before it was ready", arguments.join(" "));
        let hello = serde_json::from_str(&line).with_context(|| format!("a child said {line:?}"))?;
        Ok(Self { process, _stdin: stdin, _stdout: stdout, hello })
    }

    pub(crate) fn port(&self, name: &str) -> anyhow::Result<u16> {
        let port = self.hello[name].as_u64().and_then(|port| port.try_into().ok());
        port.with_context(|| format!("a child did not say its {name}"))
    }

    /// Returns when it has ended.
    pub(crate) async fn wait(&mut self) -> anyhow::Result<()> {
        self.process.wait().await?;
        Ok(())
    }
}

/// The child's side: returns when the parent is gone or wants it to end.
pub(crate) async fn parent_gone() {
    let mut stdin = tokio::io::stdin();
    let mut rest = [0; 64];
    while matches!(stdin.read(&mut rest).await, Ok(read) if read > 0) {}
}

/// The child's side: says what the parent needs to know.
pub(crate) fn say_hello(hello: &Value) {
    println!("{hello}");
}
