//! Settings of JSON Web Tokens, as they are used.

use http::Uri;
use identity::{Key, Rules};

/// The tokens that are accepted, and the keys that verify them.
#[derive(Clone, Debug)]
pub(crate) struct TokenSettings {
    pub(crate) rules: Rules,
    pub(crate) keys: TokenKeys,
}

#[derive(Clone, Debug)]
pub(crate) enum TokenKeys {
    Given(Vec<Key>),
    /// The address of a key set.
    Url(Uri),
}
