//! How the API's listener speaks: TLS with its certificate, and the limits of HTTP.

use super::http::{Protocol, ServerCertificate, Tls};
use crate::config::Config;
use std::sync::Arc;
use tokio::sync::Notify;

/// The configured protocol. The certificate is read here, and again whenever its files change or `again` is notified.
pub(super) fn protocol(config: &Config, again: Arc<Notify>) -> anyhow::Result<Protocol> {
    let front = &config.front;
    let mut tls = None;
    if let Some(files) = front.tls.clone() {
        let certificate = ServerCertificate::load(files)?;
        tls = Some(Tls { config: certificate.server_config()?, deadline: front.tls_handshake });
        tokio::spawn(certificate.follow(again));
    }
    Ok(Protocol { tls, streams: front.http2_streams, header_bytes: front.header_bytes })
}
