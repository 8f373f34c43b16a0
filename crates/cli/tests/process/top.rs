//! `postrider top` in a pseudo-terminal, against a real server under load.

use crate::support::{
    alone,
    client::{Client, Subscription},
    free_port,
    load::Load,
    loopback,
    receiver::{self, Receiver},
    server::{ADMIN_KEY, Launch, Server},
    terminal::Terminal,
    wait_until,
};
use axum::{Router, http::StatusCode};
use serde_json::{Value, json};
use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering::Relaxed},
    },
};
use tempfile::TempDir;
use testing::Postgres;
use tokio::net::TcpListener;

/// The size that every terminal has.
const SMALL: (u16, u16) = (24, 80);

fn top(folder: &TempDir, server: SocketAddr, arguments: &[&str]) -> Launch {
    let all: Vec<&str> = ["top", "--interval", "0.5"].iter().chain(arguments).copied().collect();
    Launch::new(folder.path(), &all)
        .env("POSTRIDER_URL", &format!("http://{server}"))
        .env("POSTRIDER_KEY", ADMIN_KEY)
        .env("TERM", "xterm")
}

/// A receiver that answers with a status that the test changes.
async fn answering(status: &Arc<AtomicU16>) -> String {
    let listener = TcpListener::bind(loopback(0)).await.unwrap();
    let url = receiver::url(listener.local_addr().unwrap());
    let status = status.clone();
    let answer = move || async move { StatusCode::from_u16(status.load(Relaxed)).unwrap() };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    url
}

/// The number after a word on the screen, with its separators.
fn number(screen: &str, word: &str) -> Option<f64> {
    let rest = &screen[screen.find(word)? + word.len()..];
    let text: String = rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || ",.".contains(*c)).collect();
    text.trim_end_matches(['.', ',']).replace(',', "").parse().ok()
}

async fn shown(client: &Client, subscription: &Subscription) -> Value {
    client.get(&subscription.path("?backlog=true")).await.body
}

/// A tenant with a receiver that works, one that refuses connections, and one that answers with `status`.
struct Scene {
    client: Client,
    well: Receiver,
    gone: SocketAddr,
    broken: Subscription,
    failing: Subscription,
    status: Arc<AtomicU16>,
}

impl Scene {
    async fn of(server: &Server) -> Self {
        let client = server.tenant("acme").await;
        let (well, gone, status) = (Receiver::start().await, loopback(free_port()), Arc::new(AtomicU16::new(500)));
        client.subscribe(&well.url(), &json!({ "events": ["invoice.*"] })).await;
        let breaker = json!({ "connection_failures": 3, "pause_seconds": 3_600, "longest_pause_seconds": 3_600 });
        // One request at a time, so that exactly three attempts are made.
        let broken = json!({ "events": ["user.*"], "circuit_breaker": breaker, "max_in_flight": 1 });
        let broken = client.subscribe(&receiver::url(gone), &broken).await;
        let never =
            json!({ "events": ["customer.*"], "retry_enabled": false, "circuit_breaker": { "enabled": false } });
        let failing = client.subscribe(&answering(&status).await, &never).await;
        client.publish_batch("user.updated", 0..20).await;
        let is_open = async || (shown(&client, &broken).await["breaker"]["state"] == "open").then_some(());
        wait_until("the breaker is open", is_open).await;
        // Afterwards, so that these are the newest errors.
        client.publish_batch("customer.updated", 0..3).await;
        let has_failed = async || (client.deliveries("failed").await.len() == 3).then_some(());
        wait_until("deliveries have failed", has_failed).await;
        Self { client, well, gone, broken, failing, status }
    }
}

/// The last output of the ended program may still be on its way to the screen.
async fn is_restored(terminal: &Terminal) {
    wait_until("the terminal is restored", async || terminal.is_as_before().then_some(())).await;
}

async fn screen_and_keys(server: &Server, folder: &TempDir) {
    let scene = Scene::of(server).await;
    let Scene { client, broken, failing, .. } = &scene;
    // Until the screen has shown it, however long that takes beside the load.
    let mut load = Load::start(client, server.address, u64::MAX, 4);
    let mut terminal = Terminal::start(&top(folder, server.address, &[]), SMALL);
    // Live numbers under load.
    let rates = |screen: &str| {
        let (published, delivered) = (number(screen, "published")?, number(screen, "delivered")?);
        (published > 0.0 && delivered > 0.0).then_some((published, delivered))
    };
    terminal.until("there are rates", rates).await;
    assert!(terminal.is_taken_over());
    terminal.shows("breaker open 1, failing 1").await;
    terminal.shows("Connection refused by 127.0.0.1").await;
    terminal.shows(&format!("{} (this) all 0.1.0 live", node(server).await)).await;
    picture(&terminal);
    let total = load.stop().await;
    let backlog = |screen: &str| (number(screen, "backlog") == Some(20.0)).then_some(());
    terminal.until("the backlog is that of the broken receiver", backlog).await;
    // The backlog on the screen may be some seconds old.
    wait_until("all events have arrived", async || (scene.well.missing(0..total) == 0).then_some(())).await;
    terminal.until("nothing is published", |screen| (number(screen, "published") == Some(0.0)).then_some(())).await;

    // The worst is selected. Its breaker is reset when its receiver is back.
    terminal.keys("\r");
    terminal.shows(&format!("{} of tenant acme", broken.id)).await;
    terminal.shows("breaker open, waiting 20").await;
    terminal.shows("Attempts of dlv_").await;
    let back = Receiver::start_at(scene.gone).await;
    terminal.keys("b");
    terminal.shows("is closed").await;
    wait_until("what waited is delivered", async || (back.distinct() == 17).then_some(())).await;
    let retries = async || (shown(client, broken).await["backlog"]["waiting"] == 3).then_some(());
    wait_until("only the retries wait", retries).await;
    terminal.keys("\x1b");
    terminal.shows("Trouble: failing 1").await;

    // Pause asks first; another key than y is no.
    terminal.keys("p");
    terminal.shows(&format!("Pause {}? y/n", failing.id)).await;
    terminal.keys("n");
    terminal.shows("q quit").await;
    assert_eq!(shown(client, failing).await["is_active"], true);
    terminal.keys("py");
    terminal.shows("Trouble: paused 1").await;
    assert_eq!(shown(client, failing).await["is_active"], false);
    terminal.keys("a");
    wait_until("it is active", async || (shown(client, failing).await["is_active"] == true).then_some(())).await;

    // The failed deliveries are sent again, when the receiver works.
    scene.status.store(200, Relaxed);
    terminal
        .until("it fails, or its failures are forgotten", |text| {
            text.lines()
                .any(|line| line.contains("failing 1") || line.contains("No subscription is in trouble"))
                .then_some(())
        })
        .await;
    // By its newest error, in the other list.
    terminal.keys("\tr");
    terminal.shows(&format!("Send again the failed deliveries of {}? y/n", failing.id)).await;
    terminal.keys("y");
    wait_until("the failed ones are delivered", async || client.none("failed").await.then_some(())).await;

    terminal.keys("?");
    terminal.shows("send its failed deliveries again").await;
    terminal.resize(50, 160);
    terminal.keys("\x1b");
    // The lists again: the line of keys stands below the help too, and Esc with q behind it would be Alt+q.
    terminal.shows("Recent errors").await;
    terminal.keys("q");
    assert_eq!(terminal.ended().await.code(), Some(0));
    is_restored(&terminal).await;
}

async fn node(server: &Server) -> String {
    let nodes = server.operator().get("/api/v1/nodes").await.body;
    nodes[0]["name"].as_str().unwrap().to_owned()
}

/// Keeps the screen as the picture of `docs/top.md` when that is asked for.
fn picture(terminal: &Terminal) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/top.svg"));
    if std::env::var_os("UPDATE_SCREENS").is_some() {
        fs::write(path, terminal.svg()).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    for text in ["postrider top", "per second", "published", "Trouble: breaker open 1", "Recent errors"] {
        assert!(kept.contains(text), "docs/top.svg does not show {text:?}; run this test with UPDATE_SCREENS=1");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_comes_with_a_change_of_the_size_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let mut terminal = Terminal::start(&top(&folder, server.address, &[]), SMALL);
    terminal.shows("? help  q quit").await;
    for round in 0..40 {
        terminal.resize(30 + round % 2, 120);
        terminal.keys("?");
        terminal.shows("send its failed deliveries again").await;
        terminal.resize(31 - round % 2, 120);
        terminal.keys("\x1b");
        // The lists again. A screen without the help may be one that is being drawn, and Esc with a key behind it is Alt.
        terminal.shows("No subscription is in trouble").await;
    }
    terminal.keys("q");
    assert_eq!(terminal.ended().await.code(), Some(0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_shows_a_server_under_load_and_keys_change_it() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    screen_and_keys(&server, &folder).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_shows_a_node_on_postgresql() {
    let _alone = alone().await;
    let (database, folder) = (Postgres::shared(), tempfile::tempdir().unwrap());
    let server = Launch::server(folder.path())
        .env("POSTRIDER_STORE", &database.url(&database.database()))
        .env("POSTRIDER_MASTER_KEY", "7l3cFqkT1uC5v0e2QmZ8hYb6nXwJr4sDpKgAtVoLi9M=")
        .start()
        .await;
    screen_and_keys(&server, &folder).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_terminal_is_restored_after_ctrl_c_signals_and_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    for end in ["ctrl-c", "TERM", "INT", "HUP"] {
        let mut terminal = Terminal::start(&top(&folder, server.address, &[]), SMALL);
        terminal.shows("No subscription is in trouble.").await;
        assert!(terminal.is_taken_over());
        match end {
            "ctrl-c" => terminal.keys("\x03"),
            signal => terminal.signal(signal),
        }
        assert_eq!(terminal.ended().await.code(), Some(0), "{end}");
        is_restored(&terminal).await;
    }
    let mut terminal = Terminal::start(&top(&folder, server.address, &["--panic"]), SMALL);
    assert_eq!(terminal.ended().await.code(), Some(101));
    // The message is on the screen of the shell.
    terminal.shows("a panic was asked for").await;
    is_restored(&terminal).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_is_reported_and_the_view_continues_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("127.0.0.1:{}", free_port());
    let launch = Launch::new(folder.path(), &["serve", "--listen", &address]).env("POSTRIDER_ADMIN_KEY", ADMIN_KEY);
    let server = launch.start().await;
    let mut terminal = Terminal::start(&top(&folder, server.address, &[]), SMALL);
    terminal.shows("No subscription is in trouble.").await;
    server.stop().await;
    terminal.shows("not current: no response from http://127.0.0.1:").await;
    let server = launch.start().await;
    terminal.until("it is current again", |text| (!text.contains("not current")).then_some(())).await;
    terminal.keys("q");
    assert_eq!(terminal.ended().await.code(), Some(0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_colours_the_selection_is_still_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    let paused = client.subscribe("http://127.0.0.1:9/", &json!({})).await;
    assert_eq!(client.post(&paused.path("/pause"), &json!({})).await.status, 200);
    for (no_colour, looks) in [("", (true, true)), ("1", (false, true))] {
        let terminal = Terminal::start(&top(&folder, server.address, &[]).env("NO_COLOR", no_colour), SMALL);
        terminal.shows("paused by request").await;
        assert_eq!(terminal.looks(), looks, "NO_COLOR={no_colour}");
    }
}

#[tokio::test]
async fn without_a_terminal_or_a_key_the_command_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let finished = top(&folder, server.address, &[]).run().await;
    assert!(finished.sentence().starts_with("`postrider top` needs a terminal"), "{}", finished.stderr);
    let wrong = top(&folder, server.address, &[]).env("POSTRIDER_KEY", "pk_unknown");
    let mut terminal = Terminal::start(&wrong, SMALL);
    assert_eq!(terminal.ended().await.code(), Some(1));
    terminal.shows("(401 Unauthorized)").await;
    is_restored(&terminal).await;
}
