//! From the layers' errors to one readable sentence.

use super::{connector::ResolveError, policy::Blocked};
use hyper_util::client::legacy;
use model::attempt::{AttemptError, AttemptErrorKind, cut};
use std::{error::Error, io, iter::successors};

fn chain<'e>(fault: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    // An io::Error keeps what it wraps beside its source.
    successors(Some(fault), |one: &&'e (dyn Error + 'static)| {
        let one: &'e (dyn Error + 'static) = *one;
        match one.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => one.source(),
        }
    })
}

fn find<'e, T: Error + 'static>(fault: &'e (dyn Error + 'static)) -> Option<&'e T> {
    chain(fault).find_map(|one| one.downcast_ref::<T>())
}

/// Says why a request to `host` got no answer.
pub(super) fn explain(fault: &legacy::Error, host: &str) -> AttemptError {
    let (kind, message) = classify(fault, host);
    AttemptError::new(kind, cut(&message))
}

fn classify(fault: &(dyn Error + 'static), host: &str) -> (AttemptErrorKind, String) {
    use AttemptErrorKind as Kind;
    if let Some(blocked) = find::<Blocked>(fault) {
        return (Kind::Blocked, format!("Not sent: {blocked}"));
    }
    if let Some(resolve) = find::<ResolveError>(fault) {
        let why = resolve.source().map(|cause| format!(" ({cause})")).unwrap_or_default();
        return (Kind::Dns, format!("DNS error for {host}: {resolve}{why}"));
    }
    if let Some(tls) = find::<rustls::Error>(fault) {
        return (Kind::Tls, format!("TLS error with {host}: {tls}"));
    }
    if let Some(io) = find::<io::Error>(fault) {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => (Kind::Refused, format!("Connection refused by {host}")),
            io::ErrorKind::TimedOut => (Kind::Timeout, format!("Timeout: could not connect to {host}")),
            io::ErrorKind::ConnectionReset => (Kind::Connection, format!("Connection reset by {host}")),
            io::ErrorKind::UnexpectedEof => (Kind::Connection, format!("Connection closed by {host} too early")),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                (Kind::Connection, format!("No route to {host}"))
            }
            _ => (Kind::Connection, format!("Connection error with {host}: {io}")),
        };
    }
    let last = chain(fault).last().map(ToString::to_string).unwrap_or_default();
    match find::<hyper::Error>(fault) {
        Some(hyper) if hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed() => {
            (Kind::Connection, format!("Connection closed by {host} before a complete response"))
        }
        Some(hyper) if hyper.is_parse() => (Kind::Protocol, format!("Not an HTTP response from {host}: {last}")),
        Some(_) => (Kind::Protocol, format!("HTTP error with {host}: {last}")),
        None => (Kind::Connection, format!("Connection error with {host}: {last}")),
    }
}

/// The same for a fault in the middle of a response's body.
pub(super) fn explain_body(fault: &hyper::Error, host: &str) -> AttemptError {
    let (kind, message) = classify(fault, host);
    AttemptError::new(kind, cut(&message))
}
