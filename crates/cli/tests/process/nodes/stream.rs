//! A live stream on one node shows what the other nodes do.

use super::Database;
use crate::support::{client::Client, receiver::Receiver};
use serde_json::json;
use std::time::Duration;
use testing::Postgres;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream, and everything that it has sent.
struct Stream {
    socket: TcpStream,
    text: String,
}

impl Stream {
    async fn open(client: &Client) -> Self {
        let mut socket = TcpStream::connect(client.server()).await.unwrap();
        let request = format!(
            "GET /api/v1/stream HTTP/1.1\r\nhost: postrider\r\nauthorization: Bearer {}\r\nx-tenant-id: acme\r\n\r\n",
            client.key()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        Self { socket, text: String::new() }
    }

    /// Reads until the stream has sent this text, and forgets everything up to it.
    async fn until(&mut self, wanted: &str) {
        let read = async {
            loop {
                if let Some((_, rest)) = self.text.split_once(wanted) {
                    self.text = rest.to_owned();
                    return;
                }
                let mut piece = [0; 4096];
                let read = self.socket.read(&mut piece).await.unwrap();
                assert!(read > 0, "the stream ended before {wanted:?}: {}", self.text);
                self.text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("{wanted:?} did not come"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_shows_the_work_of_all_nodes_and_ends_when_its_node_stops() {
    let database = Database::on(Postgres::shared());
    let mut nodes = database.nodes(2).await;
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    let mut stream = Stream::open(&client).await;
    stream.until("content-type: text/event-stream").await;
    // From now on the other node hands over what it does.
    stream.until("event: gap").await;
    client.at(nodes[1].address).publish_batch("invoice.created", 0..3).await;
    for _ in 0..3 {
        stream.until("\"status\":\"success\"").await;
    }
    nodes.remove(0).stop().await.success();
    stream.until("\r\n0\r\n\r\n").await;
}
