//! The audit: lowering of each language and of schemas, manifests, its configuration and its baseline.

use crate::input::{parts, text};
use audit::{config::Config, fuzzing, report::Baseline};
use std::thread;

pub(super) const WORDS: &[&str] = &[
    "class ",
    "def ",
    "function ",
    "func ",
    "fn ",
    "fun ",
    "enum ",
    "interface ",
    "import ",
    "publish(",
    "emit(",
    "\"order.created\"",
    "'order.created'",
    "=> ",
    "->",
    "::",
    "if (",
    "else ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "`${",
    "#{",
    "@",
    "\n    ",
    "/*",
    "*/",
    "//",
    "#",
    "\"\"\"",
    "match ",
    "switch ",
    "case ",
    "when ",
    ";",
    ",",
    "=",
];

/// The stack of an audit's threads.
const STACK: usize = 256 << 20;

/// The longest facts for a byte of source, in bytes of their text, and for a file.
const FACTS: u64 = 4_000;
const FACTS_OF_FILE: u64 = 100_000;

fn lower(file: &'static str, input: &[u8]) {
    let text = text(input);
    let size = thread::scope(|scope| {
        let run = || fuzzing::lower(file, &text);
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).unwrap();
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let most = FACTS * text.len() as u64 + FACTS_OF_FILE;
    assert!(size.is_none_or(|size| size <= most), "{size:?} bytes of facts from {} of source", text.len());
}

macro_rules! languages {
    ($($name:ident: $($file:literal),+;)*) => {
        $(pub(super) fn $name(input: &[u8]) {
            $(lower($file, input);)+
        })*
    };
}

languages! {
    csharp: "a.cs";
    go: "a.go";
    java: "A.java";
    javascript: "a.js", "a.jsx";
    kotlin: "a.kt";
    php: "a.php";
    python: "a.py";
    ruby: "a.rb";
    rust: "a.rs";
    typescript: "a.ts", "a.tsx";
}

pub(super) const SCHEMAS: &[&str] = &[
    "enum WebhookEvent {",
    "CREATE TYPE webhook_event AS ENUM (",
    "'order.created'",
    "\"enum\":[",
    "openapi: 3.1.0",
    "webhooks:",
    "asyncapi: 2.6.0",
    "channels:",
    "&a",
    "*a",
    "<<: ",
    "- ",
    "\"\"\"",
    "@map(\"",
    "  ",
    "\n",
];

pub(super) fn schemas(input: &[u8]) {
    for file in ["events.graphql", "events.json", "events.prisma", "events.sql", "events.yaml"] {
        lower(file, input);
    }
}

pub(super) const MANIFESTS: &[&str] = &[
    "[package]\nname = \"a\"\n",
    "[workspace]\nmembers = [\"*\"]\n",
    "module example.com/a\n",
    "replace ",
    "=> ",
    "\"paths\": {",
    "\"@/*\": [\"src/*\"]",
    "\"exports\": {",
    "\"extends\": ",
    "// ",
    "/* ",
    "<RootNamespace>",
    "..",
];

pub(super) fn manifests(input: &[u8]) {
    let text = text(input);
    for file in [
        "Cargo.toml",
        "go.mod",
        "package.json",
        "tsconfig.json",
        "deno.jsonc",
        "pyproject.toml",
        "setup.cfg",
        "A.csproj",
    ] {
        let size = fuzzing::manifest(file, &text);
        assert!(size <= FACTS * text.len() as u64 + FACTS_OF_FILE, "{file}: {size} bytes of declarations");
    }
}

pub(super) const CONFIGURATION: &[&str] = &[
    "[publish]\nfunctions = [\"",
    "[gate]\nfail_under = ",
    "[[accept]]\nevent = \"",
    "reason = \"",
    "nan",
    "inf",
    "{\"schema_version\":",
    "\"gaps\":[",
    "\u{1e}",
];

/// The configuration, and a baseline.
pub(super) fn configuration(input: &[u8]) {
    let [file, baseline] = parts(input);
    if let Ok(config) = Config::parse(&text(file)) {
        assert!(config.gate.fail_under.is_none_or(|least| (0.0..=100.0).contains(&least)));
        assert!(config.accept.iter().all(|one| !one.reason.trim().is_empty()));
    }
    if let Ok(baseline) = Baseline::parse(&text(baseline)) {
        let written = baseline.to_json();
        assert_eq!(Baseline::parse(&written).map(|again| again.to_json()).ok(), Some(written));
    }
}
