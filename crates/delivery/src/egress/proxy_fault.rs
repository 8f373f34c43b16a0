//! Errors of a tenant's proxy. Tenants read the messages, so they do not name the proxy.

use std::io;

/// Why a proxy made no connection to a receiver.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProxyFault {
    #[error("the host name of the proxy has no address")]
    Unknown,
    #[error("the proxy refused the connection")]
    Refused,
    #[error("no connection to the proxy ({0})")]
    Connect(io::ErrorKind),
    #[error("the proxy closed the connection")]
    Closed,
    #[error("the proxy did not accept the credentials of the tenant's egress")]
    Credentials,
    /// An answer to CONNECT that is no success.
    #[error("the proxy answered HTTP {0} to CONNECT")]
    Status(u16),
    /// A reply code of SOCKS5 (RFC 1928, section 6).
    #[error("the proxy reports: {}", reply(*.0))]
    Reply(u8),
    #[error("the proxy does not speak {0}")]
    Protocol(&'static str),
}

/// The reply code of SOCKS5 for a receiver that refused the connection.
pub(super) const RECEIVER_REFUSED: u8 = 5;

fn reply(code: u8) -> &'static str {
    match code {
        1 => "general failure",
        2 => "its rules do not allow the connection",
        3 => "network unreachable",
        4 => "host unreachable",
        RECEIVER_REFUSED => "connection refused",
        6 => "the connection took too long",
        7 => "it cannot make connections",
        8 => "it does not support addresses of this family",
        _ => "an unknown error",
    }
}

impl From<io::Error> for ProxyFault {
    fn from(fault: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match fault.kind() {
            Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Self::Closed,
            kind => Self::Connect(kind),
        }
    }
}
