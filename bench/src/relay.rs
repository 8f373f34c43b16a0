//! `bench relay`: the upper limit for any server on this machine. Accepts a POST, responds with 202 and forwards the
//! body with a pooled client; it parses, signs and stores nothing.

use crate::child::{parent_gone, say_hello};
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use serde_json::json;
use std::{convert::Infallible, sync::Arc};
use tokio::{net::TcpListener, sync::Semaphore};

/// Maximum number of requests being forwarded; beyond that it accepts no more, so that its memory is bounded too.
const UNDER_WAY: usize = 128;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, default_value_t = 0)]
    port: u16,
    #[arg(long)]
    to: Uri,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await?;
    say_hello(&json!({ "port": listener.local_addr()?.port() }));
    tokio::spawn(accept(listener, args.to));
    parent_gone().await;
    std::process::exit(0)
}

async fn accept(listener: TcpListener, to: Uri) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(512).build_http();
    let room = Arc::new(Semaphore::new(UNDER_WAY));
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (client, to, room) = (client.clone(), to.clone(), room.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let (client, to, room) = (client.clone(), to.clone(), room.clone());
                async move {
                    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                    let permit = room.acquire_owned().await;
                    tokio::spawn(async move {
                        let mut forward = Request::new(Full::new(body));
                        *forward.method_mut() = http::Method::POST;
                        *forward.uri_mut() = to;
                        let json = http::HeaderValue::from_static("application/json");
                        forward.headers_mut().insert(http::header::CONTENT_TYPE, json);
                        if let Ok(answer) = client.request(forward).await {
                            let _ = answer.into_body().collect().await;
                        }
                        drop(permit);
                    });
                    let mut answer = Response::new(Full::new(Bytes::from_static(b"{}")));
                    *answer.status_mut() = StatusCode::ACCEPTED;
                    Ok::<_, Infallible>(answer)
                }
            });
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
