//! The HTML page in a browser: headless Chromium opens it as a file.

use crate::{escaping, sample};
use audit::report::{
    Report,
    formats::{Format, render},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
];

const LONGEST: Duration = Duration::from_secs(60);

fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/bin")]);
    let mut found = folders.map(|folder| folder.join("chromium")).filter(|program| program.is_file());
    found.next().expect("this test needs Chromium, as in Debian: apt-get install chromium")
}

/// Runs Chromium and kills it after a minute, since a hanging one would not end.
fn browse(page: &Path, fragment: &str, more: &[String]) -> Output {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(chromium());
    command.args(FLAGS).arg(format!("--user-data-dir={}", profile.path().display())).args(more);
    command.arg(format!("file://{}{fragment}", page.display()));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("Chromium starts");
    let id = child.id().to_string();
    let (send, ended) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = send.send(());
        output
    });
    let late = ended.recv_timeout(LONGEST).is_err();
    if late {
        let _ = Command::new("kill").args(["-9", &id]).status();
    }
    let output = waiting.join().expect("waiting does not panic").expect("its output can be read");
    assert!(!late, "Chromium did not end within a minute: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The DOM of the page after its script ran. Fails when the console has a message.
fn dom(page: &Path, fragment: &str) -> String {
    let output = browse(page, fragment, &["--dump-dom".into(), "--enable-logging=stderr".into()]);
    let log = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(faults.is_empty(), "the console says {faults:#?}");
    String::from_utf8(output.stdout).expect("the page is UTF-8")
}

/// The event types of the visible rows.
fn rows(dom: &str) -> Vec<&str> {
    let rows = dom.split("<tr data-state=").skip(1);
    let seen = rows.filter(|row| !row.split('>').next().is_some_and(|tag| tag.contains("hidden")));
    seen.map(|row| crate::page::between(row, "<code>", "</code>")).collect()
}

fn written(folder: &Path, report: &Report) -> PathBuf {
    let page = folder.join(Format::Html.file_name());
    fs::write(&page, render(report, Format::Html)).unwrap();
    page
}

#[test]
fn rows_are_there_and_can_be_searched() {
    let folder = tempfile::tempdir().unwrap();
    let page = written(folder.path(), &sample::full());
    let all = dom(&page, "");
    assert_eq!(rows(&all).len(), sample::full().events.len());
    assert!(all.contains("11 of 11 events"), "the script ran");
    assert_eq!(rows(&dom(&page, "#q=invoice")), ["invoice.created", "invoice.paid"]);
    assert_eq!(rows(&dom(&page, "#state=dead,parallel_only")), ["credit_note.voided", "ticket.created"]);
    // A word of the function's name, and one of the event type.
    assert_eq!(rows(&dom(&page, "#q=InvoiceService+paid")), ["invoice.paid"]);
    assert!(rows(&dom(&page, "#q=nothing-like-it")).is_empty());
}

/// The policy refuses injected scripts, and [`dom`] fails on the console message about it.
#[test]
fn a_script_in_a_name_is_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let page = written(folder.path(), &escaping::hostile());
    let dom = dom(&page, "#q=alert");
    assert_eq!(rows(&dom), [escaping::HOSTILE.replace('<', "&lt;").replace('>', "&gt;")]);
}

#[test]
fn it_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let page = written(folder.path(), &sample::full());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder");
    let mut pictures = String::new();
    for (name, more) in [("light", None), ("dark", Some("--force-dark-mode")), ("narrow", None)] {
        let picture = target.join(format!("webhook-audit-{name}.png"));
        let _ = fs::remove_file(&picture);
        let size = if name == "narrow" { "500,2600" } else { "1280,2600" };
        let mut flags = vec![format!("--screenshot={}", picture.display()), format!("--window-size={size}")];
        flags.extend(more.map(str::to_owned));
        browse(&page, "", &flags);
        let bytes = fs::read(&picture).expect("Chromium wrote a picture");
        assert!(bytes.starts_with(b"\x89PNG"), "{} is no PNG", picture.display());
        // A blank page of this size has only some kilobytes.
        assert!(bytes.len() > 40_000, "{} has only {} bytes", picture.display(), bytes.len());
        pictures.push_str(&format!("{}\n", picture.display()));
    }
    println!("{pictures}");
    // `cargo xtask test` prints this file at its end.
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit-pictures.txt"), pictures).expect("it can be written");
}
