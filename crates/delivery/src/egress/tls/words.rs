//! TLS errors in plain language, for the receiver's owner.

use model::Timestamp;
use rustls::{AlertDescription, CertificateError, Error, ExtendedKeyPurpose, PeerIncompatible, pki_types::UnixTime};
use std::borrow::Cow;

/// Names of a certificate that a message lists, at most.
const NAMES_SHOWN: usize = 5;

/// Describes a TLS error as a clause, such as "the certificate expired on …".
pub(in crate::egress) fn of(fault: &Error) -> Cow<'static, str> {
    match fault {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::AlertReceived(alert) => alert_received(*alert),
        Error::PeerIncompatible(why) => incompatible(why).into(),
        Error::InvalidMessage(_) => "the server's response is not TLS; check the port".into(),
        Error::NoCertificatesPresented => "the server sent no certificate".into(),
        Error::NoApplicationProtocol => "the server speaks neither HTTP/2 nor HTTP/1.1".into(),
        Error::DecryptError | Error::PeerMisbehaved(_) => format!("the server violated the protocol ({fault})").into(),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            "the server violated the protocol: it sent an unexpected message".into()
        }
        other => other.to_string().into(),
    }
}

fn day(time: UnixTime) -> String {
    Timestamp::from_millis(time.as_secs().saturating_mul(1_000).try_into().unwrap_or(i64::MAX)).to_string()
}

fn certificate(fault: &CertificateError) -> Cow<'static, str> {
    use CertificateError as Certificate;
    match fault {
        Certificate::ExpiredContext { not_after, .. } => {
            format!("the certificate expired on {}", day(*not_after)).into()
        }
        Certificate::Expired => "the certificate has expired".into(),
        Certificate::NotValidYetContext { not_before, .. } => {
            format!("the certificate is not valid before {}", day(*not_before)).into()
        }
        Certificate::NotValidYet => "the certificate is not valid yet".into(),
        Certificate::UnknownIssuer => "the certificate's issuer is not known: the certificate is self-signed, its \
             authority is not trusted here, or the server does not send the intermediate certificates"
            .into(),
        Certificate::NotValidForNameContext { expected, presented } => {
            format!("the certificate is not for {}; {}", expected.to_str(), names(presented)).into()
        }
        Certificate::NotValidForName => "the certificate is not for this host name".into(),
        Certificate::BadSignature => "a signature of the certificate or the handshake is wrong".into(),
        Certificate::BadEncoding => "the certificate is malformed".into(),
        Certificate::Revoked => "the certificate was revoked".into(),
        Certificate::UnhandledCriticalExtension => "the certificate has a critical extension that is not known".into(),
        Certificate::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. } => {
            format!("the certificate is signed with {}, which is not accepted", algorithm(signature_algorithm_id))
                .into()
        }
        Certificate::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => format!(
            "the certificate's key ({}) is not accepted with signatures of {}",
            algorithm(public_key_algorithm_id),
            algorithm(signature_algorithm_id)
        )
        .into(),
        Certificate::InvalidPurposeContext { presented, .. } => {
            let client = presented.contains(&ExtendedKeyPurpose::ClientAuth);
            let only = if client { "; it is for clients" } else { "" };
            format!("the certificate is not for servers{only}").into()
        }
        Certificate::InvalidPurpose => "the certificate is not for servers".into(),
        Certificate::Other(other) => match other.0.downcast_ref::<webpki::Error>() {
            Some(fault) => path(fault),
            None => format!("the certificate is not accepted ({})", other.0).into(),
        },
        other => format!("the certificate is not accepted ({other})").into(),
    }
}

/// Describes errors of the certificate chain that have no variant in rustls.
fn path(fault: &webpki::Error) -> Cow<'static, str> {
    use webpki::Error as Path;
    match fault {
        Path::CaUsedAsEndEntity => "the certificate is an authority's, not a server's".into(),
        Path::EndEntityUsedAsCa => "the certificate's issuer is not a certificate authority".into(),
        Path::NameConstraintViolation => "the certificate's authority may not issue it for this name".into(),
        Path::PathLenConstraintViolated => "the certificate's authority may not have intermediate authorities".into(),
        Path::UnsupportedCertVersion => "the certificate is not of version 3 (X.509)".into(),
        Path::SignatureAlgorithmMismatch => "the certificate names two different signature algorithms".into(),
        Path::EmptyEkuExtension => "the certificate has an empty extended key usage".into(),
        other => format!("the certificate is not accepted ({other:?})").into(),
    }
}

/// Lists the names of a certificate, which rustls reports as `DnsName("a.example")`.
fn names(presented: &[String]) -> String {
    let plain = |name: &String| match name.split_once('(') {
        Some((_, rest)) => rest.trim_end_matches(')').trim_matches('"').to_owned(),
        None => name.clone(),
    };
    let shown: Vec<_> = presented.iter().take(NAMES_SHOWN).map(plain).collect();
    match (shown.is_empty(), presented.len().saturating_sub(NAMES_SHOWN)) {
        (true, _) => "it names no host (in its subjectAltName)".into(),
        (false, 0) => format!("it is for {}", shown.join(", ")),
        (false, more) => format!("it is for {} and {more} more", shown.join(", ")),
    }
}

fn alert_received(alert: AlertDescription) -> Cow<'static, str> {
    match alert {
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            "the server refused the handshake: it has no cipher suite, key exchange or signature algorithm in common \
             with this client"
                .into()
        }
        AlertDescription::ProtocolVersion => "the server speaks neither TLS 1.2 nor TLS 1.3".into(),
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate | AlertDescription::BadCertificate => {
            "the server asks for a client certificate".into()
        }
        AlertDescription::UnrecognisedName => "the server does not know this host name".into(),
        AlertDescription::NoApplicationProtocol => "the server speaks neither HTTP/2 nor HTTP/1.1".into(),
        AlertDescription::AccessDenied => "the server denies access".into(),
        AlertDescription::InternalError => "the server reports an internal error".into(),
        other => format!("the server ended the connection with the alert {other:?}").into(),
    }
}

fn incompatible(why: &PeerIncompatible) -> &'static str {
    match why {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => "the server speaks neither TLS 1.2 nor TLS 1.3",
        PeerIncompatible::NoCipherSuitesInCommon => "the server has no cipher suite in common with this client",
        PeerIncompatible::NoKxGroupsInCommon
        | PeerIncompatible::NamedGroupsExtensionRequired
        | PeerIncompatible::KeyShareExtensionRequired
        | PeerIncompatible::NoEcPointFormatsInCommon => "the server has no key exchange in common with this client",
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => {
            "the server has no signature algorithm in common with this client"
        }
        _ => "the server's TLS is not compatible with this client",
    }
}

/// The name of an algorithm, or its object identifiers. `der` is the inside of an `AlgorithmIdentifier`.
pub(in crate::egress) fn algorithm(der: &[u8]) -> String {
    let dotted = identifiers(der);
    let name = match dotted.first().map(String::as_str) {
        Some("1.2.840.113549.1.1.5" | "1.3.14.3.2.29") => "RSA and SHA-1",
        Some("1.2.840.113549.1.1.4") => "RSA and MD5",
        Some("1.2.840.10045.4.1") => "ECDSA and SHA-1",
        Some("1.2.840.10045.4.3.2") => "ECDSA and SHA-256",
        Some("1.2.840.10045.4.3.3") => "ECDSA and SHA-384",
        Some("1.2.840.10045.4.3.4") => "ECDSA and SHA-512",
        Some("1.2.840.113549.1.1.1") => "RSA",
        Some("1.3.101.113") => "Ed448",
        Some("2.16.840.1.101.3.4.3.2" | "1.2.840.10040.4.3" | "1.2.840.10040.4.1") => "DSA",
        Some("1.2.840.10045.2.1") => match dotted.get(1).map(String::as_str) {
            Some("1.2.840.10045.3.1.7") => "P-256",
            Some("1.3.132.0.34") => "P-384",
            Some("1.3.132.0.35") => "P-521",
            Some("1.3.132.0.10") => "secp256k1",
            Some(curve) => return format!("the elliptic curve {curve}"),
            None => "an elliptic curve",
        },
        Some(other) => return format!("the algorithm {other}"),
        None => "an algorithm",
    };
    name.to_owned()
}

/// The object identifiers at the top level of a DER sequence's content, in dotted form.
fn identifiers(mut der: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let [tag, length, rest @ ..] = der
        && usize::from(*length) <= rest.len()
    {
        let (value, after) = rest.split_at(usize::from(*length));
        if *tag == 0x06
            && let [first, more @ ..] = value
        {
            let top = (first / 40).min(2);
            let mut dotted = format!("{top}.{}", first - top * 40);
            let mut number: u64 = 0;
            for byte in more {
                number = (number << 7) | u64::from(byte & 0x7f);
                if byte & 0x80 == 0 {
                    dotted.push_str(&format!(".{number}"));
                    number = 0;
                }
            }
            found.push(dotted);
        }
        der = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rustls::{OtherError, pki_types::ServerName};
    use std::{sync::Arc, time::Duration};

    #[test]
    fn tls_errors_are_described_in_plain_language() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let path = |fault: webpki::Error| CertificateError::Other(OtherError(Arc::new(fault)));
        let presented = (1..=7).map(|n| format!("DnsName(\"{n}.example\")")).collect();
        let expected = ServerName::try_from("hooks.example").unwrap();
        let expired = CertificateError::ExpiredContext { time: at(1_800_000_000), not_after: at(1_700_000_000) };
        let sha1 = vec![0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00];
        let k1 = vec![0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
        for (fault, words) in [
            (expired.into(), "the certificate expired on 2023-11-14T22:13:20"),
            (path(webpki::Error::CaUsedAsEndEntity).into(), "the certificate is an authority's, not a server's"),
            (path(webpki::Error::NameConstraintViolation).into(), "may not issue it for this name"),
            (CertificateError::UnknownIssuer.into(), "self-signed"),
            (
                CertificateError::NotValidForNameContext { expected: expected.clone(), presented }.into(),
                "is not for hooks.example; it is for 1.example, 2.example, 3.example, 4.example, 5.example and 2 more",
            ),
            (CertificateError::NotValidForNameContext { expected, presented: vec![] }.into(), "names no host"),
            (
                CertificateError::UnsupportedSignatureAlgorithmContext {
                    signature_algorithm_id: sha1.clone(),
                    supported_algorithms: vec![],
                }
                .into(),
                "signed with RSA and SHA-1",
            ),
            (
                CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
                    signature_algorithm_id: sha1,
                    public_key_algorithm_id: k1,
                }
                .into(),
                "(secp256k1)",
            ),
            (Error::AlertReceived(AlertDescription::CertificateRequired), "asks for a client certificate"),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), "in common"),
            (Error::AlertReceived(AlertDescription::ProtocolVersion), "neither TLS 1.2 nor TLS 1.3"),
            (PeerIncompatible::ServerDoesNotSupportTls12Or13.into(), "neither TLS 1.2 nor TLS 1.3"),
            (rustls::InvalidMessage::InvalidContentType.into(), "is not TLS"),
        ] {
            let said = of(&fault);
            assert!(said.contains(words), "{fault:?}: {said}");
        }
    }

    proptest! {
        #[test]
        fn no_algorithm_identifier_panics(der in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = algorithm(&der);
        }
    }
}
