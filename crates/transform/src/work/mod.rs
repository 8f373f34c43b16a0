//! The worker: a process that reads calls from its standard input and writes answers to its standard output.

mod confine;
mod console;
mod engine;
mod names;
mod read;
mod spelling;
mod stop;
mod thrown;
mod tools;
mod write;

use crate::{
    fault::{FaultKind, ScriptFault},
    frame,
    wire::{Answer, Outcome, Request},
};
use std::{
    io::{self, BufReader},
    process::ExitCode,
};

/// Serves calls until the standard input ends. Confines the process first, so it must be called before any thread or
/// runtime is started.
pub fn work() -> ExitCode {
    match confine::confine().map_err(io::Error::from).and_then(|()| serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve() -> io::Result<()> {
    let (mut input, mut output) = (BufReader::new(io::stdin().lock()), io::stdout().lock());
    frame::write(&mut output, frame::HELLO, b"")?;
    while let Some(frame) = frame::read(&mut input)? {
        let request: Request = serde_json::from_slice(&frame.head)?;
        let (answer, body) = engine::answer(&request, &frame.body);
        let head = serde_json::to_vec(&answer)?;
        if head.len() <= frame::HEAD_MAX {
            frame::write(&mut output, &head, &body)?;
        } else {
            let fault = ScriptFault::new(FaultKind::Output, "the headers are too large");
            let answer = Answer { console: Vec::new(), outcome: Outcome::Fault(fault) };
            frame::write(&mut output, &serde_json::to_vec(&answer)?, b"")?;
        }
    }
    Ok(())
}
