//! A real client of HTTP/2 that floods the server. (`serve/http/connection.rs` has the exact limits, with a paused clock.)

use crate::support::server::{Launch, Server};
use bytes::Bytes;
use h2::{Reason, client::SendRequest};
use http::Request;
use std::time::Duration;
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};

/// Longest wait for the server.
const PATIENCE: Duration = Duration::from_secs(30);

async fn connect(server: &Server) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let tcp = TcpStream::connect(server.address).await.unwrap();
    let (send, connection) = h2::client::handshake(tcp).await.unwrap();
    (send, tokio::spawn(connection))
}

fn request(server: &Server, path: &str) -> Request<()> {
    Request::get(format!("http://{}{path}", server.address)).body(()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_resets_ends_its_own_connection_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let (mut other, _open) = connect(&server).await;
    let healthz = async |send: &mut SendRequest<Bytes>| {
        let mut ready = timeout(PATIENCE, send.clone().ready()).await.unwrap().unwrap();
        let (answer, _) = ready.send_request(request(&server, "/healthz"), true).unwrap();
        timeout(PATIENCE, answer).await.unwrap().unwrap().status()
    };
    assert_eq!(healthz(&mut other).await, 200);
    let (mut flood, ended) = connect(&server).await;
    let mut sent = 0;
    while !ended.is_finished() && sent < 1_000_000 {
        let Ok(ready) = flood.ready().await else { break };
        flood = ready;
        let Ok((_, mut stream)) = flood.send_request(request(&server, "/readyz"), true) else { break };
        stream.send_reset(Reason::CANCEL);
        sent += 1;
    }
    let fault = timeout(PATIENCE, ended).await.expect("the server ends the connection").unwrap();
    assert!(sent < 1_000_000 && fault.is_err(), "{sent} requests were cancelled: {fault:?}");
    assert_eq!(healthz(&mut other).await, 200, "another connection is not affected");
    server.stop().await;
}
