//! Folders below the target folder in which tests install packages of other languages, kept between runs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Runs a program to its end; returns its standard output. On failure panics with the Debian packages that it `needs`.
#[track_caller]
pub fn run(command: &mut Command, needs: &str) -> String {
    let shown = format!("{command:?}");
    let output = match command.output() {
        Ok(output) => output,
        Err(fault) => panic!("{shown} cannot be started ({fault}); this test needs the Debian packages {needs}"),
    };
    let (printed, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success(),
        "{shown} failed; this test needs the Debian packages {needs}\n{printed}\n{faults}"
    );
    printed.into_owned()
}

/// The folder `name` in `parent`, which a test gets from `CARGO_TARGET_TMPDIR`.
pub fn folder(parent: &str, name: &str) -> PathBuf {
    let folder = Path::new(parent).join(name);
    fs::create_dir_all(&folder).unwrap_or_else(|fault| panic!("failed to create {}: {fault}", folder.display()));
    folder
}

/// Prepares a folder unless it was already prepared for the same `contents` (versions and lists of packages).
pub fn once(folder: &Path, contents: &str, prepare: impl FnOnce()) {
    let note = folder.join("prepared-for");
    if fs::read_to_string(&note).is_ok_and(|found| found == contents) {
        return;
    }
    let _ = fs::remove_file(&note);
    prepare();
    fs::write(&note, contents).unwrap_or_else(|fault| panic!("failed to write {}: {fault}", note.display()));
}

/// A Python environment in `folder` with the packages of `requirements`; returns the path of its `python`.
pub fn python(folder: &Path, requirements: &Path) -> PathBuf {
    const NEEDS: &str = "python3, python3-venv and python3-pip";
    let venv = folder.join(".venv");
    // An environment belongs to one version of Python.
    let version = run(Command::new("python3").args(["-c", "import sys; print(sys.executable, sys.version)"]), NEEDS);
    let packages = fs::read_to_string(requirements).expect("the requirements");
    let python = venv.join("bin/python");
    once(folder, &(version + &packages), || {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv), NEEDS);
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements), NEEDS);
    });
    python
}

/// Copies `files` from `source` into `folder` and installs the packages that its lock file names.
pub fn node(folder: &Path, source: &Path, files: &[&str]) {
    const NEEDS: &str = "nodejs and npm";
    let mut packages = run(Command::new("node").arg("--version"), NEEDS);
    for file in files {
        let text = fs::read_to_string(source.join(file)).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        fs::write(folder.join(file), &text).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        if file.starts_with("package") {
            packages += &text;
        }
    }
    once(folder, &packages, || {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder), NEEDS);
    });
}
