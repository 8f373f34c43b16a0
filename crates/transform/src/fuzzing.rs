//! The entries of the fuzz targets: what a worker that foreign code has taken over may answer.

use crate::{
    fault::FaultKind,
    frame,
    shape::{self, Before, Effect},
    wire::{Answer, Outcome, Request},
};
use std::io;

/// Largest body that the host accepts here, in bytes.
pub const BODY_MAX: usize = 4_096;

/// The webhook before the script.
pub const PATH: &str = "/hook";
pub const HEADERS: [(&str, &str); 1] = [("x-plan", "gold")];

/// A name that scripts may set; they may set no other.
pub const MAY_SET: &str = "x-script";

/// Reads a frame as the host does: its head and body.
pub fn frame(bytes: &[u8]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut rest = bytes;
    // The frame is in memory, so that nothing waits.
    let frame = futures_now(frame::receive(&mut rest, BODY_MAX))?;
    Ok((frame.head, frame.body))
}

/// Writes a frame.
pub fn framed(head: &[u8], body: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    frame::write(&mut bytes, head, body)?;
    Ok(bytes)
}

/// The frame as the worker reads it.
pub fn worker_frame(mut bytes: &[u8]) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    Ok(frame::read(&mut bytes)?.map(|frame| (frame.head, frame.body)))
}

/// True when the head of a frame is a call.
pub fn is_call(head: &[u8]) -> bool {
    serde_json::from_slice::<Request>(head).is_ok()
}

/// Applies the answer of a worker to a webhook. The error is the fault that the script's author reads, with its kind.
pub fn effect(head: &[u8], body: Vec<u8>) -> Option<Result<Effect, (FaultKind, String)>> {
    let answer: Answer = serde_json::from_slice(head).ok()?;
    let Outcome::Send(changes) = answer.outcome else { return None };
    let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let before = Before { body: b"{}", path: PATH, method: "POST", headers: &headers };
    let shaped = shape::shape(&before, changes, body, BODY_MAX, &|name| name == MAY_SET);
    Some(shaped.map(Effect::Send).map_err(|fault| (fault.kind, fault.message)))
}

/// The result of a future that does not wait.
fn futures_now<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(result) => result,
        std::task::Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
