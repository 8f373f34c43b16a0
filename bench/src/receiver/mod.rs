//! `bench receiver`: many receivers in one process, distinguished by path. Counts requests, finds repetitions by
//! `"seq"` and measures latencies from `"t0"`. A second port sets the behaviour of paths and returns their statistics.

mod board;
mod client;
mod control;
mod scan;
mod tls;

pub(crate) use client::{Receiver, Rule, Second, Select, Stats};

use crate::{
    child::{parent_gone, say_hello},
    time::now_us,
};
use board::SharedBoard;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use serde_json::json;
use std::{convert::Infallible, path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Also listen for HTTPS, with a certificate that is written to this file
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let board = SharedBoard::default();
    let plain = TcpListener::bind(("127.0.0.1", args.port)).await?;
    let control = TcpListener::bind(("127.0.0.1", 0)).await?;
    let mut hello = json!({ "port": plain.local_addr()?.port(), "control": control.local_addr()?.port() });
    if let Some(file) = &args.certificate {
        let acceptor = tls::acceptor(file)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        hello["tls"] = listener.local_addr()?.port().into();
        tokio::spawn(accept_tls(listener, acceptor, board.clone()));
    }
    say_hello(&hello);
    tokio::spawn(accept(plain, board.clone()));
    tokio::spawn(control::accept(control, board));
    parent_gone().await;
    std::process::exit(0)
}

async fn accept(listener: TcpListener, board: SharedBoard) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, board.clone()));
    }
}

async fn accept_tls(listener: TcpListener, acceptor: tokio_rustls::TlsAcceptor, board: SharedBoard) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (acceptor, board) = (acceptor.clone(), board.clone());
        tokio::spawn(async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, board).await;
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, board: SharedBoard) {
    let service = service_fn(move |request| answer(request, board.clone()));
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, board: SharedBoard) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let now = now_us();
    let (seq, t0) = (scan::number_after(&body, b"\"seq\""), scan::number_after(&body, b"\"t0\""));
    let behaviour = board.lock().arrived(head.uri.path(), now, seq, t0);
    if behaviour.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(behaviour.delay_ms)).await;
    }
    let mut answer = Response::new(Full::new(Bytes::from_static(b"ok")));
    *answer.status_mut() = StatusCode::from_u16(behaviour.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(answer)
}
