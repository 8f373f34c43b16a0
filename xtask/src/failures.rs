//! `cargo test` with its failures repeated at the end, where a long log is read first.

use crate::workspace::root;
use anyhow::{Context, bail};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

/// Lines of each failed test that are repeated; its whole output is further up.
const LINES: usize = 40;

/// Runs cargo, passes its output on, and repeats the failures.
pub(crate) fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    println!("$ cargo {}", arguments.join(" "));
    let mut command = Command::new("cargo");
    command.args(arguments);
    // Many tests wait for processes, so one more than there are processors keeps these busy.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        command.env("RUST_TEST_THREADS", (processors + 1).to_string());
    }
    let mut child = command.current_dir(root()).stdout(Stdio::piped()).spawn().context("failed to run cargo")?;
    let mut failures = Failures::default();
    let mut output = std::io::stdout();
    let mut lines = BufReader::new(child.stdout.take().context("cargo has no output")?);
    let mut line = Vec::new();
    // Tests may print bytes that are not UTF-8.
    while lines.read_until(b'\n', &mut line)? > 0 {
        output.write_all(&line)?;
        failures.add(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    let status = child.wait()?;
    if !failures.repeated.is_empty() {
        println!("\nFailures again:\n{}", failures.repeated.join("\n"));
    }
    if !status.success() {
        bail!("`cargo {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// The outputs of failed tests, which libtest prints as `---- NAME stdout ----` and lines up to `failures:`.
#[derive(Default)]
struct Failures {
    repeated: Vec<String>,
    /// Lines of the current section that may still be repeated.
    left: Option<usize>,
}

impl Failures {
    fn add(&mut self, line: &str) {
        if line.starts_with("---- ") && line.ends_with(" ----") {
            self.left = Some(LINES);
        } else if line == "failures:" || line.starts_with("test result: ") {
            self.left = None;
        }
        if let Some(left @ 1..) = &mut self.left {
            *left -= 1;
            self.repeated.push(line.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_of_each_failed_test_are_repeated() {
        let mut failures = Failures::default();
        for line in ["test a ... FAILED", "test b ... ok", "", "failures:", "", "---- a stdout ----", "panicked at a"] {
            failures.add(line);
        }
        (0..100).for_each(|number| failures.add(&number.to_string()));
        for line in ["---- c stdout ----", "wrong", "", "failures:", "    a", "    c", "test result: FAILED."] {
            failures.add(line);
        }
        let repeated = &failures.repeated;
        assert_eq!(repeated[..3], ["---- a stdout ----", "panicked at a", "0"]);
        assert_eq!(repeated[LINES..], ["---- c stdout ----", "wrong", ""]);
    }
}
