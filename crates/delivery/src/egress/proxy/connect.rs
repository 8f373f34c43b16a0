//! A tunnel by CONNECT (RFC 9110, section 9.3.6). The head of the response is read byte by byte in effect: the bytes
//! after it are the receiver's.

use crate::egress::proxy_fault::ProxyFault;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::tenant::egress::ProxyCredentials;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longest head of a response, in bytes.
const HEAD_MAX: usize = 16 * 1024;
/// Interim responses (1xx), at most.
const INTERIM_MAX: usize = 8;

pub(super) async fn tunnel(
    tcp: &mut TcpStream,
    receiver: SocketAddr,
    credentials: Option<&ProxyCredentials>,
) -> Result<(), ProxyFault> {
    let mut request = format!("CONNECT {receiver} HTTP/1.1\r\nHost: {receiver}\r\n");
    if let Some(ProxyCredentials { username, password }) = credentials {
        let encoded = STANDARD.encode(format!("{username}:{password}"));
        request.push_str(&format!("Proxy-Authorization: Basic {encoded}\r\n"));
    }
    request.push_str("\r\n");
    tcp.write_all(request.as_bytes()).await?;
    for _ in 0..INTERIM_MAX {
        match status(&head(tcp).await?)? {
            200..=299 => return Ok(()),
            100..=199 => {}
            401 | 407 => return Err(ProxyFault::Credentials),
            other => return Err(ProxyFault::Status(other)),
        }
    }
    Err(ProxyFault::Protocol("HTTP"))
}

/// Reads the head of a response, and nothing that follows it.
async fn head(tcp: &mut TcpStream) -> Result<Vec<u8>, ProxyFault> {
    const END: &[u8] = b"\r\n\r\n";
    let (mut head, mut seen) = (Vec::new(), [0; 1024]);
    loop {
        let peeked = tcp.peek(&mut seen).await?;
        if peeked == 0 {
            return Err(ProxyFault::Closed);
        }
        // The end may have begun in the bytes before.
        let from = head.len().saturating_sub(END.len() - 1);
        let before = head.len();
        head.extend_from_slice(&seen[..peeked]);
        let end = head[from..].windows(END.len()).position(|part| part == END).map(|at| from + at + END.len());
        let taken = end.map_or(peeked, |end| end - before);
        tcp.read_exact(&mut seen[..taken]).await?;
        if let Some(end) = end {
            head.truncate(end);
            return Ok(head);
        }
        if head.len() > HEAD_MAX || !b"HTTP/1.".iter().zip(&head).all(|(wanted, byte)| wanted == byte) {
            return Err(ProxyFault::Protocol("HTTP"));
        }
    }
}

/// The status of a response.
fn status(head: &[u8]) -> Result<u16, ProxyFault> {
    let not_http = || ProxyFault::Protocol("HTTP");
    let rest = head.strip_prefix(b"HTTP/1.").ok_or_else(not_http)?;
    let [b'0' | b'1', b' ', code @ .., b' ' | b'\r'] = rest.get(..6).ok_or_else(not_http)? else {
        return Err(not_http());
    };
    let code = std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    code.and_then(|code| code.parse().ok()).filter(|code| (100..600).contains(code)).ok_or_else(not_http)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_line_of_http_1_has_a_status() {
        for (head, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 200\r\n\r\n", Some(200)),
            ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Some(407)),
            ("HTTP/2 200\r\n\r\n", None),
            ("HTTP/1.1 2000 OK\r\n\r\n", None),
            ("HTTP/1.1 +20 OK\r\n\r\n", None),
            ("HTTP/1.1 999 OK\r\n\r\n", None),
            ("HTTP/1.1 20\r\n\r\n", None),
            ("HTTP/1.1", None),
            ("SSH-2.0-x\r\n\r\n", None),
            ("", None),
        ] {
            assert_eq!(status(head.as_bytes()).ok(), expected, "{head:?}");
        }
    }
}
