//! Credentials of requests to receivers: OAuth 2.0 access tokens (client credentials, RFC 6749, section 4.4).

mod token_request;
mod tokens;
