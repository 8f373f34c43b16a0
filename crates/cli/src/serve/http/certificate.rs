//! The certificate of the listener, read again when its files change. A pair of files that cannot be used, for example
//! because it is half written, leaves the previous certificate in use.

use crate::{
    config::TlsFiles,
    tls::{Loaded, SOON, Validity},
};
use model::{Clock, SystemClock};
use parking_lot::RwLock;
use rustls::{
    ServerConfig,
    crypto::ring,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{fmt, os::unix::fs::MetadataExt, path::Path, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Interval of looking at the files. A change is read once it is as old as that, so that both files are written.
const POLL: Duration = Duration::from_secs(2);
/// Interval of warnings about a certificate that ends soon, in looks.
const WARN: u32 = 24 * 60 * 60 / POLL.as_secs() as u32;

/// The certificate for new connections.
pub(crate) struct ServerCertificate {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
    /// State of the files before they were last read.
    read: [Option<Stamp>; 2],
}

/// State of a file, behind symbolic links: Kubernetes swaps a link to the folder of both files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    changed: (i64, i64),
    size: u64,
    inode: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
            size: found.size(),
            inode: found.ino(),
        })
    }
}

fn stamps(files: &TlsFiles) -> [Option<Stamp>; 2] {
    [Stamp::of(&files.certificate), Stamp::of(&files.key)]
}

impl ServerCertificate {
    /// Reads the files; refuses a pair that cannot be used.
    pub(crate) fn load(files: TlsFiles) -> anyhow::Result<Arc<Self>> {
        let read = stamps(&files);
        let loaded = files.load()?;
        warn_of_end(&loaded);
        Ok(Arc::new(Self { files, current: RwLock::new(Arc::new(loaded.key)), read }))
    }

    /// TLS 1.2 and 1.3 with this certificate, for HTTP/2 and HTTP/1.1.
    pub(crate) fn server_config(self: &Arc<Self>) -> anyhow::Result<Arc<ServerConfig>> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Reads the files again when they have changed, and whenever `again` is notified.
    pub(crate) async fn follow(self: Arc<Self>, again: Arc<Notify>) {
        let (mut read, mut last, mut looks) = (self.read, self.read, 0);
        loop {
            let is_asked = tokio::select! {
                () = tokio::time::sleep(POLL) => false,
                () = again.notified() => true,
            };
            let this = self.clone();
            let look = move || {
                let now = stamps(&this.files);
                let is_new = is_asked || now != read && now == last;
                (now, is_new.then(|| this.files.load()))
            };
            let Ok((now, loaded)) = tokio::task::spawn_blocking(look).await else { continue };
            last = now;
            looks += 1;
            match loaded {
                Some(loaded) => {
                    read = now;
                    self.replace(loaded);
                }
                None if looks % WARN == 0 => self.warn_again().await,
                None => {}
            }
        }
    }

    fn replace(&self, loaded: anyhow::Result<Loaded>) {
        match loaded {
            Ok(loaded) => {
                warn_of_end(&loaded);
                let not_after = loaded.not_after;
                *self.current.write() = Arc::new(loaded.key);
                tracing::info!(%not_after, "read the TLS certificate again");
            }
            Err(fault) => tracing::error!(
                error = format!("{fault:#}"),
                "failed to read the changed TLS certificate; the previous one stays in use"
            ),
        }
    }

    /// Repeats the warning while nobody has renewed the certificate.
    async fn warn_again(&self) {
        let files = self.files.clone();
        if let Ok(Ok(loaded)) = tokio::task::spawn_blocking(move || files.load()).await {
            warn_of_end(&loaded);
        }
    }
}

fn warn_of_end(loaded: &Loaded) {
    let (not_before, not_after) = (loaded.not_before, loaded.not_after);
    match loaded.validity(SystemClock.now()) {
        Validity::Expired => tracing::warn!(%not_after, "the TLS certificate has expired; clients refuse it"),
        Validity::NotYet => tracing::warn!(%not_before, "the TLS certificate is not valid yet; clients refuse it"),
        Validity::DaysLeft(days) if days < SOON => {
            tracing::warn!(%not_after, days, "the TLS certificate expires soon");
        }
        Validity::DaysLeft(_) => {}
    }
}

impl ResolvesServerCert for ServerCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().clone())
    }
}

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCertificate").field("files", &self.files).finish_non_exhaustive()
    }
}
