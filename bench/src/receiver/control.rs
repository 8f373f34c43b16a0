//! The receiver's control port: sets the behaviour of paths, and returns their statistics.

use super::{
    board::{Behaviour, Board, SharedBoard},
    client::Select,
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use serde_json::{Value, json};
use std::{collections::HashMap, convert::Infallible};
use tokio::net::TcpListener;

pub(super) async fn accept(listener: TcpListener, board: SharedBoard) {
    while let Ok((stream, _)) = listener.accept().await {
        let board = board.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer(&request, &mut board.lock());
                async move { Ok::<_, Infallible>(answer) }
            });
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn answer(request: &Request<Incoming>, board: &mut Board) -> Response<Full<Bytes>> {
    let query = request.uri().query().unwrap_or_default();
    let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let (status, body) = match handle(request.uri().path(), &query, board) {
        Some(body) => (StatusCode::OK, body.to_string()),
        None => (StatusCode::BAD_REQUEST, format!("not understood: {}", request.uri())),
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer
}

fn handle(path: &str, query: &HashMap<String, String>, board: &mut Board) -> Option<Value> {
    let number = |name: &str| query.get(name)?.parse::<u64>().ok();
    let prefix = query.get("prefix").map_or("/", String::as_str);
    let select = || {
        let least = number("from").and_then(|seq| u32::try_from(seq).ok()).unwrap_or(0);
        let below = number("to").and_then(|seq| u32::try_from(seq).ok()).unwrap_or(u32::MAX);
        Select::below(prefix).from(least).to(below)
    };
    Some(match path {
        "/count" => {
            let (accepted, refused) = board.count(prefix);
            json!({ "accepted": accepted, "refused": refused })
        }
        "/stats" => serde_json::to_value(board.stats(&select())).ok()?,
        "/seconds" => serde_json::to_value(board.seconds(&select())).ok()?,
        "/arrivals" => board.arrivals(&select()).into(),
        "/reset" => {
            board.reset();
            Value::Null
        }
        "/rule" => {
            let status = u16::try_from(number("status")?).ok()?;
            board.set(prefix, Behaviour { status, delay_ms: number("delay_ms")? });
            Value::Null
        }
        _ => return None,
    })
}
