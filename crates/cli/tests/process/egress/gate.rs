//! An nginx that records the address and the version of HTTP of each request.

use crate::support::{
    free_port, loopback, nginx,
    server::{Launch, Process},
};
use std::{fs, net::SocketAddr};
use tempfile::TempDir;

/// A certificate of an authority of its own, for 127.0.0.1 and localhost.
const CERTIFICATES: &str = r#"
exec 2> openssl.log
new="ec -pkeyopt ec_paramgen_curve:P-256"
openssl req -x509 -newkey $new -nodes -days 2 -subj "/CN=authority" -keyout authority-key.pem -out authority.pem
openssl req -newkey $new -nodes -subj "/CN=receiver" -keyout receiver-key.pem -out receiver.csr
printf "subjectAltName=IP:127.0.0.1,DNS:localhost" > receiver.ext
openssl x509 -req -in receiver.csr -CA authority.pem -CAkey authority-key.pem -days 2 -extfile receiver.ext -out receiver.pem
"#;

pub(super) struct Gate {
    folder: TempDir,
    plain: SocketAddr,
    plain_http2: SocketAddr,
    tls: SocketAddr,
    tls_http2: SocketAddr,
    /// The plain receiver's port on another address of loopback.
    hidden: SocketAddr,
    _nginx: Process,
}

impl Gate {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [plain, plain_http2, tls, tls_http2] = [(); 4].map(|()| loopback(free_port()));
        let hidden = SocketAddr::from(([127, 0, 0, 3], plain.port()));
        let made = Launch::script(folder.path(), CERTIFICATES).run().await;
        let log = fs::read_to_string(folder.path().join("openssl.log")).unwrap_or_default();
        assert_eq!(made.code, Some(0), "this test needs the Debian package openssl: {log}");
        let of = |listen: &str| {
            format!(
                "server {{ listen {listen}; access_log requests.log requests; location / {{ return 204; }}
                 ssl_certificate receiver.pem; ssl_certificate_key receiver-key.pem; }}\n"
            )
        };
        let servers = [
            "log_format requests '$remote_addr $server_protocol';\n".to_owned(),
            of(&plain.to_string()),
            of(&hidden.to_string()),
            of(&format!("{plain_http2} http2")),
            of(&format!("{tls} ssl")),
            of(&format!("{tls_http2} ssl http2")),
        ];
        let addresses = [plain, plain_http2, tls, tls_http2, hidden];
        let nginx = nginx::start(folder.path(), &servers.concat(), &addresses).await;
        Self { folder, plain, plain_http2, tls, tls_http2, hidden, _nginx: nginx }
    }

    pub(super) fn plain(&self) -> String {
        format!("http://{}/", self.plain)
    }

    pub(super) fn plain_http2(&self) -> String {
        format!("http://{}/", self.plain_http2)
    }

    pub(super) fn tls(&self) -> String {
        format!("https://{}/", self.tls)
    }

    pub(super) fn tls_http2(&self) -> String {
        format!("https://{}/", self.tls_http2)
    }

    /// The receiver of HTTP/2 over TLS, by its name.
    pub(super) fn tls_http2_by_name(&self) -> String {
        format!("https://localhost:{}/", self.tls_http2.port())
    }

    pub(super) fn hidden(&self) -> String {
        format!("http://{}/", self.hidden)
    }

    pub(super) fn authority(&self) -> String {
        fs::read_to_string(self.folder.path().join("authority.pem")).unwrap()
    }

    pub(super) fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("requests.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Address and version of the last request.
    #[track_caller]
    pub(super) fn last(&self) -> String {
        self.requests().last().expect("a request").clone()
    }
}
