//! A programmable HTTP receiver on loopback. It answers by its script, and hands every request to the test as it came
//! over the wire. HTTP/1.1 is written by hand here, so that the receiver sees the raw case of header names and can
//! break the protocol anywhere.

use super::http::within;
use bytes::Bytes;
use serde_json::Value;
use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// The action of a receiver on a request.
#[derive(Debug)]
pub(crate) enum Reply {
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    },
    /// Reads the request, and never answers.
    Hang,
    /// Sends a 200 and half a body, and then nothing more.
    Stall,
    /// Closes the connection without an answer.
    Close,
    /// Closes it in the middle of the body.
    Cut,
    /// Sends something that is not HTTP.
    Garbage,
    /// Waits for the test's signal, then acts as the inner reply says.
    Held(oneshot::Receiver<()>, Box<Reply>),
}

impl Reply {
    pub(crate) const fn status(status: u16) -> Self {
        Self::Full { status, headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Full { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    pub(crate) fn body(mut self, text: impl Into<Bytes>) -> Self {
        if let Self::Full { body, .. } = &mut self {
            *body = text.into();
        }
        self
    }

    /// Holds the reply back until the test sends on the returned channel.
    pub(crate) fn held(self) -> (Self, oneshot::Sender<()>) {
        let (release, released) = oneshot::channel();
        (Self::Held(released, Box::new(self)), release)
    }
}

/// A request as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    /// In the order and the case in which they were sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a header that must occur once.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let values = self.all(name);
        assert_eq!(values.len(), 1, "{name}: {:?}", self.headers);
        values[0]
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// `webhook-timestamp`, in seconds.
    pub(crate) fn sent_at(&self) -> i64 {
        self.header("webhook-timestamp").parse().expect("seconds")
    }
}

type Script = Arc<Mutex<VecDeque<Reply>>>;

pub(crate) struct Receiver {
    certificate: Option<CertificateDer<'static>>,
    scheme: &'static str,
    address: SocketAddr,
    script: Script,
    requests: mpsc::UnboundedReceiver<Received>,
}

impl Receiver {
    /// Plain HTTP.
    pub(crate) async fn start() -> Self {
        Self::listen(None, None).await
    }

    /// HTTPS with a certificate of its own, which is not trusted by default.
    pub(crate) async fn start_tls() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate.clone()], key))
            .unwrap();
        Self::listen(Some(TlsAcceptor::from(Arc::new(config))), Some(certificate)).await
    }

    async fn listen(tls: Option<TlsAcceptor>, certificate: Option<CertificateDer<'static>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let script = Script::default();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sender, script, tls) = (sender.clone(), shared.clone(), tls.clone());
                tokio::spawn(async move {
                    // A broken connection is reported by the client.
                    let _ = serve(stream, tls, &sender, &script).await;
                });
            }
        });
        Self { certificate, scheme, address, script, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The certificate that a client must trust.
    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone().expect("it speaks TLS")
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Adds an answer for the next request to the script. Requests past the script get a 200.
    pub(crate) fn then(&self, reply: Reply) -> &Self {
        self.script.lock().unwrap().push_back(reply);
        self
    }

    /// The next request, in the order in which they came.
    pub(crate) async fn next(&mut self) -> Received {
        within("the next request", self.requests.recv()).await.expect("the receiver runs")
    }

    /// The next `count` requests.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Received> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(self.next().await);
        }
        all
    }

    /// Checks that no unread request is left. Conclusive only after the app has stopped, or while the clock has not
    /// been moved since everything was settled.
    #[track_caller]
    pub(crate) fn nothing_more(&mut self) {
        if let Ok(request) = self.requests.try_recv() {
            panic!("an unexpected request: {request:?}");
        }
    }
}

async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    requests: &mpsc::UnboundedSender<Received>,
    script: &Script,
) -> io::Result<()> {
    match tls {
        None => converse(stream, requests, script).await,
        Some(tls) => converse(tls.accept(stream).await?, requests, script).await,
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    requests: &mpsc::UnboundedSender<Received>,
    script: &Script,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let mut reply = script.lock().unwrap().pop_front().unwrap_or(Reply::status(200));
        let _ = requests.send(request);
        if let Reply::Held(released, then) = reply {
            let _ = released.await;
            reply = *then;
        }
        match reply {
            Reply::Full { status, headers, body } => write(&mut stream, status, &headers, &body, body.len()).await?,
            Reply::Hang | Reply::Held(..) => std::future::pending().await,
            Reply::Stall => {
                write(&mut stream, 200, &[], b"half of ", 16).await?;
                std::future::pending().await
            }
            Reply::Close => return Ok(()),
            Reply::Cut => return write(&mut stream, 200, &[], b"half of ", 16).await,
            Reply::Garbage => {
                stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n\r\n").await?;
                return stream.flush().await;
            }
        }
    }
    Ok(())
}

/// A request, or `None` when the client has gone.
async fn read<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> io::Result<Option<Received>> {
    let mut first = String::new();
    if stream.read_line(&mut first).await? == 0 {
        return Ok(None);
    }
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end_matches(['\r', '\n']).split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut request = Received { method, path, headers, body: Bytes::new() };
    let mut body = vec![0; request.header("content-length").parse().expect("a number")];
    stream.read_exact(&mut body).await?;
    request.body = body.into();
    Ok(Some(request))
}

/// Sends an answer that announces `length` bytes of body.
async fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    status: u16,
    headers: &[(&str, String)],
    body: &[u8],
    length: usize,
) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.flush().await
}
