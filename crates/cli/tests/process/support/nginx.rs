//! A real nginx as a receiver.

use super::{
    free_port, loopback,
    server::{Launch, Process},
    wait_until,
};
use std::{fs, net::SocketAddr, path::Path};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// Starts nginx in `folder` with these servers (the content of its `http` block); it listens at `addresses`.
pub(crate) async fn start(folder: &Path, servers: &str, addresses: &[SocketAddr]) -> Process {
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {name};\n"))
        .collect();
    let configuration = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr error;
         events {{ worker_connections 1024; }}
         http {{ {temporary} {servers} }}"
    );
    fs::write(folder.join("nginx.conf"), configuration).unwrap();
    let script = "PATH=\"$PATH:/usr/sbin\" exec nginx -e stderr -p \"$PWD\" -c nginx.conf";
    let process = Launch::script(folder, script).spawn();
    for address in addresses {
        wait_until("nginx listens", async || TcpStream::connect(address).await.ok()).await;
    }
    process
}

/// A receiver that answers 200, or 503 while it is down; it can be stopped and started at the same address.
pub(crate) struct Nginx {
    folder: TempDir,
    address: SocketAddr,
    process: Option<Process>,
}

impl Nginx {
    pub(crate) async fn start() -> Self {
        let mut nginx = Self::stopped();
        nginx.start_again().await;
        nginx
    }

    /// An address at which nothing listens yet.
    pub(crate) fn stopped() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), address: loopback(free_port()), process: None }
    }

    pub(crate) async fn start_again(&mut self) {
        let servers = format!(
            "log_format requests '$http_webhook_id $status';
             server {{
                 listen {};
                 root '{}';
                 access_log requests.log requests;
                 location / {{
                     if (-f $document_root/down) {{ return 503; }}
                     return 200 'thanks';
                 }}
             }}",
            self.address,
            self.folder.path().display()
        );
        self.process = Some(start(self.folder.path(), &servers, &[self.address]).await);
    }

    /// Answers 503 from now on.
    pub(crate) fn fail(&self) {
        fs::write(self.folder.path().join("down"), "").unwrap();
    }

    /// Answers 200 from now on.
    pub(crate) fn recover(&self) {
        fs::remove_file(self.folder.path().join("down")).unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The `webhook-id` of each request with this status, in the order of arrival.
    pub(crate) fn requests(&self, status: u16) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("requests.log")).unwrap_or_default();
        let rows = log.lines().filter_map(|line| line.split_once(' '));
        rows.filter(|(_, got)| *got == status.to_string()).map(|(id, _)| id.to_owned()).collect()
    }
}
