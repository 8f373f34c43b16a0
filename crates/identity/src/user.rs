//! The user that a token is about.

use model::{Role, TenantId, Timestamp, key::Scopes};

/// A user with a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The claim `sub`: the provider's name of the user.
    pub subject: Option<String>,
    pub standing: Standing,
    /// End of the token's validity, without the allowance for clocks that differ.
    pub expires_at: Timestamp,
}

/// The rights of a user, and the place where they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A user of the platform, in its tenant.
    Member { tenant: TenantId, scopes: Scopes },
    /// Somebody of the operator, for all tenants.
    Staff(Role),
}
