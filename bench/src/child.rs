//! Child processes. Each one ends when its standard input ends, so that no child survives the parent, however it ends.

use anyhow::{Context, ensure};
use serde_json::Value;
use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{ChildStdin, ChildStdout, Command},
};

/// A running child process of this program.
pub(crate) struct Child {
    process: tokio::process::Child,
    /// Open as long as the child shall run.
    _stdin: ChildStdin,
    /// Kept open, so that later output of the child meets an open pipe.
    _stdout: BufReader<ChildStdout>,
    /// The JSON in the first line of its output.
    pub(crate) hello: Value,
}

impl Child {
    /// Starts `program` and waits for its first line, which is JSON.
    pub(crate) async fn start(program: &Path, arguments: &[String]) -> anyhow::Result<Self> {
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(false)
            .spawn()
            .with_context(|| format!("failed to start {}", program.display()))?;
        let stdin = process.stdin.take().context("a child without standard input")?;
        let stdout = process.stdout.take().context("a child without standard output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line).await?;
        ensure!(!line.is_empty(), "`{}` ended before it was ready", arguments.join(" "));
        let hello = serde_json::from_str(&line).with_context(|| format!("unexpected output of a child: {line:?}"))?;
        Ok(Self { process, _stdin: stdin, _stdout: stdout, hello })
    }

    pub(crate) fn port(&self, name: &str) -> anyhow::Result<u16> {
        let port = self.hello[name].as_u64().and_then(|port| port.try_into().ok());
        port.with_context(|| format!("the first line of a child lacks {name}"))
    }

    /// Returns when the child has ended.
    pub(crate) async fn wait(&mut self) -> anyhow::Result<()> {
        self.process.wait().await?;
        Ok(())
    }
}

/// In the child: returns when the parent has ended or wants the child to end.
pub(crate) async fn parent_gone() {
    let mut stdin = tokio::io::stdin();
    let mut rest = [0; 64];
    while matches!(stdin.read(&mut rest).await, Ok(read) if read > 0) {}
}

/// In the child: prints the first line.
pub(crate) fn say_hello(hello: &Value) {
    println!("{hello}");
}
