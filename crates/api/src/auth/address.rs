//! The address of a client.

use crate::App;
use axum::extract::{ConnectInfo, FromRequestParts};
use http::{Extensions, request::Parts};
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

/// The address of the client; `None` when the server does not know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromAddress(pub(crate) Option<IpAddr>);

impl FromAddress {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        Self(extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()))
    }
}

impl FromRequestParts<App> for FromAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
