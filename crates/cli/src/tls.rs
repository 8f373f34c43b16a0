//! The server's own certificate and key, from PEM files.

use crate::config::TlsFiles;
use anyhow::{anyhow, bail};
use model::Timestamp;
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use std::path::Path;
use x509_cert::{Certificate, der::Decode};

pub(crate) const CERTIFICATE: &str = "POSTRIDER_TLS_CERTIFICATE";
pub(crate) const KEY: &str = "POSTRIDER_TLS_KEY";

/// A certificate with its key, which fit.
pub(crate) struct Loaded {
    pub(crate) key: CertifiedKey,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// The time that is left to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    NotYet,
    /// Whole days.
    DaysLeft(u64),
    Expired,
}

/// Days before the end at which an operator should have a new certificate.
pub(crate) const SOON: u64 = 14;

impl Loaded {
    pub(crate) fn validity(&self, now: Timestamp) -> Validity {
        if now < self.not_before {
            Validity::NotYet
        } else if now >= self.not_after {
            Validity::Expired
        } else {
            Validity::DaysLeft(self.not_after.since(now).as_secs() / 86_400)
        }
    }
}

impl TlsFiles {
    /// Reads both files. Each error is a sentence that names the setting.
    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        let (shown, key_shown) = (self.certificate.display(), self.key.display());
        let pem = read(CERTIFICATE, &self.certificate)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let chain = chain.map_err(|fault| anyhow!("{CERTIFICATE}: {shown} is not PEM: {fault}"))?;
        let Some(own) = chain.first() else {
            bail!("{CERTIFICATE}: {shown} has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        };
        let parsed = Certificate::from_der(own)
            .map_err(|fault| anyhow!("{CERTIFICATE}: the first certificate in {shown} cannot be read: {fault}"))?;
        let validity = parsed.tbs_certificate.validity;
        let pem = read(KEY, &self.key)?;
        let key = PrivateKeyDer::from_pem_slice(&pem)
            .map_err(|_| anyhow!("{KEY}: {key_shown} has no private key in PEM without a passphrase"))?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|fault| match fault {
            rustls::Error::InconsistentKeys(_) => {
                anyhow!("{KEY}: the key in {key_shown} does not belong to the first certificate in {shown}")
            }
            fault => anyhow!("{KEY}: the key in {key_shown} cannot be used: {fault}"),
        })?;
        let at = |time: x509_cert::time::Time| {
            Timestamp::from_micros(i64::try_from(time.to_unix_duration().as_micros()).unwrap_or(i64::MAX))
        };
        Ok(Loaded { key, not_before: at(validity.not_before), not_after: at(validity.not_after) })
    }
}

fn read(setting: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|fault| anyhow!("{setting}: {} cannot be read: {fault}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder with a certificate for `localhost` and its key.
    fn written() -> (tempfile::TempDir, TlsFiles) {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&files.certificate, made.cert.pem()).unwrap();
        fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        (folder, files)
    }

    fn fault(files: &TlsFiles) -> String {
        files.load().err().expect("refused").to_string()
    }

    #[test]
    fn a_certificate_and_key_that_do_not_fit_are_refused_by_name() {
        let (_folder, files) = written();
        files.load().unwrap();
        let (_other, others) = written();
        fs::copy(&others.key, &files.key).unwrap();
        let shown = fault(&files);
        assert!(shown.starts_with("POSTRIDER_TLS_KEY: the key in ") && shown.contains("does not belong"), "{shown}");
    }

    #[test]
    fn missing_empty_and_half_written_files_are_refused_by_name() {
        let (folder, files) = written();
        let (certificate, key) = (fs::read(&files.certificate).unwrap(), fs::read(&files.key).unwrap());
        fs::write(&files.certificate, &certificate[..certificate.len() / 2]).unwrap();
        assert!(fault(&files).starts_with("POSTRIDER_TLS_CERTIFICATE: "), "{}", fault(&files));
        fs::write(&files.certificate, "").unwrap();
        assert!(fault(&files).contains("has no certificate in PEM"), "{}", fault(&files));
        fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert!(fault(&files).contains("the first certificate"), "{}", fault(&files));
        fs::write(&files.certificate, &certificate).unwrap();
        for bad in [&key[..key.len() / 2], &certificate[..], b""] {
            fs::write(&files.key, bad).unwrap();
            assert!(fault(&files).starts_with("POSTRIDER_TLS_KEY: "), "{}", fault(&files));
        }
        fs::write(&files.key, key).unwrap();
        files.load().unwrap();
        let missing = TlsFiles { certificate: folder.path().join("none.pem"), ..files };
        assert!(fault(&missing).contains("none.pem cannot be read"), "{}", fault(&missing));
    }

    #[test]
    fn the_days_until_the_end_are_counted() {
        let (_folder, files) = written();
        let mut loaded = files.load().unwrap();
        let day = |days: i64| Timestamp::from_millis(days * 86_400_000);
        (loaded.not_before, loaded.not_after) = (day(100), day(190));
        assert_eq!(loaded.validity(day(99)), Validity::NotYet);
        assert_eq!(loaded.validity(day(100)), Validity::DaysLeft(90));
        assert_eq!(loaded.validity(Timestamp::from_millis(190 * 86_400_000 - 1)), Validity::DaysLeft(0));
        assert_eq!(loaded.validity(day(190)), Validity::Expired);
    }
}
