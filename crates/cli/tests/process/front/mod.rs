//! The API's listener: TLS of its own, host names, addresses of clients behind proxies, and floods over HTTP/2.

mod http2;
mod names;
mod tls;
