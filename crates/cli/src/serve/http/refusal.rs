//! Responses to clients that are refused before their request is read: each gets a reason, as long as that is cheap.

use super::{
    limits::Refused,
    quiet::{EVERY, Quiet},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
};

/// Maximum number of concurrent responses; further connections are closed without one.
const ANSWERS: usize = 64;
/// Timeout of a response, including reading the client's request: if the connection were closed with unread bytes, the
/// response could be lost (RFC 9112, section 9.6).
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Refusals {
    room: Arc<Semaphore>,
    quiet: Arc<Quiet>,
}

impl Default for Refusals {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(ANSWERS)), quiet: Arc::default() }
    }
}

impl Refusals {
    /// Answers on `tcp`, if given: a client that expects TLS could not read the answer.
    pub(super) fn refuse(&self, tcp: Option<TcpStream>, peer: SocketAddr, why: Refused) {
        self.say(peer, why);
        let Some(mut tcp) = tcp else { return };
        let Ok(permit) = self.room.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _ = tokio::time::timeout(PATIENCE, async {
                tcp.write_all(answer(why).as_bytes()).await?;
                tcp.shutdown().await?;
                let mut piece = [0; 1024];
                while tcp.read(&mut piece).await? > 0 {}
                Ok::<(), std::io::Error>(())
            })
            .await;
            drop(permit);
        });
    }

    /// Logs the first refusal, and then one message for all refusals within an interval.
    fn say(&self, peer: SocketAddr, why: Refused) {
        let may_say = self.quiet.may_say(|count| {
            tracing::warn!(count, seconds = EVERY.as_secs(), "refused more clients: too many connections");
        });
        if may_say {
            tracing::warn!(%peer, limit = why.name(), "refused a client: too many connections");
        }
    }
}

fn answer(why: Refused) -> String {
    let (line, status, code, detail) = match why {
        Refused::Address => {
            let detail = "There are too many connections from your address; use fewer, and keep them open";
            ("429 Too Many Requests", 429, "too_many_connections", detail)
        }
        Refused::All => {
            let detail = "There are too many connections to this server; try again shortly";
            ("503 Service Unavailable", 503, "unavailable", detail)
        }
    };
    let title = &line[4..];
    let body =
        format!(r#"{{"type":"about:blank","title":"{title}","status":{status},"code":"{code}","detail":"{detail}"}}"#);
    format!(
        "HTTP/1.1 {line}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nretry-after: 1\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}
