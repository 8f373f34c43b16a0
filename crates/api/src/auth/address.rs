//! The address of a client, for the networks of keys.

use crate::{App, ClientAddress};
use axum::extract::FromRequestParts;
use http::{Extensions, request::Parts};
use std::{convert::Infallible, net::IpAddr};

/// The address of the client; `None` when the server does not know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromAddress(pub(crate) Option<IpAddr>);

impl FromAddress {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        Self(ClientAddress::of(extensions).map(|address| address.0))
    }
}

impl FromRequestParts<App> for FromAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
