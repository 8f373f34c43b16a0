//! Errors of requests without a response: the message, the cause (the receiver or this machine), and whether the
//! request may be sent again at once.

use super::{
    own_tls::BadClientTls,
    policy::Blocked,
    proxy_fault::{self, ProxyFault},
    rules::Refused,
    tls,
};
use model::attempt::{AttemptError, AttemptErrorKind, cut};
use rustix::io::Errno;
use std::{error::Error, io, net::IpAddr};

/// A shortage of this machine, which is no fault of the receiver and does not count as an attempt.
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
    #[error("too many DNS queries are in flight")]
    Resolver,
    #[error("all processes that run transformations are busy")]
    Scripts,
}

impl LocalFault {
    /// The label `reason` of `postrider_deliveries_put_off_total`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Descriptors => "descriptors",
            Self::Memory => "memory",
            Self::Ports => "ports",
            Self::Connections => "connections",
            Self::Resolver => "resolver",
            Self::Scripts => "scripts",
        }
    }

    /// The shortage that an error of the operating system reports. The error alone does not show a lack of ports; see
    /// `dial`.
    pub(super) fn of(fault: &io::Error) -> Option<Self> {
        match Errno::from_io_error(fault)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Descriptors),
            Errno::NOMEM | Errno::NOBUFS => Some(Self::Memory),
            _ => None,
        }
    }
}

/// The error of a request without a response.
#[derive(Debug)]
pub(super) enum Fault {
    Local(LocalFault),
    Refused(Refused),
    Resolve(ResolveError),
    /// The tenant's source addresses cannot be used.
    Source(SourceFault),
    Proxy(ProxyFault),
    /// No address accepted the connection.
    Connect(io::Error),
    Handshake(io::Error),
    /// The subscription's own certificate or authorities cannot be used.
    OwnTls(BadClientTls),
    /// The connection ended before a byte of the response.
    Unanswered(io::Error),
    /// The connection ended within the status line, or after an interim response.
    Cut(io::Error),
    /// The response does not begin with a status line; has its first bytes, escaped.
    NotHttp(String),
    /// The receiver did not answer in HTTP/2, which the subscription requires.
    NoHttp2,
    /// The HTTP/2 stream was never opened.
    NotSent(h2::Error),
    Http2 {
        fault: h2::Error,
        fate: Fate,
    },
}

/// Why the source addresses of a tenant cannot be used. Displayed after "Not sent: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SourceFault {
    #[error("the source address {0} is not an address of this machine")]
    NotOurs(IpAddr),
    #[error(
        "the source address is {}, and the receiver has no address of that family",
        if *.is_ipv6 { "an IPv6 address" } else { "an IPv4 address" }
    )]
    Family { is_ipv6: bool },
}

impl From<SourceFault> for Fault {
    fn from(fault: SourceFault) -> Self {
        Self::Source(fault)
    }
}

/// The fate of an HTTP/2 request whose stream ended without a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Unknown,
    /// A GOAWAY with a lower last stream id (RFC 9113, section 6.8).
    Unprocessed,
    /// No sign that the receiver has read the request, or the receiver was shutting the connection down gracefully. Go's
    /// server, for example, ignores requests then, although its GOAWAY names no last stream.
    Unheard,
}

impl From<LocalFault> for Fault {
    fn from(fault: LocalFault) -> Self {
        Self::Local(fault)
    }
}

impl From<Blocked> for Fault {
    fn from(fault: Blocked) -> Self {
        Self::Refused(fault.into())
    }
}

impl From<Refused> for Fault {
    fn from(fault: Refused) -> Self {
        Self::Refused(fault)
    }
}

/// A failed resolution of a host name. The messages are for the receiver's owner and do not contain a name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
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

/// The decision whether a request may be sent again within the same attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resend {
    No,
    /// The receiver certainly did not process the request.
    Unprocessed,
    /// The receiver refused the request for now, so certainly did not process it.
    Refused,
    /// The receiver requires HTTP/1.1, so certainly did not process the request.
    WithHttp1,
    /// A reused connection ended without a byte of a response: nearly always the receiver closed it as idle at that
    /// moment. HTTP clients send again then (RFC 9110, section 9.2.2, and RFC 9112, section 9.3.1).
    Stale,
}

impl Fault {
    /// `reused`: the connection has served another request.
    pub(super) fn resend(&self, reused: bool) -> Resend {
        match self {
            Self::NotSent(_) => Resend::Unprocessed,
            Self::Http2 { fault, fate } => match fault.reason() {
                Some(h2::Reason::HTTP_1_1_REQUIRED | h2::Reason::INADEQUATE_SECURITY) if fault.is_remote() => {
                    Resend::WithHttp1
                }
                Some(h2::Reason::REFUSED_STREAM) if fault.is_remote() => Resend::Refused,
                _ if fault.is_reset() => Resend::No,
                _ if *fate == Fate::Unprocessed => Resend::Unprocessed,
                _ if *fate == Fate::Unheard && reused && (fault.is_io() || fault.is_remote()) => Resend::Stale,
                _ => Resend::No,
            },
            Self::Unanswered(fault) if reused && tls_fault(fault).is_none() => Resend::Stale,
            _ => Resend::No,
        }
    }

    /// True when one side reports a violation of HTTP/2 by the other, so that the next request uses HTTP/1.1.
    pub(super) fn is_broken_http2(&self) -> bool {
        let (Self::Http2 { fault, .. } | Self::NotSent(fault)) = self else { return false };
        let is_graceful = fault.reason() == Some(h2::Reason::NO_ERROR);
        fault.is_library() || (fault.is_remote() && fault.is_go_away() && !is_graceful)
    }

    /// The error message for the receiver's owner. Tenants read it, so it reveals nothing about the server's network. A
    /// shortage of this machine is no attempt and has no message.
    pub(super) fn explain(self, host: &str) -> Result<AttemptError, LocalFault> {
        use AttemptErrorKind as Kind;
        let (kind, message) = match self {
            Self::Local(fault) => return Err(fault),
            Self::Refused(refused) => (Kind::Blocked, format!("Not sent: {refused}")),
            Self::OwnTls(fault) => (Kind::Tls, format!("Not sent: tls.{} {fault}", fault.field())),
            Self::Source(fault) => (Kind::Unsendable, format!("Not sent: {fault}")),
            Self::Proxy(ProxyFault::Reply(proxy_fault::RECEIVER_REFUSED)) => {
                (Kind::Refused, format!("Connection refused by {host}, as the proxy reports"))
            }
            Self::Proxy(fault) => (Kind::Proxy, format!("Proxy error: {fault}")),
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
            Self::NoHttp2 => (
                Kind::Protocol,
                format!("HTTP/2 error with {host}: it did not answer in HTTP/2, which the subscription requires"),
            ),
            Self::NotSent(fault) | Self::Http2 { fault, .. } => match fault.get_io() {
                Some(_) => (Kind::Connection, format!("Connection closed by {host} before a complete response")),
                None => (Kind::Protocol, format!("HTTP/2 error with {host}: {fault}")),
            },
        };
        Ok(AttemptError::new(kind, cut(&message)))
    }
}

/// True when the receiver refused all versions of HTTP that the handshake offered (RFC 7301, section 3.2).
pub(super) fn refuses_offer(fault: &io::Error) -> bool {
    let refusals = [
        rustls::Error::NoApplicationProtocol,
        rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol),
    ];
    find::<rustls::Error>(fault).is_some_and(|fault| refusals.contains(fault))
}

/// True when the connection was closed, in whatever way.
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

/// The description of the TLS error inside an I/O error.
fn tls_fault(fault: &io::Error) -> Option<String> {
    find::<rustls::Error>(fault).map(|tls| tls::words::of(tls).into_owned())
}

/// The first cause of type `T` in a chain of errors.
pub(super) fn find<'e, T: Error + 'static>(fault: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(fault);
    while let Some(one) = next {
        if let Some(found) = one.downcast_ref::<T>() {
            return Some(found);
        }
        // `io::Error::source` skips the wrapped error itself.
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
    fn shortages_of_this_machine_are_distinguished_from_errors_of_the_receiver() {
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
    fn every_shortage_is_a_label_of_its_metric() {
        use LocalFault::{Connections, Descriptors, Memory, Ports, Resolver, Scripts};
        assert_eq!(
            [Descriptors, Memory, Ports, Connections, Resolver, Scripts].map(LocalFault::name),
            metrics::SHORTAGES
        );
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
    fn a_shortage_of_this_machine_has_no_message_for_a_tenant() {
        assert_eq!(Fault::from(LocalFault::Ports).explain("h"), Err(LocalFault::Ports));
    }
}
