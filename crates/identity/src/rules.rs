//! The rules of an installation for tokens.

use crate::{Algorithm, ClaimPath, Key, Refusal, Standing, Token, User, claims::Claims};
use model::{Role, Scope, TenantId, Timestamp};
use std::time::Duration;

/// Longest `sub` (OpenID Connect Core 1.0, section 2).
const SUBJECT_MAX: usize = 255;

/// The tokens that an installation accepts, and the meaning of their claims.
#[derive(Clone, Debug)]
pub struct Rules {
    pub algorithms: Vec<Algorithm>,
    /// The `iss` that tokens must have; `None`: any.
    pub issuer: Option<String>,
    /// Values of which `aud` must contain one; empty: any.
    pub audiences: Vec<String>,
    /// Difference of clocks that is allowed for.
    pub skew: Duration,
    pub tenant: ClaimPath,
    pub permissions: ClaimPath,
    /// The claim with the role of the operator's people; `None`: no token has one.
    pub role: Option<ClaimPath>,
    /// Values of that claim and their roles.
    pub roles: Vec<(String, Role)>,
}

impl Rules {
    /// The user of a token that one of `keys` has signed. The order matters: nothing of the contents is looked at, or
    /// told, before the signature is right.
    pub fn verify(&self, token: &Token<'_>, keys: &[Key], now: Timestamp) -> Result<User, Refusal> {
        if !self.algorithms.contains(&token.algorithm) {
            return Err(Refusal::Algorithm);
        }
        let mut candidates = keys.iter().filter(|key| token.may_be_of(key)).peekable();
        if candidates.peek().is_none() {
            return Err(Refusal::UnknownKey);
        }
        if !candidates.any(|key| token.is_signed_by(key)) {
            return Err(Refusal::Signature);
        }
        self.user(&Claims::parse(&token.payload)?, now)
    }

    fn user(&self, claims: &Claims, now: Timestamp) -> Result<User, Refusal> {
        let expires_at = claims.time("exp")?.ok_or_else(|| Refusal::Claim("exp".into(), "is missing"))?;
        if now >= expires_at.after(self.skew) {
            return Err(Refusal::Expired);
        }
        for name in ["nbf", "iat"] {
            if claims.time(name)?.is_some_and(|from| now.after(self.skew) < from) {
                return Err(Refusal::NotYet);
            }
        }
        if let Some(issuer) = &self.issuer
            && claims.texts("iss")? != [issuer.as_str()]
        {
            return Err(Refusal::Issuer);
        }
        let is_ours = |given: &str| self.audiences.iter().any(|ours| ours == given);
        if !self.audiences.is_empty() && !claims.texts("aud")?.into_iter().any(is_ours) {
            return Err(Refusal::Audience);
        }
        let subject = match *claims.texts("sub")? {
            [] => None,
            [text] if text.len() <= SUBJECT_MAX && !text.chars().any(char::is_control) => Some(text.to_owned()),
            _ => return Err(Refusal::Claim("sub".into(), "is not one line of at most 255 bytes")),
        };
        Ok(User { subject, standing: self.standing(claims)?, expires_at })
    }

    fn standing(&self, claims: &Claims) -> Result<Standing, Refusal> {
        if let Some(path) = &self.role {
            let groups = claims.at(path).texts()?;
            let role_of = |group: &&str| self.roles.iter().find(|(name, _)| name == group).map(|(_, role)| *role);
            if let Some(role) = groups.iter().filter_map(role_of).max() {
                return Ok(Standing::Staff(role));
            }
        }
        let fault = |fault| Refusal::Claim(self.tenant.as_str().to_owned(), fault);
        let tenant = claims.at(&self.tenant).text()?.ok_or_else(|| fault("is missing: it names the tenant"))?;
        let tenant = TenantId::parse(tenant).ok().filter(|tenant| !tenant.is_system());
        let tenant = tenant.ok_or_else(|| fault("is not the id of a tenant"))?;
        // Other words are permissions of the platform's other services.
        let scopes = claims.at(&self.permissions).words()?.into_iter().filter_map(Scope::parse).collect();
        Ok(Standing::Member { tenant, scopes })
    }
}
