//! Faults of scripts, which their authors must repair, and failures of the server, which are no script's fault.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The reason for which a script gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The source does not compile, is too long, or has no default export that is a synchronous function.
    Syntax,
    /// The script threw.
    Thrown,
    /// The script ran for longer than the deadline.
    TimeOut,
    /// The script used more memory than allowed.
    Memory,
    /// The event cannot be passed to a script: its body is too large, too deep or not JSON.
    Input,
    /// The returned value cannot be sent.
    Output,
    /// The worker process died or answered nonsense, twice in a row with this script.
    Crashed,
}

/// A fault of a script, with a text for the script's author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptFault {
    pub kind: FaultKind,
    /// At most 500 characters. May contain text of the script and of the event.
    pub message: String,
    /// Counted from 1.
    pub line: Option<u32>,
    /// Counted from 1.
    pub column: Option<u32>,
}

/// Largest length of a fault's message in characters.
const MESSAGE_MAX: usize = 500;

impl ScriptFault {
    pub(crate) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), line: None, column: None }.bounded()
    }

    pub(crate) fn output(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Output, message)
    }

    /// The same with a message of bounded length and without control characters.
    pub(crate) fn bounded(mut self) -> Self {
        let cut: String = self.message.chars().take(MESSAGE_MAX).collect();
        self.message = cut.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self
    }
}

impl fmt::Display for ScriptFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScriptFault {}

/// A call that could not be made. Never the script's fault: the caller may try again later.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the server is busy: all workers for transformations are in use")]
    Busy,
    #[error("cannot start a worker for transformations: {0}")]
    Worker(String),
    #[error("the server is stopping")]
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_line() {
        let fault = ScriptFault { line: Some(3), ..ScriptFault::new(FaultKind::Thrown, "TypeError: no\n\u{7}") };
        assert_eq!(fault.to_string(), "line 3: TypeError: no  ");
        assert_eq!(ScriptFault::output("x".repeat(9_999)).to_string().len(), MESSAGE_MAX);
    }
}
