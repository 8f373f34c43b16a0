//! A client that writes raw bytes into a socket and reads HTTP/1.1 responses: for requests that no client library would
//! send.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// A connection.
pub(crate) struct Raw {
    stream: TcpStream,
    /// Bytes that belong to no complete response yet.
    rest: Vec<u8>,
}

/// The end of an idle connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    StillOpen,
}

impl Raw {
    pub(crate) fn connect(to: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(to).expect("a connection"), rest: Vec::new() }
    }

    /// Connects from another address of this machine, for example 127.0.0.2.
    pub(crate) async fn connect_from(from: Ipv4Addr, to: SocketAddr) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let stream = socket.connect(to).await.expect("a connection").into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        Self { stream, rest: Vec::new() }
    }

    /// Writes all bytes; `false` when the server has closed the connection.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// The status and body of the next response, if it arrives within `patience`.
    pub(crate) fn answer(&mut self, patience: Duration) -> Option<(u16, String)> {
        self.stream.set_read_timeout(Some(patience)).unwrap();
        loop {
            if let Some((answer, used)) = parse(&self.rest) {
                self.rest.drain(..used);
                return Some(answer);
            }
            let mut piece = [0; 16 * 1024];
            match self.stream.read(&mut piece) {
                Ok(0) | Err(_) => return None,
                Ok(read) => self.rest.extend_from_slice(&piece[..read]),
            }
        }
    }

    /// Waits until the server closes the connection; ignores what it sends before.
    pub(crate) fn end(mut self, patience: Duration) -> End {
        self.stream.set_read_timeout(Some(patience)).unwrap();
        let mut piece = [0; 1024];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return End::Closed,
                Ok(_) => {}
                Err(fault) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&fault.kind()) => {
                    return End::StillOpen;
                }
                Err(_) => return End::Closed,
            }
        }
    }
}

/// A complete response at the start of these bytes, and its length.
fn parse(bytes: &[u8]) -> Option<((u16, String), usize)> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).expect("a head in ASCII").to_ascii_lowercase();
    let status = text.split(' ').nth(1)?.parse().expect("a status");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().expect("a length"));
    let body = bytes.get(head..head + length)?;
    Some(((status, String::from_utf8_lossy(body).into_owned()), head + length))
}
