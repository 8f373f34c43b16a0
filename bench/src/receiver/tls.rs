//! A certificate for this run, which the server trusts through `SSL_CERT_FILE`.

use anyhow::Context;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{path::Path, sync::Arc};
use tokio_rustls::TlsAcceptor;

/// Creates the certificate, writes it to `file`, and returns an acceptor with it (HTTP/1.1 with keep-alive).
pub(super) fn acceptor(file: &Path) -> anyhow::Result<TlsAcceptor> {
    let made =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).context("failed to create a certificate")?;
    std::fs::write(file, made.cert.pem()).with_context(|| format!("failed to write {}", file.display()))?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
