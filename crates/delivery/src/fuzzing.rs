//! The entries of the fuzz targets: what receivers, proxies, token endpoints and other nodes answer.

pub use crate::egress::fuzzing::{
    Heard, content, exchange, frames, hosts, retry_after, tls_algorithm, tunnel_connect, tunnel_socks5,
};

use crate::{batch::Failed, feed, receivers};
use model::credentials::OAuth2;

/// The ids that the answer to a batch lists as failed: `None` when it lists every event.
pub fn failed_of_batch(body: &[u8]) -> Option<Vec<String>> {
    match Failed::read(body) {
        Failed::None => Some(Vec::new()),
        Failed::Ids(ids) => Some(ids.into_iter().collect()),
        Failed::Unknown => None,
    }
}

/// The access token in the answer of a token endpoint, or the fault that its subscription shows.
pub fn token(settings: &OAuth2, status: u16, body: &[u8]) -> Result<String, String> {
    receivers::read_answer(settings, status, body)
        .map(|fetched| fetched.access_token)
        .map_err(|fault| fault.to_string())
}

/// The entries of a packet of the feed, and the packet that they make.
pub fn feed_packet(bytes: &[u8]) -> Option<(Vec<feed::Entry>, Vec<u8>)> {
    let entries = feed::decode(bytes)?;
    let packet = feed::encode(&entries);
    Some((entries, packet))
}
