//! The outermost layer of the API: finds the client's address, counts requests, writes problems, and sets headers. One
//! layer for all of it, since each costs every request an allocation and a move of its future.

use crate::{
    App, ForwardedHeader,
    client_address::{self, ClientAddress, is_trusted},
    problem::write_problems,
    request_metrics::Counted,
    security_headers,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

/// Middleware: the status is counted as it is written.
pub(crate) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let settings = &app.settings;
    name_client(&settings.trusted_proxies, settings.forwarded_header, &mut request);
    let counted = Counted::begin(&app, &request);
    let transport = security_headers::transport_security(settings, &request);
    let mut response = write_problems(State(app.clone()), request, next).await;
    security_headers::guard(&mut response, transport.as_ref());
    counted.end(&app, &response);
    response
}

/// Adds the client's address to a request of a trusted proxy; other requests have their peer's.
fn name_client(trusted: &[IpNet], header: ForwardedHeader, request: &mut Request) {
    let Some(peer) = client_address::peer(request.extensions()) else { return };
    if !is_trusted(trusted, peer) {
        return;
    }
    let client = client_address::find(trusted, header, peer, request.headers());
    if client != ClientAddress(peer) {
        request.extensions_mut().insert(client);
    }
}
