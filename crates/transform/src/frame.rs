//! Frames between host and worker: two lengths of four bytes (little-endian), a head in JSON, and a body of raw bytes.

use std::io::{self, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// First frame of a worker, sent when its limits are in force.
pub(crate) const HELLO: &[u8] = b"postrider transform worker 1";

/// Largest head of a frame: a source or the console, escaped as JSON, and headers.
pub(crate) const HEAD_MAX: usize = 1024 * 1024;

/// Largest body that a worker reads. The host's limit is lower.
pub(crate) const BODY_MAX: usize = 16 * 1024 * 1024;

pub(crate) struct Frame {
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// The lengths of head and body. Refuses those above the maximum before anything is allocated.
fn lengths(start: [u8; 8], body_max: usize) -> io::Result<(usize, usize)> {
    let [a, b, c, d, e, f, g, h] = start;
    let (head, body) = (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize);
    if head > HEAD_MAX || body > body_max {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too large"));
    }
    Ok((head, body))
}

fn start(head: &[u8], body: &[u8]) -> io::Result<[u8; 8]> {
    let length = |part: &[u8]| u32::try_from(part.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    let mut start = [0; 8];
    start[..4].copy_from_slice(&length(head)?.to_le_bytes());
    start[4..].copy_from_slice(&length(body)?.to_le_bytes());
    Ok(start)
}

/// The next frame, or `None` at the end of the stream.
pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut start = [0; 8];
    match from.read_exact(&mut start) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let (head, body) = lengths(start, BODY_MAX)?;
    let mut frame = Frame { head: vec![0; head], body: vec![0; body] };
    from.read_exact(&mut frame.head)?;
    from.read_exact(&mut frame.body)?;
    Ok(Some(frame))
}

pub(crate) fn write(to: &mut impl Write, head: &[u8], body: &[u8]) -> io::Result<()> {
    to.write_all(&start(head, body)?)?;
    to.write_all(head)?;
    to.write_all(body)?;
    to.flush()
}

/// As [`read`], where the end of the stream is an error.
pub(crate) async fn receive(from: &mut (impl AsyncRead + Unpin), body_max: usize) -> io::Result<Frame> {
    let mut start = [0; 8];
    from.read_exact(&mut start).await?;
    let (head, body) = lengths(start, body_max)?;
    let mut frame = Frame { head: vec![0; head], body: vec![0; body] };
    from.read_exact(&mut frame.head).await?;
    from.read_exact(&mut frame.body).await?;
    Ok(frame)
}

pub(crate) async fn send(to: &mut (impl AsyncWrite + Unpin), head: &[u8], body: &[u8]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(8 + head.len() + body.len());
    bytes.extend(start(head, body)?);
    bytes.extend(head);
    bytes.extend(body);
    to.write_all(&bytes).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_written_and_bounded() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"head", b"the body").unwrap();
        let mut from = bytes.as_slice();
        let frame = read(&mut from).unwrap().unwrap();
        assert_eq!((frame.head.as_slice(), frame.body.as_slice()), (&b"head"[..], &b"the body"[..]));
        assert!(read(&mut from).unwrap().is_none());
        assert!(read(&mut &bytes[..10]).is_err());
        assert!(read(&mut &[255; 100][..]).is_err());
    }
}
