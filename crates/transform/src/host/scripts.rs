//! The pool: bounded workers, bounded waiting, and what follows from a worker's end.

use super::process::{Lost, Program, Worker};
use crate::{
    clock::Start,
    fault::{Failure, FaultKind, ScriptFault},
    frame::{self, Frame},
    limits::{CONSOLE_BYTES, CONSOLE_LINES, Limits, SOURCE_MAX},
    shape::{self, Before, Effect},
    wire::{Answer, Bounds, Outcome, Request, Webhook},
};
use serde_json::value::RawValue;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit, TryAcquireError},
    time::timeout,
};

/// Runs scripts in worker processes. They start when they are needed, and are used again.
///
/// A call that is dropped before its end kills its worker.
pub struct Scripts {
    program: Program,
    limits: Limits,
    /// One permit per call that runs or waits.
    places: Semaphore,
    /// One permit per call that runs.
    running: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

/// A webhook request before its transformation.
pub struct Input<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    /// RFC 3339. The current time for the script.
    pub timestamp: &'a str,
    pub tenant: &'a str,
    /// A JSON object.
    pub metadata: &'a str,
    pub method: &'a str,
    /// Path and query of the URL.
    pub path: &'a str,
    /// The subscription's own headers that are no secrets, with names in lower case.
    pub headers: &'a [(String, String)],
    /// JSON.
    pub body: &'a [u8],
    /// Whether a script may set the header with this name (in lower case). Not asked for `content-type`, and for headers
    /// that keep their value.
    pub may_set: &'a (dyn Fn(&str) -> bool + Sync),
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    pub result: Result<Effect, ScriptFault>,
    /// Lines of `console.log`: at most 100, together about 8 KiB. Foreign text, for its author only.
    pub console: Vec<String>,
    /// From the handover to a worker until its answer.
    pub took: Duration,
}

impl Scripts {
    pub fn new(program: Program, limits: Limits) -> Self {
        let workers = limits.workers.max(1);
        Self {
            places: Semaphore::new(workers + limits.queue),
            running: Semaphore::new(workers),
            idle: Mutex::default(),
            program,
            limits,
        }
    }

    /// Compiles a script and runs its top level, but not its function.
    pub async fn check(&self, source: &str) -> Result<Result<(), ScriptFault>, Failure> {
        if let Err(fault) = check_source(source) {
            return Ok(Err(fault));
        }
        let (answered, _) = self.call(source, None, b"").await?;
        Ok(match answered {
            Ok((Answer { outcome: Outcome::Checked, .. }, _)) => Ok(()),
            Ok((Answer { outcome: Outcome::Fault(fault), .. }, _)) => Err(self.worded(fault)),
            Ok(_) => Err(crashed("it gave the answer to another question")),
            Err(fault) => Err(fault),
        })
    }

    /// Transforms a webhook.
    pub async fn run(&self, source: &str, input: &Input<'_>) -> Result<Ran, Failure> {
        let webhook = check_source(source)
            .and_then(|()| shape::check_input(input.body, self.limits.body))
            .and_then(|()| shape::check_input(input.metadata.as_bytes(), self.limits.body))
            .and_then(|()| webhook(input));
        let webhook = match webhook {
            Ok(webhook) => webhook,
            Err(fault) => return Ok(Ran { result: Err(fault), console: Vec::new(), took: Duration::ZERO }),
        };
        let (answered, took) = self.call(source, Some(webhook), input.body).await?;
        let (result, console) = match answered {
            Err(fault) => (Err(fault), Vec::new()),
            Ok((answer, body)) => (self.effect(answer.outcome, body, input), bounded(answer.console)),
        };
        Ok(Ran { result, console, took })
    }

    /// Ends all workers. Calls that run are waited for, until their deadline; further ones fail.
    pub async fn close(&self) {
        self.places.close();
        // Permits of running calls come back within their deadline, of which there may be two.
        let workers = u32::try_from(self.limits.workers.max(1)).unwrap_or(u32::MAX);
        let all = timeout(self.limits.deadline * 2 + self.limits.start, self.running.acquire_many(workers)).await;
        self.running.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in idle {
            worker.kill().await;
        }
    }

    fn effect(&self, outcome: Outcome, body: Vec<u8>, input: &Input<'_>) -> Result<Effect, ScriptFault> {
        match outcome {
            Outcome::Drop => Ok(Effect::Drop),
            Outcome::Fault(fault) => Err(self.worded(fault)),
            Outcome::Checked => Err(crashed("it gave the answer to another question")),
            Outcome::Send(changes) => {
                let before =
                    Before { body: input.body, path: input.path, method: input.method, headers: input.headers };
                shape::shape(&before, changes, body, self.limits.body, input.may_set).map(Effect::Send)
            }
        }
    }

    /// A fault of the worker, bounded, and with the limit that the script exceeded.
    fn worded(&self, fault: ScriptFault) -> ScriptFault {
        match fault.kind {
            FaultKind::TimeOut => self.late(),
            FaultKind::Memory => {
                let limit = self.limits.memory / (1024 * 1024);
                ScriptFault::new(
                    FaultKind::Memory,
                    format!("the script used more than {limit} MiB of memory{}", fault.message),
                )
            }
            _ => fault.bounded(),
        }
    }

    fn late(&self) -> ScriptFault {
        let limit = self.limits.deadline.as_millis();
        ScriptFault::new(FaultKind::TimeOut, format!("the script ran for longer than {limit} ms"))
    }

    /// Makes a call. A worker that dies may have been killed from outside, so the call is made once more.
    async fn call(&self, source: &str, webhook: Option<Webhook>, body: &[u8]) -> Result<(Answered, Duration), Failure> {
        let bounds = Bounds {
            deadline_millis: u64::try_from(self.limits.deadline.as_millis()).unwrap_or(u64::MAX),
            memory: self.limits.memory,
            body: self.limits.body,
        };
        let request = Request { source: source.to_owned(), webhook, bounds };
        let head = serde_json::to_vec(&request).map_err(|error| Failure::Worker(error.to_string()))?;
        if head.len() > frame::HEAD_MAX {
            let fault =
                ScriptFault::new(FaultKind::Input, "the event cannot be transformed: its headers are too large");
            return Ok((Err(fault), Duration::ZERO));
        }
        let _permits = self.admit().await?;
        let mut cause = String::new();
        for _ in 0..2 {
            let mut worker = self.worker().await?;
            let start = Start::now();
            let outcome = worker.call(&head, body, &self.limits).await;
            let took = start.elapsed();
            match outcome.map(parse) {
                Ok(Ok(answer)) => {
                    self.give_back(worker);
                    return Ok((Ok(answer), took));
                }
                Err(Lost::Late) => {
                    worker.kill().await;
                    return Ok((Err(self.late()), took));
                }
                Ok(Err(why)) | Err(Lost::Died(why)) => {
                    cause = why;
                    worker.kill().await;
                }
            }
        }
        Ok((Err(crashed(&cause)), Duration::ZERO))
    }

    /// Waits for the permission to use a worker.
    async fn admit(&self) -> Result<(SemaphorePermit<'_>, SemaphorePermit<'_>), Failure> {
        let place = self.places.try_acquire().map_err(|error| match error {
            TryAcquireError::Closed => Failure::Closed,
            TryAcquireError::NoPermits => Failure::Busy,
        })?;
        match timeout(self.limits.patience, self.running.acquire()).await {
            Ok(Ok(permit)) => Ok((place, permit)),
            Ok(Err(_)) => Err(Failure::Closed),
            Err(_) => Err(Failure::Busy),
        }
    }

    /// An idle worker that still runs, or a new one.
    async fn worker(&self) -> Result<Worker, Failure> {
        while let Some(mut worker) = self.take_idle() {
            if worker.is_usable(&self.limits) {
                return Ok(worker);
            }
            worker.kill().await;
        }
        Worker::start(&self.program, &self.limits).await
    }

    fn take_idle(&self) -> Option<Worker> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, mut worker: Worker) {
        if worker.is_usable(&self.limits) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}

/// An answer with its body, or the fault of a script that lost its worker.
type Answered = Result<(Answer, Vec<u8>), ScriptFault>;

fn parse(frame: Frame) -> Result<(Answer, Vec<u8>), String> {
    match serde_json::from_slice(&frame.head) {
        Ok(answer) => Ok((answer, frame.body)),
        Err(_) => Err("its answer cannot be read".to_owned()),
    }
}

fn crashed(cause: &str) -> ScriptFault {
    ScriptFault::new(FaultKind::Crashed, format!("the process that ran the script failed: {cause}"))
}

fn check_source(source: &str) -> Result<(), ScriptFault> {
    if source.len() <= SOURCE_MAX && !source.contains('\0') {
        return Ok(());
    }
    let message = format!("the source must have at most {SOURCE_MAX} bytes, and no NUL");
    Err(ScriptFault::new(FaultKind::Syntax, message))
}

fn webhook(input: &Input<'_>) -> Result<Webhook, ScriptFault> {
    let metadata = RawValue::from_string(input.metadata.to_owned())
        .map_err(|_| ScriptFault::new(FaultKind::Input, "the event cannot be transformed: its metadata is not JSON"))?;
    Ok(Webhook {
        id: input.id.to_owned(),
        kind: input.kind.to_owned(),
        timestamp: input.timestamp.to_owned(),
        tenant: input.tenant.to_owned(),
        metadata,
        method: input.method.to_owned(),
        path: input.path.to_owned(),
        headers: input.headers.to_vec(),
    })
}

/// The worker keeps these bounds; a compromised one may not.
fn bounded(mut console: Vec<String>) -> Vec<String> {
    let mut left = CONSOLE_BYTES + 100;
    console.truncate(CONSOLE_LINES);
    console.retain(|line| {
        left = left.saturating_sub(line.len());
        left > 0
    });
    console
}
