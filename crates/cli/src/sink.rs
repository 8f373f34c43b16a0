//! `postrider sink`: a test receiver that verifies and prints requests.

use crate::output::line;
use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri};
use model::{Clock, SystemClock};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;

/// Receive webhooks, verify them and print them
///
/// Listens on loopback. With --secret it verifies `webhook-signature` and the profile's own signature header, and
/// responds with 401 to invalid signatures. --status and --delay simulate a receiver that fails or hangs.
#[derive(Clone, clap::Args)]
pub(crate) struct Args {
    /// Port to listen on
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// The subscription's signing secret, or the public key whpk_… of an ed25519 secret; repeat it during a rotation
    #[arg(
        long,
        value_name = "SECRET",
        env = "POSTRIDER_SINK_SECRET",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    secret: Vec<String>,
    /// The status of the responses
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599))]
    status: u16,
    /// Seconds to wait before responding
    #[arg(long, default_value_t = 0.0, value_name = "SECONDS")]
    delay: f64,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async move {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("--port: cannot listen on {address}"))?;
        line!("Receiving on http://{}", listener.local_addr()?);
        if args.secret.is_empty() {
            line!("Without --secret nothing is verified.");
        }
        let router = Router::new().fallback(receive).with_state(Arc::new(args));
        axum::serve(listener, router).await.context("the receiver stopped")
    })
}

async fn receive(State(args): State<Arc<Args>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    // The methods that a subscription can set. GET and HEAD are treated as health checks.
    match method {
        Method::POST | Method::PUT | Method::PATCH => {}
        Method::GET | Method::HEAD => return "The receiver is ready: post webhooks here.\n".into_response(),
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let verdict = verdict(&args.secret, &text, &body);
    let event_type = ["x-webhook-event-type", "x-event"].iter().find_map(|name| text(name)).map(str::to_owned);
    let event_type = event_type.or_else(|| type_in(&body)).unwrap_or_else(|| "(no type)".into());
    line!(
        "{} {} {event_type} {} {verdict}\n    {}",
        SystemClock.now(),
        uri.path(),
        text("webhook-id").unwrap_or("(no webhook-id)"),
        String::from_utf8_lossy(&body)
    );
    if args.delay > 0.0 {
        tokio::time::sleep(Duration::try_from_secs_f64(args.delay).unwrap_or(Duration::MAX)).await;
    }
    if verdict.is_bad() {
        return (StatusCode::UNAUTHORIZED, "the signature does not verify\n").into_response();
    }
    let status = StatusCode::from_u16(args.status).unwrap_or(StatusCode::OK);
    (status, "received\n").into_response()
}

fn type_in(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(value.get("type").or_else(|| value.get("event"))?.as_str()?.to_owned())
}

/// Result of verifying a request's signatures.
enum Verdict {
    /// No secret was given.
    Unchecked,
    /// Names of the valid signature headers.
    Good(Vec<&'static str>),
    Bad(String),
}

impl Verdict {
    const fn is_bad(&self) -> bool {
        matches!(self, Self::Bad(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchecked => f.write_str("not verified"),
            Self::Good(headers) => write!(f, "verified ({})", headers.join(", ")),
            Self::Bad(why) => write!(f, "NOT VERIFIED: {why}"),
        }
    }
}

fn verdict<'h>(secrets: &[String], header: &impl Fn(&str) -> Option<&'h str>, body: &[u8]) -> Verdict {
    if secrets.is_empty() {
        return Verdict::Unchecked;
    }
    let mut checks = Vec::new();
    let (id, timestamp) = (header("webhook-id").unwrap_or(""), header("webhook-timestamp").unwrap_or(""));
    if let Some(signatures) = header("webhook-signature") {
        let now = SystemClock.now().seconds();
        let check = |key: &String| signing::verify_standard(key, id, timestamp, signatures, body, now);
        checks.push(("webhook-signature", first_good(secrets, check)));
    }
    // A public key verifies `webhook-signature` only: the profile's own header is keyed with the private key.
    let shared: Vec<String> = secrets.iter().filter(|secret| !secret.starts_with("whpk_")).cloned().collect();
    for name in ["x-webhook-signature", "x-signature"] {
        if let Some(given) = header(name).filter(|_| !shared.is_empty()) {
            checks.push((name, first_good(&shared, |key| signing::verify_hex(key, given, body))));
        }
    }
    if checks.is_empty() {
        return Verdict::Bad("the request has no signature".into());
    }
    let faults: Vec<_> = checks
        .iter()
        .filter_map(|(name, result)| result.as_ref().err().map(|fault| format!("{name}: {fault}")))
        .collect();
    if faults.is_empty() {
        Verdict::Good(checks.iter().map(|(name, _)| *name).collect())
    } else {
        Verdict::Bad(faults.join("; "))
    }
}

fn first_good(
    secrets: &[String],
    check: impl Fn(&String) -> Result<(), signing::VerifyError>,
) -> Result<(), signing::VerifyError> {
    let mut last = Err(signing::VerifyError::Signature);
    for secret in secrets {
        last = check(secret);
        if last.is_ok() {
            break;
        }
    }
    last
}
