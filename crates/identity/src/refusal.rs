//! Reasons to refuse a token.

/// Reason why a token is refused, as its sender reads it. Faults of the contents are only told when the signature is right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The token is not a JSON Web Token in its compact form")]
    Malformed,
    #[error("The token is too long")]
    TooLong,
    #[error("The algorithm of the token is not allowed here")]
    Algorithm,
    #[error("The token needs an extension (crit) that is not known here")]
    Critical,
    /// The key set has no key of this name. It may be a new one.
    #[error("The key that signed the token is not known")]
    UnknownKey,
    #[error("The signature of the token is wrong")]
    Signature,
    #[error("The token has expired")]
    Expired,
    #[error("The token is not valid yet")]
    NotYet,
    #[error("The token is from another issuer (iss)")]
    Issuer,
    #[error("The token is for another audience (aud)")]
    Audience,
    #[error("The claim {0} of the token {1}")]
    Claim(String, &'static str),
}
