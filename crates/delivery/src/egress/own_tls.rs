//! TLS of one subscription: a client certificate (mutual TLS), and authorities that sign the receiver's certificate.

use super::tls::Tls;
use model::credentials::{ClientIdentity, ClientTls, PEM_MAX};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use sha2::{Digest, Sha256};
use std::{fmt, sync::OnceLock};

/// The reason for which a client certificate, its key or an authority is refused; without any of their content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadClientTls {
    #[error("must have at most {PEM_MAX} bytes")]
    TooLarge(&'static str),
    #[error("must be one or more certificates in PEM (-----BEGIN CERTIFICATE-----)")]
    Certificate(&'static str),
    #[error("must be a private key in PEM (PKCS#8, PKCS#1 or SEC1), not encrypted")]
    Key,
    #[error("does not fit the private key, or has a kind that is not supported: {0}")]
    Pair(String),
}

impl BadClientTls {
    /// The field that it is about, below the object of the settings.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::TooLarge(field) | Self::Certificate(field) => field,
            Self::Key => "private_key",
            Self::Pair(_) => "certificate",
        }
    }
}

/// TLS settings of one subscription, built when the first connection needs them.
pub(super) struct OwnTls {
    settings: ClientTls,
    built: OnceLock<Result<Tls, BadClientTls>>,
}

impl fmt::Debug for OwnTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnTls").finish_non_exhaustive()
    }
}

impl OwnTls {
    pub(super) fn new(settings: &ClientTls) -> Self {
        Self { settings: settings.clone(), built: OnceLock::new() }
    }

    /// Differs between different settings, and reveals nothing of them.
    pub(super) fn fingerprint(&self) -> String {
        let ClientTls { identity, authorities } = &self.settings;
        let (certificate, key) =
            identity.as_ref().map_or(("", ""), |one| (one.certificate.as_str(), one.private_key.as_str()));
        let mut hash = Sha256::new();
        for part in [certificate, key, authorities.as_deref().unwrap_or_default()] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        signing::hex(&hash.finalize()[..16])
    }

    /// `roots`: the authorities of the machine, for settings without authorities.
    pub(super) fn tls(&self, roots: &RootCertStore) -> Result<&Tls, BadClientTls> {
        self.built.get_or_init(|| build(&self.settings, roots)).as_ref().map_err(Clone::clone)
    }
}

/// Checks the settings of a subscription.
pub fn check_client_tls(settings: &ClientTls) -> Result<(), BadClientTls> {
    build(settings, &RootCertStore::empty()).map(drop)
}

fn build(settings: &ClientTls, roots: &RootCertStore) -> Result<Tls, BadClientTls> {
    let roots = match &settings.authorities {
        None => roots.clone(),
        Some(pem) => {
            let mut own = RootCertStore::empty();
            for certificate in certificates("authorities", pem)? {
                own.add(certificate).map_err(|_| BadClientTls::Certificate("authorities"))?;
            }
            own
        }
    };
    let Some(ClientIdentity { certificate, private_key }) = &settings.identity else {
        return Tls::new(roots).map_err(|fault| BadClientTls::Pair(fault.to_string()));
    };
    let chain = certificates("certificate", certificate)?;
    if private_key.len() > PEM_MAX {
        return Err(BadClientTls::TooLarge("private_key"));
    }
    let key = PrivateKeyDer::from_pem_slice(private_key.as_bytes()).map_err(|_| BadClientTls::Key)?;
    Tls::with_identity(roots, chain, key).map_err(|fault| BadClientTls::Pair(fault.to_string()))
}

fn certificates(field: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, BadClientTls> {
    if pem.len() > PEM_MAX {
        return Err(BadClientTls::TooLarge(field));
    }
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    all.ok().filter(|all| !all.is_empty()).ok_or(BadClientTls::Certificate(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn identity(certificate: &str, private_key: &str) -> ClientTls {
        let identity = ClientIdentity { certificate: certificate.into(), private_key: private_key.into() };
        ClientTls { identity: Some(identity), authorities: None }
    }

    #[test]
    fn certificates_and_keys_are_checked() {
        let ((certificate, key), (other, _)) = (pair(), pair());
        assert_eq!(check_client_tls(&identity(&certificate, &key)), Ok(()));
        let authorities = ClientTls { identity: None, authorities: Some(format!("{certificate}{other}")) };
        assert_eq!(check_client_tls(&authorities), Ok(()));
        let long = "x".repeat(PEM_MAX + 1);
        for (bad, field) in [
            (identity("", &key), "certificate"),
            (identity("nonsense", &key), "certificate"),
            (identity(&long, &key), "certificate"),
            (identity(&certificate, "nonsense"), "private_key"),
            (identity(&certificate, &long), "private_key"),
            (identity(&other, &key), "certificate"),
            (ClientTls { identity: None, authorities: Some("nonsense".into()) }, "authorities"),
        ] {
            let fault = check_client_tls(&bad).unwrap_err();
            assert_eq!(fault.field(), field, "{fault}");
            assert!(!fault.to_string().contains("nonsense"));
        }
    }

    #[test]
    fn different_settings_have_different_fingerprints() {
        let all = [
            identity("a", "b"),
            identity("ab", ""),
            ClientTls { identity: None, authorities: Some("ab".into()) },
            ClientTls::default(),
        ];
        let prints: std::collections::BTreeSet<String> = all.iter().map(|one| OwnTls::new(one).fingerprint()).collect();
        assert_eq!(prints.len(), all.len());
    }
}
