//! Runs the blocks of a page against a fresh server and receiver.

use super::page::{Block, Run, blocks};
use crate::support::{
    free_port, markdown,
    server::{ADMIN_KEY, Launch, Process},
    wait_until,
};
use std::{fmt::Write as _, fs, path::Path};

/// Ports of receivers as pages write them. The first one is the harness's own.
const RECEIVERS: std::ops::RangeInclusive<u16> = 9000..=9009;

/// Bash before the blocks. `curl` fails at a status of 400 or above, and keeps what it received for the report.
const PRELUDE: &str = r#"set -e -o pipefail
curl() { command curl --show-error --fail-with-body --max-time 60 "$@" | tee -a "$FOLDER/answers"; }
contains() { while IFS= read -r text; do grep -qF -- "$text" "$1" || return 1; done < "$2"; }
missing() { while IFS= read -r text; do grep -qF -- "$text" "$1" || echo "not in $1: $text"; done < "$2"; }
"#;

/// Runs a page, given relative to the root of the repository.
pub(super) async fn run(page: &str) {
    let blocks = blocks(&markdown::text(page)).unwrap_or_else(|fault| panic!("{page}, {fault}"));
    assert!(!blocks.is_empty(), "{page} has no block that is run");
    let failed = run_blocks(&blocks).await.err();
    assert!(failed.is_none(), "{page}, {}", failed.unwrap_or_default());
}

/// Runs blocks; the error has the block's line, its output, and the responses that it got.
async fn run_blocks(blocks: &[Block]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(".page");
    fs::create_dir(&own).unwrap();
    let ports = Ports::free();
    let url = format!("http://127.0.0.1:{}", ports.of(8080));
    let _server = Launch::new(folder.path(), &["serve", "--dev"])
        .env("POSTRIDER_LISTEN", &format!("127.0.0.1:{}", ports.of(8080)))
        .env("POSTRIDER_ADMIN_KEY", ADMIN_KEY)
        .env("POSTRIDER_LOG", "warn")
        .start()
        .await;
    let _receiver = receiver(folder.path(), &own, ports.of(9000)).await;
    let key = fs::read_to_string(folder.path().join("postrider.db.dev-key")).unwrap();

    for (at, block) in blocks.iter().enumerate() {
        let write = |kind: &str, text: &str| fs::write(own.join(format!("{at}.{kind}")), text).unwrap();
        write("sh", &ports.replaced(&block.commands));
        let lines = |texts: &[String]| texts.iter().map(|text| ports.replaced(text) + "\n").collect::<String>();
        write("expected", &lines(&block.expected));
        write("received", &lines(&block.received));
    }
    let mut session = Launch::script(folder.path(), &script(blocks))
        .env("PATH", &path_with_binary())
        .env("FOLDER", own.to_str().unwrap())
        .env("KEY", key.trim())
        .env("ADMIN_KEY", ADMIN_KEY)
        .env("POSTRIDER_URL", &url)
        .spawn();
    if session.ended().await.success() {
        return Ok(());
    }
    let read = |name: &str| fs::read_to_string(own.join(name)).unwrap_or_default();
    let at: usize = read("at").trim().parse().unwrap_or_default();
    let (output, received, answers) = (read(&format!("{at}.out")), read("receiver.out"), read("answers"));
    let block = &blocks[at];
    Err(format!(
        "line {}: the block failed\n{}--- it printed:\n{output}--- responses:\n{answers}\n--- the receiver:\n{received}--- {}",
        block.line,
        block.commands,
        session.stderr()
    ))
}

/// The blocks as one bash script.
fn script(blocks: &[Block]) -> String {
    let mut script = PRELUDE.to_owned();
    for (at, block) in blocks.iter().enumerate() {
        let (out, expected) = (format!("\"$FOLDER/{at}.out\""), format!("\"$FOLDER/{at}.expected\""));
        // Read into this shell, so that variables survive; never as a condition, which would turn off `set -e`.
        let once = format!(". \"$FOLDER/{at}.sh\" > {out} 2>&1 < /dev/null");
        let _ = writeln!(script, "echo {at} > \"$FOLDER/at\"; : > \"$FOLDER/answers\"");
        let _ = match block.run {
            Run::Once => writeln!(script, "{once}"),
            Run::Until => writeln!(
                script,
                "for turn in $(seq 300); do {once}; if contains {out} {expected}; then break; fi; sleep 0.1; done"
            ),
            // A shell of its own stops at the first failure, as the session does.
            Run::Refused => writeln!(
                script,
                "set +e; ( set -e; {once} ); code=$?; set -e\n\
                 if [ $code = 0 ]; then echo 'it succeeded'; exit 1; fi >&2"
            ),
        };
        let _ = writeln!(script, "if ! contains {out} {expected}; then missing {out} {expected} >&2; exit 1; fi");
        if !block.received.is_empty() {
            let (out, wanted) = ("\"$FOLDER/receiver.out\"", format!("\"$FOLDER/{at}.received\""));
            let _ = writeln!(
                script,
                "for turn in $(seq 300); do if contains {out} {wanted}; then break; fi; sleep 0.1; done"
            );
            let _ = writeln!(script, "if ! contains {out} {wanted}; then missing {out} {wanted} >&2; exit 1; fi");
        }
    }
    script
}

/// Starts `postrider sink`, which prints into `receiver.out`.
async fn receiver(folder: &Path, own: &Path, port: u16) -> Process {
    let sink = Launch::script(folder, "exec postrider sink --port \"$PORT\" > \"$OUT\"")
        .env("PATH", &path_with_binary())
        .env("PORT", &port.to_string())
        .env("OUT", own.join("receiver.out").to_str().unwrap())
        .spawn();
    wait_until("the receiver listens", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()).await;
    sink
}

fn path_with_binary() -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_postrider")).parent().unwrap();
    format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default())
}

/// Free ports in place of those that pages write.
struct Ports(Vec<(u16, u16)>);

impl Ports {
    fn free() -> Self {
        Self([8080, 8443].into_iter().chain(RECEIVERS).map(|written| (written, free_port())).collect())
    }

    fn of(&self, written: u16) -> u16 {
        self.0.iter().find(|(port, _)| *port == written).unwrap().1
    }

    /// Replaces ports that are numbers of their own.
    fn replaced(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            let (number, after) = from.split_at(from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()));
            replaced.push_str(before);
            match self.0.iter().find(|(written, _)| number == written.to_string()) {
                Some((_, port)) if before.ends_with([':', ' ', '=']) => replaced.push_str(&port.to_string()),
                _ => replaced.push_str(number),
            }
            rest = after;
        }
        replaced + rest
    }
}

fn page(text: &str) -> Vec<Block> {
    blocks(text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_survive_and_the_receiver_is_watched() {
    let text = r#"
<!-- run -->
```sh
SUB=$(curl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions -H "Authorization: Bearer $KEY" \
  -d '{"url": "http://127.0.0.1:9000/", "events": ["*"]}' | sed 's/.*"id":"\([^"]*\)".*/\1/')
```
<!-- run -->
```sh
curl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions/$SUB -H "Authorization: Bearer $KEY"
curl -s http://127.0.0.1:8080/api/v1/events -H "Authorization: Bearer $KEY" -d '{"type": "a.b", "data": {"n": 1}}'
```
<!-- expect: http://127.0.0.1:9000/ -->
<!-- receives: "n": 1 -->
<!-- run: until -->
```sh
postrider delivery list
```
<!-- expect: success -->
<!-- run: refused -->
```sh
curl -s http://127.0.0.1:8080/api/v1/webhooks/subscriptions/sub_1 -H "Authorization: Bearer $KEY"
echo unreachable
```
<!-- expect: not found -->
"#;
    let blocks = page(text);
    assert_eq!(run_blocks(&blocks).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_block_fails_the_page() {
    let get =
        |key: &str| format!("curl -s http://127.0.0.1:8080/api/v1/webhooks/events -H \"Authorization: Bearer {key}\"");
    for (commands, report) in [
        (format!("```sh\n{}\ntrue\n```", get("pk_unknown")), "401"),
        (format!("```sh\nEVENTS=$({} | cat)\n```", get("pk_unknown")), "401"),
        (format!("```sh\n{}\n```\n<!-- expect: no such text -->", get("$KEY")), "no such text"),
        ("```sh\nfalse\ntrue\n```".to_owned(), "the block failed"),
    ] {
        let text = format!("<!-- run -->\n```sh\ntrue\n```\n<!-- run -->\n{commands}\n");
        let fault = run_blocks(&page(&text)).await.unwrap_err();
        assert!(fault.starts_with("line 6: ") && fault.contains(report), "{fault}");
    }
    let succeeded = page("<!-- run: refused -->\n```sh\ntrue\n```\n");
    assert!(run_blocks(&succeeded).await.unwrap_err().contains("it succeeded"));
}
