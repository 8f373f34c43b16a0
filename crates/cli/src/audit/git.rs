//! The audited tree as git sees it: its current revision, and its texts at another one. Runs the `git` program.

use anyhow::{Context, bail, ensure};
use audit::source::{Rules, SourceTree, base_of};
use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[derive(Default)]
pub(super) struct State {
    pub(super) revision: Option<String>,
    pub(super) modified: bool,
}

/// Returns an empty state without a repository or without git.
pub(super) fn state(paths: &[PathBuf]) -> State {
    let Some(first) = paths.first() else { return State::default() };
    let folder = if first.is_dir() { first.as_path() } else { first.parent().unwrap_or(Path::new(".")) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(revision) = ask(folder, &["rev-parse", "--verify", "--quiet", "HEAD"]) else { return State::default() };
    let changes = ask(folder, &["status", "--porcelain", "--", "."]).unwrap_or_default();
    State { revision: Some(revision.trim().to_owned()), modified: !changes.trim().is_empty() }
}

/// The project's name: the repository's name and the path within it; else the folder's own name.
pub(super) fn project(paths: &[PathBuf]) -> String {
    let full: Vec<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let [only] = &full[..] else { return name(&base_of(&full)) };
    let folder = if only.is_dir() { only.as_path() } else { only.parent().unwrap_or(only) };
    let top = ask(folder, &["rev-parse", "--show-toplevel"]).ok();
    let top = top.and_then(|top| Path::new(top.trim_end()).canonicalize().ok());
    match top.as_deref().map(|top| (name(top), only.strip_prefix(top))) {
        Some((top, Ok(below))) if !below.as_os_str().is_empty() => format!("{top}/{}", below.display()),
        Some((top, Ok(_))) => top,
        _ => name(only),
    }
}

fn name(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn ask(folder: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .context("failed to run git")?;
    if !output.status.success() {
        bail!("git {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The source files below the paths at a revision: name, path below the given path, text.
pub(super) fn texts(paths: &[PathBuf], revision: &str, rules: &Rules) -> anyhow::Result<Vec<(String, String, String)>> {
    let mut all = Vec::new();
    let full: Vec<PathBuf> = paths.iter().map(|path| path.canonicalize()).collect::<Result<_, _>>()?;
    let base = base_of(&full);
    for full in full {
        let folder = if full.is_dir() { full.as_path() } else { full.parent().unwrap_or(Path::new("/")) };
        let top = ask(folder, &["rev-parse", "--show-toplevel"])
            .with_context(|| format!("--since: {} is not in a git repository", full.display()))?;
        let top = Path::new(top.trim_end()).canonicalize()?;
        let commit = format!("{revision}^{{commit}}");
        let Ok(commit) = ask(&top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]) else {
            let shallow = ask(&top, &["rev-parse", "--is-shallow-repository"]).is_ok_and(|text| text.trim() == "true");
            let why = if shallow { "; the clone is shallow, so it may lack it" } else { "" };
            bail!("--since {revision:?} is not a revision of the repository {}{why}", top.display());
        };
        let commit = commit.trim();
        let below = full.strip_prefix(&top).unwrap_or(&full).to_string_lossy().into_owned();
        let wanted = if below.is_empty() { "." } else { &below };
        let list = ask(&top, &["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", wanted])?;
        let named = list.split('\0').filter(|name| !name.is_empty()).map(|name| {
            let path = top.join(name);
            let inner = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            (name.to_owned(), inner)
        });
        let named: Vec<(String, String)> = named.collect();
        let there: HashSet<&str> = named.iter().map(|(_, inner)| inner.as_str()).collect();
        let wanted = named.iter().filter(|(_, inner)| SourceTree::wants(inner, rules, |path| there.contains(path)));
        for (name, inner, text) in blobs(&top, commit, wanted.cloned().collect())? {
            let path = top.join(name);
            let shown = path.strip_prefix(&base).unwrap_or(&path).to_string_lossy().into_owned();
            all.push((shown, inner, text));
        }
    }
    Ok(all)
}

/// Reads all files through a single git process.
fn blobs(base: &Path, commit: &str, names: Vec<(String, String)>) -> anyhow::Result<Vec<(String, String, String)>> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(base)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("failed to run git")?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else { bail!("git has no pipes") };
    // The protocol cannot transmit names that contain a newline.
    let names: Vec<_> = names.into_iter().filter(|(name, _)| !name.contains('\n')).collect();
    let asked: Vec<String> = names.iter().map(|(name, _)| format!("{commit}:{name}\n")).collect();
    let writer = std::thread::spawn(move || asked.iter().try_for_each(|line| stdin.write_all(line.as_bytes())));
    let mut answers = BufReader::new(stdout);
    let mut all = Vec::new();
    for (name, inner) in names {
        let mut head = String::new();
        answers.read_line(&mut head)?;
        let Some(size) = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()) else {
            continue;
        };
        let mut bytes = vec![0; size + 1];
        answers.read_exact(&mut bytes)?;
        bytes.truncate(size);
        if let Ok(text) = String::from_utf8(bytes) {
            all.push((name, inner, text));
        }
    }
    drop(answers);
    let written = writer.join();
    ensure!(matches!(written, Ok(Ok(()))), "failed to send all file names to git");
    child.wait()?;
    Ok(all)
}
