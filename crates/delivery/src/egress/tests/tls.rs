//! TLS handshakes that succeed or fail, and the error messages.

use super::support::{answered, egress_trusting, failed, post, request, server, settings};
use p521::ecdsa::{DerSignature, Signature, SigningKey, signature::hazmat::PrehashSigner};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig, SignatureAlgorithm, SignatureScheme,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer, pem::PemObject},
    server::{ResolvesServerCert, WebPkiClientVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use sha2::{Digest, Sha512};
use std::{net::SocketAddr, sync::Arc};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

/// Starts a receiver with this TLS configuration.
async fn receiver(config: ServerConfig) -> SocketAddr {
    let tls = TlsAcceptor::from(Arc::new(config));
    server(move |_, tcp| {
        let tls = tls.clone();
        async move {
            let Ok(mut stream) = tls.accept(tcp).await else { return };
            while request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await
}

fn config(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_single_cert(chain, key).unwrap()
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

#[tokio::test]
async fn certificate_errors_are_described_in_plain_language() {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = params("authority.test");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority.clone(), &authority_key);
    let key = KeyPair::generate().unwrap();
    let issue = |params: CertificateParams| params.signed_by(&key, &issuer).unwrap().der().clone();

    let mut expired = params("127.0.0.1");
    expired.not_after = date_time_ymd(2001, 2, 3);
    let mut early = params("127.0.0.1");
    early.not_before = date_time_ymd(2101, 2, 3);
    early.not_after = date_time_ymd(2102, 2, 3);
    let mut for_clients = params("127.0.0.1");
    for_clients.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let mut is_authority = params("127.0.0.1");
    is_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let other_key = KeyPair::generate().unwrap();
    let unknown = params("127.0.0.1").self_signed(&other_key).unwrap().der().clone();

    for (chain, key, words) in [
        (issue(expired), &key, "the certificate expired on 2001-02-03T00:00:00"),
        (issue(early), &key, "the certificate is not valid before 2101-02-03T00:00:00"),
        (issue(for_clients), &key, "the certificate is not for servers; it is for clients"),
        (issue(is_authority), &key, "the certificate is an authority's, not a server's"),
        (issue(params("other.test")), &key, "the certificate is not for 127.0.0.1; it is for other.test"),
        (unknown, &other_key, "the certificate's issuer is not known: the certificate is self-signed"),
    ] {
        let address = receiver(config(vec![chain], key)).await;
        let egress = egress_trusting(settings(), &[root.der().clone()]);
        let message = failed(post(&egress, &format!("https://{address}/"), "1").await);
        assert!(message.starts_with(&format!("TLS error with {address}: {words}")), "{message}");
    }
    let address = receiver(config(vec![issue(params("127.0.0.1"))], &key)).await;
    let egress = egress_trusting(settings(), &[root.der().clone()]);
    assert_eq!(answered(post(&egress, &format!("https://{address}/"), "1").await), (200, None));
}

#[tokio::test]
async fn the_error_says_that_the_server_asks_for_a_client_certificate() {
    let key = KeyPair::generate().unwrap();
    let certificate = params("127.0.0.1").self_signed(&key).unwrap().der().clone();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    for version in [&TLS12, &TLS13] {
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots.clone()), provider.clone());
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
        let builder = builder.with_client_cert_verifier(verifier.build().unwrap());
        let address = receiver(builder.with_single_cert(vec![certificate.clone()], der).unwrap()).await;
        let egress = egress_trusting(settings(), std::slice::from_ref(&certificate));
        let message = failed(post(&egress, &format!("https://{address}/"), "1").await);
        assert_eq!(message, format!("TLS error with {address}: the server asks for a client certificate"));
    }
}

#[tokio::test]
async fn the_error_says_that_the_server_does_not_speak_tls() {
    let address = server(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    })
    .await;
    let message = failed(post(&egress_trusting(settings(), &[]), &format!("https://{address}/"), "1").await);
    assert!(message.ends_with("the server's response is not TLS; check the port"), "{message}");
}

/// A server's signing key on P-521, which ring does not have.
#[derive(Clone, Debug)]
struct Key(Arc<SigningKey>);

impl rustls::sign::SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        let is_offered = offered.contains(&SignatureScheme::ECDSA_NISTP521_SHA512);
        is_offered.then(|| Box::new(self.clone()) as Box<dyn rustls::sign::Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl rustls::sign::Signer for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: Signature = self.0.sign_prehash(&Sha512::digest(message)).unwrap();
        Ok(DerSignature::from(signature).as_ref().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

#[tokio::test]
async fn a_certificate_on_p521_is_accepted() {
    let pem = include_bytes!("../../../../../testing/certificates/p521.pem");
    let certificate = CertificateDer::from_pem_slice(pem).unwrap();
    let pem = include_bytes!("../../../../../testing/certificates/p521-key.pem");
    let key = PrivateSec1KeyDer::from_pem_slice(pem).unwrap();
    // RFC 5915: a sequence of a version and the scalar, an octet string of 66 bytes.
    let scalar = &key.secret_sec1_der()[8..8 + 66];
    let key = Key(Arc::new(SigningKey::from_slice(scalar).unwrap()));
    let resolver: Arc<dyn ResolvesServerCert> =
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(vec![certificate.clone()], Arc::new(key))));
    for version in [&TLS12, &TLS13] {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(&[version]).unwrap().with_no_client_auth();
        let address = receiver(builder.with_cert_resolver(resolver.clone())).await;
        let egress = egress_trusting(settings(), std::slice::from_ref(&certificate));
        assert_eq!(answered(post(&egress, &format!("https://{address}/"), "1").await), (200, None), "{version:?}");
    }
}
