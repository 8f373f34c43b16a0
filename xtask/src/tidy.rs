//! Checks beyond the compiler's: dependencies between crates, a module comment in every file, the length of files, and
//! a reason for every exception to the bans of `clippy.toml`.

use crate::{
    circles, languages, threats,
    workspace::{self, root},
};
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The arrows of ARCHITECTURE.md: each crate, and the workspace crates that it may use. (Tests may use more.)
const ARROWS: [(&str, &[&str]); 17] = [
    ("model", &[]),
    ("identity", &["model"]),
    ("metrics", &["model"]),
    ("signing", &[]),
    ("storage", &["model"]),
    ("storage-postgres", &["model", "storage"]),
    ("storage-sqlite", &["model", "storage"]),
    ("filter", &[]),
    ("transform", &["model"]),
    ("delivery", &["model", "metrics", "signing", "storage", "filter", "transform"]),
    ("audit", &["model"]),
    ("api", &["model", "identity", "metrics", "signing", "storage", "filter", "transform", "delivery"]),
    (
        "cli",
        &[
            "model",
            "identity",
            "metrics",
            "signing",
            "storage",
            "storage-postgres",
            "storage-sqlite",
            "transform",
            "delivery",
            "audit",
            "api",
        ],
    ),
    ("bench", &["model", "storage", "storage-sqlite", "testing"]),
    (
        "fuzz",
        &[
            "model",
            "identity",
            "metrics",
            "signing",
            "storage",
            "storage-postgres",
            "filter",
            "transform",
            "delivery",
            "audit",
            "api",
        ],
    ),
    ("testing", &[]),
    ("xtask", &[]),
];

/// Dependencies that a crate must not have, and why.
const FOREIGN: [(&str, &[&str], &str); 4] = [
    ("model", &["tokio", "http", "hyper", "axum", "rusqlite", "tokio-postgres", "getrandom"], "it is pure"),
    ("signing", &["tokio", "http", "hyper", "axum", "getrandom"], "it is pure"),
    ("delivery", &["rusqlite", "tokio-postgres", "axum"], "it names no backend and no wire type"),
    ("api", &["rusqlite", "tokio-postgres"], "it names no backend"),
];

/// Features with test doubles and test suites, which the released binary must not contain: for `dev-dependencies` only.
const TEST_FEATURES: [&str; 3] = ["conformance", "fuzzing", "test"];

const LINES_MAX: usize = 400;

/// Test inputs of the audit: other projects' code, in its own style.
const FOREIGN_CODE: &str = "tests/projects";

/// Words that are only allowed in some places.
const ONLY_IN: [(&str, &[&str]); 7] = [
    ("std::env::var", &["crates/cli/", "bench/", "fuzz/libfuzzer/", "testing/", "xtask/"]),
    ("SystemTime::now", &["crates/model/src/clock.rs", "bench/"]),
    (
        "Instant::now",
        &[
            "crates/delivery/src/egress/",
            "crates/delivery/src/feed/",
            "crates/delivery/src/shortages.rs",
            "crates/transform/src/clock.rs",
            "bench/",
        ],
    ),
    // Elapsed time, for the steady clock and for leases.
    ("clock_gettime", &["crates/delivery/src/steady/mod.rs"]),
    // These macros panic when the reader of a command's output has closed the pipe. A build script speaks to cargo by them.
    ("println!(", &["crates/api/build.rs", "crates/cli/src/audit/", "bench/", "fuzz/libfuzzer/", "testing/", "xtask/"]),
    ("getrandom::fill", &["crates/cli/src/entropy.rs"]),
    ("Uuid::now_v7", &[]),
];

pub(crate) fn run() -> anyhow::Result<()> {
    let mut faults = Vec::new();
    arrows(&mut faults)?;
    circles(&mut faults)?;
    parts(&mut faults)?;
    languages(&mut faults)?;
    faults.extend(threats::faults(&fs::read_to_string(root().join("SECURITY.md"))?, &root()));
    let mut files = Vec::new();
    for (krate, _) in ARROWS {
        collect(&folder(krate), &mut files)?;
    }
    for file in &files {
        check_file(file, &mut faults)?;
    }
    deny(&mut faults);
    if !faults.is_empty() {
        bail!("{} errors:\n  {}", faults.len(), faults.join("\n  "));
    }
    println!("tidy: {} files in {} crates checked", files.len(), ARROWS.len());
    Ok(())
}

/// Circles of imports that are allowed, by their files, each with the reason.
const CIRCLES: &circles::Allowed = &[
    (&["lower/csharp.rs", "lower/csharp/"], DESCENT),
    (&["lower/go.rs", "lower/go/"], DESCENT),
    (&["lower/java.rs", "lower/java/"], DESCENT),
    (&["lower/kotlin.rs", "lower/kotlin/"], DESCENT),
    (&["lower/php.rs", "lower/php/"], DESCENT),
    (&["lower/python.rs", "lower/python/"], DESCENT),
    (&["lower/ruby.rs", "lower/ruby/"], DESCENT),
    (&["lower/rust.rs", "lower/rust/"], DESCENT),
    (&["lower/typescript.rs", "lower/typescript/"], DESCENT),
];

const DESCENT: &str = "a recursive descent: each kind of node has its file, and nodes hold nodes";

fn circles(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for (krate, _) in ARROWS {
        for (files, ties) in circles::of(&folder(krate).join("src"))? {
            if !circles::is_allowed(&files, CIRCLES) {
                faults.push(format!("{krate} has files that import each other:\n    {ties}"));
            }
        }
    }
    Ok(())
}

/// The order of a crate's parts, for crates that are stages: each part may import itself and the ones before it. Data goes
/// through the audit's stages in the order source, lower, resolve, detect, classify; the report's contract knows none of
/// them, so that each may fill in its part.
const PARTS: [(&str, &[&str]); 1] = [(
    "audit",
    &[
        "failpoints",
        "text",
        "facts",
        "config",
        "lower",
        "report",
        "source",
        "resolve",
        "detect",
        "classify",
        "run",
        "fuzzing",
        "lib",
    ],
)];

fn parts(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for (krate, order) in PARTS {
        let found = circles::against(order, &folder(krate).join("src"))?;
        faults.extend(found.into_iter().map(|fault| format!("{krate}: {fault}")));
    }
    Ok(())
}

/// The only folder of the audit that knows languages.
const KNOWS_LANGUAGES: &str = "crates/audit/src/lower/";

/// Names of languages that may stand elsewhere in the audit: the file, the names, and the reason.
const NAMED: [(&str, &[&str], &str); 1] =
    [("text/events.rs", &["go", "java", "php"], "endings of file names, which have dots as event types have")];

fn languages(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let source = folder("audit").join("src");
    let mut files = Vec::new();
    collect(&source, &mut files)?;
    files.sort();
    let mut used = Vec::new();
    for path in files.iter().filter(|path| !path.starts_with(root().join(KNOWS_LANGUAGES))) {
        let file = path.strip_prefix(&source).unwrap_or(path).display().to_string();
        if file.ends_with("/tests.rs") {
            continue;
        }
        for languages::Found { name, line } in languages::named_in(path)? {
            if NAMED.iter().any(|(one, names, _)| *one == file && names.contains(&name.as_str())) {
                used.push((file.clone(), name));
            } else {
                faults.push(format!("audit/src/{file}:{line} names {name}; only {KNOWS_LANGUAGES} knows a language"));
            }
        }
    }
    for (file, names, _) in NAMED {
        let gone = names.iter().filter(|name| !used.contains(&(file.to_owned(), (**name).to_owned())));
        faults
            .extend(gone.map(|name| format!("audit/src/{file} does not name {name} any more; NAMED still allows it")));
    }
    Ok(())
}

/// Crates next to `crates/`, because they are not part of the product.
const BESIDE: [&str; 4] = ["bench", "fuzz", "testing", "xtask"];

fn folder(krate: &str) -> PathBuf {
    if BESIDE.contains(&krate) { root().join(krate) } else { root().join("crates").join(krate) }
}

fn arrows(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(root().join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !ARROWS.iter().any(|(krate, _)| *krate == name) {
            faults.push(format!("crates/{name} has no arrows in xtask/src/tidy.rs"));
        }
    }
    for (krate, allowed) in ARROWS {
        let path = folder(krate).join("Cargo.toml");
        let manifest: toml::Table = fs::read_to_string(&path)
            .with_context(|| format!("failed to read {}", path.display()))?
            .parse()
            .with_context(|| format!("{} is not a manifest", path.display()))?;
        let Some(dependencies) = manifest.get("dependencies").and_then(toml::Value::as_table) else { continue };
        if !BESIDE.contains(&krate) {
            test_features(krate, &manifest, faults);
        }
        for name in dependencies.keys() {
            let ours = ARROWS.iter().any(|(other, _)| other == name);
            if ours && !allowed.contains(&name.as_str()) {
                faults.push(format!("{krate} must not use {name}"));
            }
            for (_, names, why) in FOREIGN.iter().filter(|(one, ..)| *one == krate) {
                if names.contains(&name.as_str()) {
                    faults.push(format!("{krate} must not use {name}: {why}"));
                }
            }
        }
    }
    Ok(())
}

/// Refuses features of tests in dependencies of the product, and in the features that are on by default.
fn test_features(krate: &str, manifest: &toml::Table, faults: &mut Vec<String>) {
    let list = |value: &toml::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let table = |name: &str| manifest.get(name).and_then(toml::Value::as_table).into_iter().flatten();
    let used = table("dependencies").filter_map(|(name, value)| Some((name, list(value.get("features")?))));
    let default = table("features").filter(|(name, _)| *name == "default").map(|(name, value)| (name, list(value)));
    for (name, features) in used.chain(default) {
        if let Some(feature) = features.iter().find(|feature| TEST_FEATURES.contains(&feature.as_str())) {
            faults.push(format!("{krate} must not enable {name}'s feature {feature} outside its dev-dependencies"));
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && path.ends_with(FOREIGN_CODE) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn check_file(path: &Path, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    let root = fs::canonicalize(root())?;
    let full = fs::canonicalize(path)?;
    let shown = full.strip_prefix(&root).unwrap_or(&full).display().to_string();
    if !text.starts_with("//!") {
        faults.push(format!("{shown} does not begin with //!"));
    }
    let own: Vec<&str> = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
    if own.len() > LINES_MAX {
        faults.push(format!("{shown} has {} lines without its tests; the maximum is {LINES_MAX}", own.len()));
    }
    let is_test = shown.contains("/tests/") || shown.ends_with("/tests.rs") || shown.contains("/conformance/");
    // Examples are independent programs.
    if is_test || shown.contains("/examples/") || shown.starts_with("xtask/src/tidy") {
        return Ok(());
    }
    for (number, line) in own.iter().enumerate() {
        for (word, places) in ONLY_IN {
            if line.contains(word) && !places.iter().any(|place| shown.starts_with(place)) {
                faults.push(format!("{shown}:{} uses {word}", number + 1));
            }
        }
        if line.contains("allow(") && line.contains("disallowed") && !line.contains("reason") {
            faults.push(format!("{shown}:{} lifts a ban without a reason", number + 1));
        }
    }
    Ok(())
}

/// Checks licences, sources and duplicate versions, where `cargo-deny` is installed.
fn deny(faults: &mut Vec<String>) {
    let has = std::process::Command::new("cargo")
        .args(["deny", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has {
        println!("tidy: cargo-deny is not installed; licences and sources are not checked here");
        return;
    }
    if let Err(fault) = workspace::run("cargo", &["deny", "--offline", "check", "bans", "licenses", "sources"]) {
        faults.push(fault.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_features_are_for_dev_dependencies_only() {
        let faults = |text: &str| {
            let mut faults = Vec::new();
            test_features("api", &text.parse().unwrap(), &mut faults);
            faults.len()
        };
        assert_eq!(faults("[dev-dependencies]\ndelivery = { workspace = true, features = [\"test\"] }"), 0);
        assert_eq!(faults("[dependencies]\ndelivery = { workspace = true, features = [\"test\"] }"), 1);
        assert_eq!(faults("[features]\ndefault = [\"conformance\"]\nconformance = []"), 1);
        assert_eq!(faults("[features]\nconformance = []\n[dependencies]\ntokio = \"1\""), 0);
    }
}
