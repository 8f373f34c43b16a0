//! The entries of the fuzz targets to what comes from the network.

use super::{
    content,
    fault::Fate,
    hosts, http1, http2,
    origin::Origin,
    proxy,
    request::Request,
    response::Receipt,
    retry_after::RetryAfter,
    socket::{Counter, Dialled, Socket},
    tls,
    way::Way,
};
use bytes::Bytes;
use http::HeaderMap;
use model::{shape::Method, tenant::egress::ProxyCredentials};
use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    os::{fd::OwnedFd, unix::net::UnixStream},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, UnixStream as AsyncUnixStream},
};

/// The result of an exchange with the bytes of a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub status: u16,
    pub headers: String,
    pub body: Bytes,
    pub location: Option<String>,
    pub note: Option<String>,
    /// The connection can serve another request.
    pub is_kept: bool,
}

/// `Retry-After`, as the wait from the Unix epoch in seconds.
pub fn retry_after(line: &str) -> Option<u64> {
    RetryAfter::parse(line).map(|one| one.from(model::Timestamp::from_micros(0)).as_secs())
}

/// The readable part of a body, at most `most` bytes, and the note when there is none.
pub fn content(raw: &[u8], encodings: &str, media: &str, most: usize) -> (Bytes, Option<String>) {
    let kept = content::readable(raw.to_vec(), encodings, media, most);
    (kept.body, kept.note)
}

/// The names of a hosts file, sorted.
pub fn hosts(text: &str) -> Vec<(String, Vec<IpAddr>)> {
    hosts::names(text)
}

/// The name of an algorithm by its identifier in DER.
pub fn tls_algorithm(der: &[u8]) -> String {
    tls::algorithm(der)
}

/// Findings in the frames of an HTTP/2 connection: a response has begun, the first frame was SETTINGS, and whether the
/// request on this stream was processed.
pub fn frames(pieces: &[&[u8]], stream: u32) -> (bool, bool, &'static str) {
    let (has_answered, has_begun, fate) = http2::told(pieces, stream);
    let fate = match fate {
        Fate::Unheard => "unheard",
        Fate::Unprocessed => "unprocessed",
        _ => "unknown",
    };
    (has_answered, has_begun, fate)
}

/// One exchange in HTTP/1.1 with a receiver that sends these pieces and then ends the connection. The error is the
/// kind of the fault.
pub fn exchange(pieces: &[&[u8]]) -> Result<Heard, String> {
    run(pieces, async |tcp| {
        let place = Counter::new(1).enter().ok_or("no place")?;
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut connection = http1::Connection::new(Socket::plain(Dialled { tcp, address, place }));
        let url = url::Url::parse("http://receiver.test/hook").map_err(|fault| fault.to_string())?;
        let origin = Origin::new(&url).map_err(|fault| fault.to_string())?;
        let uri = url.as_str().parse().map_err(|_| "no URI")?;
        let (way, body) = (Way::new(&origin, None), Bytes::from_static(b"{}"));
        let request = Request { method: Method::Post, way, uri: &uri, headers: HeaderMap::new(), body };
        let mut receipt = Receipt::default();
        let keep = connection.exchange(&request, &mut receipt).await.map_err(|fault| format!("{fault:?}"))?;
        let answer = receipt.into_answer().ok_or("no answer")?;
        Ok(Heard {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            location: answer.location,
            note: answer.note,
            is_kept: keep == http1::Keep::Open,
        })
    })
}

/// A tunnel by CONNECT through a proxy that sends these pieces: the bytes that it leaves for the receiver's connection.
pub fn tunnel_connect(pieces: &[&[u8]]) -> Result<Vec<u8>, String> {
    run(pieces, async |mut tcp| {
        let credentials = credentials();
        proxy::fuzzing::connect(&mut tcp, Some(&credentials)).await.map_err(|fault| fault.to_string())?;
        rest(&tcp).await
    })
}

/// The same by SOCKS5.
pub fn tunnel_socks5(pieces: &[&[u8]]) -> Result<Vec<u8>, String> {
    run(pieces, async |mut tcp| {
        let credentials = credentials();
        proxy::fuzzing::socks5(&mut tcp, Some(&credentials)).await.map_err(|fault| fault.to_string())?;
        rest(&tcp).await
    })
}

fn credentials() -> ProxyCredentials {
    ProxyCredentials { username: "user".into(), password: "password".into() }
}

/// All bytes up to the end of the connection.
async fn rest(tcp: &TcpStream) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        tcp.readable().await.map_err(|fault| fault.to_string())?;
        match tcp.try_read_buf(&mut bytes) {
            Ok(0) => return Ok(bytes),
            Ok(_) => {}
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {}
            Err(fault) => return Err(fault.to_string()),
        }
    }
}

/// Runs `client` on one end of a socket; the other one sends the pieces, and ends its half.
fn run<T>(pieces: &[&[u8]], client: impl AsyncFnOnce(TcpStream) -> Result<T, String>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(|fault| fault.to_string())?;
    runtime.block_on(async {
        let (tcp, mut peer) = pair().map_err(|fault| fault.to_string())?;
        let sends = async {
            for piece in pieces {
                // The client may have ended already.
                let _ = peer.write_all(piece).await;
                tokio::task::yield_now().await;
            }
            let _ = peer.shutdown().await;
            // The end stays open: the client's unread bytes would turn into a reset otherwise.
            peer
        };
        let (result, _peer) = tokio::join!(client(tcp), sends);
        result
    })
}

/// Two connected sockets without a network.
fn pair() -> io::Result<(TcpStream, AsyncUnixStream)> {
    let (one, other) = UnixStream::pair()?;
    one.set_nonblocking(true)?;
    other.set_nonblocking(true)?;
    let tcp = std::net::TcpStream::from(OwnedFd::from(one));
    Ok((TcpStream::from_std(tcp)?, AsyncUnixStream::from_std(other)?))
}
