//! Real source trees: the audit of each ends in time and without an internal error.
//!
//! The short form reads sources that every build machine has: our dependencies, the standard library of Python, and the
//! packages of npm. The wide form reads the folders in `AUDIT_CORPUS`, separated by `:`; with `AUDIT_OUT=FOLDER` it
//! writes each report there as JSON.

use audit::{
    About, CatalogSource,
    config::Config,
    report::{
        Report,
        formats::{Format, render},
    },
    source::{Rules, SourceTree},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Time limit for one tree. The largest of the wide form has some 6,000 files and takes 14 s in a release build.
const LONGEST: Duration = Duration::from_secs(300);
/// Minimum size of the corpus: with fewer files, a folder is not where it is expected.
const FILES_MIN: usize = 1_000;

/// Large dependencies of many kinds.
const CRATES: [&str; 12] = [
    "axum",
    "clap_builder",
    "futures-util",
    "hyper",
    "jiff",
    "minijinja",
    "proptest",
    "regex-automata",
    "rustls",
    "syn",
    "tokio",
    "tree-sitter-javascript",
];

fn audit_of(paths: Vec<PathBuf>) -> Report {
    let config = Config::default();
    let rules = Rules::new(&config.files).unwrap();
    let tree = SourceTree::of_paths(&paths, &rules).unwrap();
    let source = CatalogSource::Code { main: None };
    audit::audit(&tree, &config, &source, About::default(), &|| {}).unwrap()
}

/// Audits one tree. Fails when the audit exceeds the time limit or has an internal error.
#[expect(clippy::disallowed_methods, reason = "a duration is measured")]
fn read(name: &str, paths: Vec<PathBuf>) -> Report {
    let (done, wait) = mpsc::channel();
    let start = Instant::now();
    thread::spawn(move || {
        let _ = done.send(audit_of(paths));
    });
    let report = wait.recv_timeout(LONGEST).unwrap_or_else(|fault| panic!("{name}: {fault} after {LONGEST:?}"));
    let cut = report.unresolved.iter().filter(|one| one.reason.is_some()).count();
    println!(
        "{name:<48} {:>6} files {:>4} skipped {:>5} sites {:>5} unresolved ({cut} cut) {:>7.2} s",
        report.files.read,
        report.files.skipped.len(),
        report.events.iter().map(|one| one.sites.len()).sum::<usize>(),
        report.unresolved.len(),
        start.elapsed().as_secs_f64()
    );
    let skipped = report.files.skipped.iter().map(|one| (&one.file, &one.reason));
    let unresolved = report.unresolved.iter().filter_map(|one| Some((&one.file, one.reason.as_ref()?)));
    let faults: Vec<_> = skipped.chain(unresolved).filter(|(_, reason)| reason.contains("internal")).collect();
    assert!(faults.is_empty(), "{name}: {faults:?}");
    report
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc can be run");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

/// The source folders of our dependencies, as cargo tells them.
fn crates() -> Vec<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        // Sources for other platforms may not be downloaded.
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let ours = packages.filter(|one| CRATES.contains(&one["name"].as_str().unwrap_or("")));
    let folders = ours.map(|one| Path::new(one["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned());
    folders.filter(|folder| folder.is_dir()).collect()
}

/// The folder that `command` prints, if it exists.
fn told(command: &str, args: &[&str]) -> Option<PathBuf> {
    let output = Command::new(command).args(args).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_dir().then_some(path)
}

#[test]
fn sources_that_every_building_machine_has() {
    let mut reports = vec![read("our dependencies", crates())];
    if let Some(python) = told("python3", &["-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]) {
        let parts = ["asyncio", "concurrent", "email", "http", "json", "logging", "multiprocessing", "unittest", "xml"];
        let parts: Vec<PathBuf> = parts.iter().map(|part| python.join(part)).filter(|part| part.is_dir()).collect();
        reports.push(read("the standard library of Python", parts));
    }
    let npm = ["/usr/share/nodejs/npm", "/usr/lib/node_modules/npm", "/usr/local/lib/node_modules/npm"];
    if let Some(npm) = npm.iter().map(PathBuf::from).find(|folder| folder.is_dir()) {
        reports.push(read("npm", vec![npm]));
    }
    let files: usize = reports.iter().map(|report| report.files.read).sum();
    let languages: BTreeSet<&str> =
        reports.iter().flat_map(|report| report.files.languages.iter().map(|(name, _)| name.as_str())).collect();
    assert!(files > FILES_MIN, "only {files} files were read");
    assert!(languages.len() >= 3, "only {languages:?} were read");
}

#[test]
#[ignore = "reads the folders in AUDIT_CORPUS; see CONTRIBUTING.md"]
fn folders_that_are_named() {
    let all = std::env::var("AUDIT_CORPUS").expect("AUDIT_CORPUS names the folders, separated by `:`");
    for folder in std::env::split_paths(&all) {
        let report = read(&folder.display().to_string(), vec![folder.clone()]);
        if let Some(out) = std::env::var_os("AUDIT_OUT") {
            let name = format!("{}.json", folder.file_name().unwrap_or_default().display());
            fs::write(Path::new(&out).join(name), render(&report, Format::Json)).unwrap();
        }
    }
}
