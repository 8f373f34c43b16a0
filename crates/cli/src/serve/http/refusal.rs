//! Responses to clients that are refused before their request is read: each gets a reason, as long as that is cheap.

use super::limits::Refused;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
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
    said: Arc<Said>,
}

/// State of the rate limit on log messages.
#[derive(Debug, Default)]
struct Said {
    is_quiet: AtomicBool,
    /// Clients refused since the last message.
    unsaid: AtomicU64,
}

/// Interval between log messages about refused clients.
const EVERY: Duration = Duration::from_secs(10);

impl Default for Refusals {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(ANSWERS)), said: Arc::default() }
    }
}

impl Refusals {
    pub(super) fn refuse(&self, mut tcp: TcpStream, peer: SocketAddr, why: Refused) {
        self.say(peer, why);
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
        if self.said.is_quiet.swap(true, Relaxed) {
            self.said.unsaid.fetch_add(1, Relaxed);
            return;
        }
        tracing::warn!(%peer, limit = why.name(), "refused a client: too many connections");
        let said = self.said.clone();
        tokio::spawn(async move {
            tokio::time::sleep(EVERY).await;
            let count = said.unsaid.swap(0, Relaxed);
            if count > 0 {
                tracing::warn!(count, seconds = EVERY.as_secs(), "refused more clients: too many connections");
            }
            said.is_quiet.store(false, Relaxed);
        });
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
