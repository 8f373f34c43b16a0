//! SQL through `psql`, so that tests need no driver to query a server.

use crate::programs;
use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
};

/// Address and user of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// An address, or the folder of a socket.
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) user: &'a str,
    pub(crate) database: &'a str,
}

impl Target<'_> {
    /// Runs statements, each in its own transaction unless they say otherwise, up to the first failure. Returns the
    /// rows, with columns separated by `|`, or the error.
    pub(crate) fn run(self, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(programs::postgresql("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.host, "-p", &self.port.to_string()])
            .args(["-U", self.user, "-d", self.database])
            .env_clear()
            .env("PATH", programs::search())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|fault| format!("psql cannot be started: {fault}"))?;
        let mut input = psql.stdin.take().expect("a pipe");
        let output = thread::scope(|scope| {
            // Concurrently, because a long script may produce output before it is read to its end. After a failure the
            // rest is not read.
            scope.spawn(move || input.write_all(sql.as_bytes()));
            psql.wait_with_output()
        });
        let output = output.map_err(|fault| format!("psql cannot be waited for: {fault}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    /// The same, but panics on an error.
    #[track_caller]
    pub(crate) fn expect(self, sql: &str) -> String {
        self.run(sql).unwrap_or_else(|fault| panic!("{fault}\nin: {sql}"))
    }
}

/// A quoted SQL name.
pub(crate) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
