//! The quick start of README.md, run like a reader would: every block between its two markers, in order.

use crate::support::{free_port, markdown::blocks, server::Launch, wait_until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quick_start_works_as_pasted() {
    let blocks = blocks("README.md", "quick start");
    assert!(blocks.len() >= 2, "the quick start has a block for the server and one for a second terminal");

    // The block as written, but with this build of the binary and on free ports.
    let (server_port, sink_port) = (free_port().to_string(), free_port().to_string());
    let binary = format!("'{}'", env!("CARGO_BIN_EXE_postrider"));
    let folder = tempfile::tempdir().unwrap();
    let script = |block: &str| {
        assert!(block.contains("cargo run --release -- "), "a block that does not run the binary:\n{block}");
        let text = block.replace("cargo run --release --", &binary);
        let text = text.replace("8080", &server_port).replace("9000", &sink_port);
        Launch::script(folder.path(), &text)
            .env("POSTRIDER_LISTEN", &format!("127.0.0.1:{server_port}"))
            .env("POSTRIDER_URL", &format!("http://127.0.0.1:{server_port}"))
    };
    let server = script(&blocks[0]).start().await;
    assert_eq!(server.address.port().to_string(), server_port);
    let mut terminals = Vec::new();
    for block in &blocks[1..] {
        let mut terminal = script(block).spawn();
        let status = terminal.ended().await;
        assert!(status.success(), "{status}: {}", terminal.stderr());
        // Processes that it started in the background are still running.
        terminals.push(terminal);
    }
    let line = wait_until("the receiver prints a verified delivery", async || {
        let printed: Vec<String> = terminals.iter().map(|terminal| terminal.stdout()).collect();
        let found = printed.iter().flat_map(|text| text.lines()).find(|line| line.contains("invoice.created"));
        found.filter(|line| line.contains("ERIFIED") || line.contains("erified")).map(str::to_owned)
    })
    .await;
    assert!(line.contains(" verified ("), "{line}");
    let printed: String = terminals.iter().map(|terminal| terminal.stdout()).collect();
    assert!(!printed.contains("NOT VERIFIED"), "{printed}");
}
