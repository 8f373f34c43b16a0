//! Why a request has no answer: what it is called, whose fault it is, and whether the request may be sent again at once.

use super::{policy::Blocked, tls};
use model::attempt::{AttemptError, AttemptErrorKind, cut};
use rustix::io::Errno;
use std::{error::Error, io};

/// This machine is short of something. The receiver has nothing to do with it: no attempt was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LocalFault {
    #[error("the limit of open files is reached")]
    Descriptors,
    #[error("there is no memory for another connection")]
    Memory,
    #[error("all local ports are in use")]
    Ports,
    #[error("all connections that the limit of open files leaves room for are in use")]
    Connections,
    #[error("too many DNS queries are under way")]
    Resolver,
}

impl LocalFault {
    /// The shortage that an error of the operating system reports. Ports are not told by the error alone; see `dial`.
    pub(super) fn of(fault: &io::Error) -> Option<Self> {
        match Errno::from_io_error(fault)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Descriptors),
            Errno::NOMEM | Errno::NOBUFS => Some(Self::Memory),
            _ => None,
        }
    }
}

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Fault {
    Local(LocalFault),
    Blocked(Blocked),
    Resolve(ResolveError),
    /// No address took the connection.
    Connect(io::Error),
    Handshake(io::Error),
    /// The connection ended before a byte of the answer.
    Unanswered(io::Error),
    /// The connection ended within the status line.
    Cut(io::Error),
    /// The answer does not begin like one.
    NotHttp(String),
    /// The stream was never opened.
    NotSent(h2::Error),
    Http2 {
        fault: h2::Error,
        /// Nothing at all came over the connection since the request was sent.
        silent: bool,
    },
}

impl From<LocalFault> for Fault {
    fn from(fault: LocalFault) -> Self {
        Self::Local(fault)
    }
}

impl From<Blocked> for Fault {
    fn from(fault: Blocked) -> Self {
        Self::Blocked(fault)
    }
}

/// A host name that leads nowhere. The sentences are for the receiver's owner: no name server is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the host name does not exist")]
    Unknown,
    #[error("the host name has no address")]
    Empty,
    #[error("the name servers did not answer in time")]
    TimedOut,
    #[error("the name servers gave no usable answer")]
    Failed,
    #[error("no name server is configured on the sending machine")]
    NoResolver,
}

impl From<ResolveError> for Fault {
    fn from(fault: ResolveError) -> Self {
        Self::Resolve(fault)
    }
}

/// Whether a request may be sent again within the same attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resend {
    No,
    /// The receiver certainly did not process it.
    Unprocessed,
    /// The receiver refused it for now; certainly unprocessed, too.
    Refused,
    /// The receiver wants HTTP/1.1; certainly unprocessed, too.
    WithHttp1,
    /// A connection that had served before ended without a byte of an answer: nearly always it was closed as idle just
    /// when it was used again. HTTP clients send again then (RFC 9110, section 9.2.2, and RFC 9112, section 9.3.1).
    Stale,
}

impl Fault {
    /// `reused`: the connection had served another request before.
    pub(super) fn resend(&self, reused: bool) -> Resend {
        match self {
            Self::NotSent(_) => Resend::Unprocessed,
            // A GOAWAY reaches a stream as an error only when its last stream id is lower (RFC 9113, section 6.8).
            Self::Http2 { fault, .. } if fault.is_remote() => match fault.reason() {
                Some(h2::Reason::HTTP_1_1_REQUIRED | h2::Reason::INADEQUATE_SECURITY) => Resend::WithHttp1,
                Some(h2::Reason::REFUSED_STREAM) => Resend::Refused,
                _ if fault.is_go_away() => Resend::Unprocessed,
                _ => Resend::No,
            },
            Self::Http2 { fault, silent: true } if reused && fault.is_io() => Resend::Stale,
            Self::Unanswered(fault) if reused && tls_fault(fault).is_none() => Resend::Stale,
            _ => Resend::No,
        }
    }

    /// Whether one side finds that the other's HTTP/2 breaks the protocol, so that the next request had better use
    /// HTTP/1.1.
    pub(super) fn is_broken_http2(&self) -> bool {
        let (Self::Http2 { fault, .. } | Self::NotSent(fault)) = self else { return false };
        let is_graceful = fault.reason() == Some(h2::Reason::NO_ERROR);
        fault.is_library() || (fault.is_remote() && fault.is_go_away() && !is_graceful)
    }

    /// The sentence for the receiver's owner, which is also a tenant: it tells nothing of the network that the server
    /// stands in. A local fault is no attempt, so it has no such sentence.
    pub(super) fn explain(self, host: &str) -> Result<AttemptError, LocalFault> {
        use AttemptErrorKind as Kind;
        let (kind, message) = match self {
            Self::Local(fault) => return Err(fault),
            Self::Blocked(blocked) => (Kind::Blocked, format!("Not sent: {blocked}")),
            Self::Resolve(fault) => (Kind::Dns, format!("DNS error for {host}: {fault}")),
            Self::Connect(fault) => connect(&fault, host),
            Self::Handshake(fault) => match tls_fault(&fault) {
                Some(words) => (Kind::Tls, format!("TLS error with {host}: {words}")),
                None if is_end(&fault) => {
                    (Kind::Tls, format!("TLS error with {host}: the connection was closed in the handshake"))
                }
                None => connect(&fault, host),
            },
            Self::Unanswered(fault) | Self::Cut(fault) => match tls_fault(&fault) {
                Some(words) => (Kind::Tls, format!("TLS error with {host}: {words}")),
                None if fault.kind() == io::ErrorKind::ConnectionReset => {
                    (Kind::Connection, format!("Connection reset by {host} before a complete response"))
                }
                None => (Kind::Connection, format!("Connection closed by {host} before a complete response")),
            },
            Self::NotHttp(begin) if begin.is_empty() => (Kind::Protocol, format!("Not an HTTP response from {host}")),
            Self::NotHttp(begin) => {
                (Kind::Protocol, format!("Not an HTTP response from {host}: it begins with {begin}"))
            }
            Self::NotSent(fault) | Self::Http2 { fault, .. } => match fault.get_io() {
                Some(_) => (Kind::Connection, format!("Connection closed by {host} before a complete response")),
                None => (Kind::Protocol, format!("HTTP/2 error with {host}: {fault}")),
            },
        };
        Ok(AttemptError::new(kind, cut(&message)))
    }
}

/// The connection was closed, in whatever way.
pub(super) fn is_end(fault: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        fault.kind(),
        Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::NotConnected
    )
}

fn connect(fault: &io::Error, host: &str) -> (AttemptErrorKind, String) {
    use AttemptErrorKind as Kind;
    match fault.kind() {
        io::ErrorKind::ConnectionRefused => (Kind::Refused, format!("Connection refused by {host}")),
        io::ErrorKind::TimedOut => (Kind::Timeout, format!("Timeout: could not connect to {host}")),
        io::ErrorKind::ConnectionReset => (Kind::Connection, format!("Connection reset by {host}")),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => {
            (Kind::Connection, format!("No route to {host}"))
        }
        kind => (Kind::Connection, format!("Connection error with {host}: {kind}")),
    }
}

/// The TLS fault inside an error, in words.
fn tls_fault(fault: &io::Error) -> Option<String> {
    find::<rustls::Error>(fault).map(|tls| tls::words::of(tls).into_owned())
}

/// The cause of a certain type.
pub(super) fn find<'e, T: Error + 'static>(fault: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(fault);
    while let Some(one) = next {
        if let Some(found) = one.downcast_ref::<T>() {
            return Some(found);
        }
        // An io::Error keeps what it wraps beside its source.
        next = match one.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => one.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortages_of_this_machine_are_told_from_faults_of_the_receiver() {
        for (errno, fault) in [
            (Errno::MFILE, Some(LocalFault::Descriptors)),
            (Errno::NFILE, Some(LocalFault::Descriptors)),
            (Errno::NOMEM, Some(LocalFault::Memory)),
            (Errno::NOBUFS, Some(LocalFault::Memory)),
            (Errno::CONNREFUSED, None),
            (Errno::TIMEDOUT, None),
            (Errno::HOSTUNREACH, None),
        ] {
            assert_eq!(LocalFault::of(&errno.into()), fault, "{errno:?}");
        }
        assert_eq!(LocalFault::of(&io::ErrorKind::UnexpectedEof.into()), None);
    }

    #[test]
    fn only_a_reused_connection_is_stale() {
        let unanswered = || Fault::Unanswered(io::ErrorKind::ConnectionReset.into());
        assert_eq!(unanswered().resend(true), Resend::Stale);
        assert_eq!(unanswered().resend(false), Resend::No);
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired);
        let alerted = Fault::Unanswered(io::Error::new(io::ErrorKind::InvalidData, alert));
        assert_eq!(alerted.resend(true), Resend::No);
        assert!(alerted.explain("h").unwrap().message.contains("asks for a client certificate"));
        assert_eq!(Fault::Cut(io::ErrorKind::UnexpectedEof.into()).resend(true), Resend::No);
    }

    #[test]
    fn faults_of_the_own_machine_have_no_sentence_for_a_tenant() {
        assert_eq!(Fault::from(LocalFault::Ports).explain("h"), Err(LocalFault::Ports));
    }
}
