//! A pool with the crate's own worker, and a webhook.

use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
};
use transform::{Effect, Input, Limits, Program, Ran, ScriptFault, Scripts, Shaped};

pub(crate) const BODY: &str =
    r#"{"type":"order.paid","data":{"id":"o_1","amount":150,"items":[{"sku":"a"},{"sku":"b"}]}}"#;

/// A pool whose worker processes have a command line of their own.
pub(crate) struct Pool {
    pub(crate) scripts: Scripts,
    token: String,
}

impl Pool {
    pub(crate) fn new(limits: Limits) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let token = format!("pool-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = env!("CARGO_BIN_EXE_transform-worker").into();
        let program = Program { path, arguments: vec![token.clone().into()] };
        Self { scripts: Scripts::new(program, limits), token }
    }

    /// Process ids of its workers, without zombies.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| {
            fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|line| line.split(|byte| *byte == 0).any(|part| part == self.token.as_bytes()))
        })
        .collect()
    }

    pub(crate) async fn run(&self, source: &str) -> Ran {
        self.scripts.run(source, &input(BODY.as_bytes())).await.unwrap()
    }

    pub(crate) async fn with_body(&self, source: &str, body: &str) -> Ran {
        self.scripts.run(source, &input(body.as_bytes())).await.unwrap()
    }

    /// The sent body of a function that changes `webhook`.
    pub(crate) async fn changed(&self, statements: &str, body: &str) -> String {
        let source = format!("export default function (webhook) {{ {statements}; return webhook }}");
        String::from_utf8(sent(self.with_body(&source, body).await).body.to_vec()).unwrap()
    }

    pub(crate) async fn fault(&self, source: &str) -> ScriptFault {
        self.run(source).await.result.unwrap_err()
    }
}

pub(crate) fn sent(ran: Ran) -> Shaped {
    match ran.result.unwrap() {
        Effect::Send(shaped) => shaped,
        Effect::Drop => panic!("dropped"),
    }
}

pub(crate) fn headers() -> &'static [(String, String)] {
    static HEADERS: std::sync::OnceLock<Vec<(String, String)>> = std::sync::OnceLock::new();
    HEADERS.get_or_init(|| vec![("x-team".to_owned(), "billing".to_owned())])
}

pub(crate) fn input(body: &[u8]) -> Input<'_> {
    Input {
        id: "evt_1",
        kind: "order.paid",
        timestamp: "2026-11-30T12:00:00.250Z",
        tenant: "acme",
        metadata: r#"{"region":"eu","tags":["a"]}"#,
        method: "POST",
        path: "/hook?x=1",
        headers: headers(),
        body,
        may_set: &|name| name.starts_with("x-"),
    }
}

/// Deadlines that a loaded machine keeps for scripts that end.
pub(crate) fn patient() -> Limits {
    Limits { deadline: std::time::Duration::from_secs(20), ..Limits::default() }
}
