//! Keeps a folder and the server in it, which never outlive this process. They belong to a shell (`keeper.sh`) whose
//! input is a pipe from this process: when this process ends, even by SIGKILL or with a `static` that is never dropped,
//! the pipe ends, and the shell cleans up.

use crate::{programs, servant::Servant};
use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Number of lines of a log that are shown.
const TAIL: usize = 100;

/// The signal that ends a server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    /// PostgreSQL's immediate shutdown: without a checkpoint and without waiting for clients, but shared memory is
    /// released.
    Quit,
    Kill,
}

/// State of a started server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Ended,
}

#[derive(Debug)]
struct Shell {
    child: Child,
    /// `None` once the shell was told to clean up.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// Keeps a folder, and at most one server in it. Both are removed when dropped.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    servant: Option<Servant>,
    shell: Mutex<Shell>,
}

impl Keeper {
    pub(crate) fn new() -> Self {
        // A short path outside TMPDIR, because the path of a socket is limited to 107 bytes.
        let folder = tempfile::Builder::new().prefix("prpg-").tempdir_in("/tmp").expect("a folder in /tmp").keep();
        let servant = Servant::needed_by_owner_of(&folder);
        if let Some(servant) = servant {
            servant.give(&folder);
        }
        let mut command = Command::new("sh");
        command.args(["-c", include_str!("keeper.sh"), "keeper"]).arg(&folder);
        // No other environment: variables such as PGHOST would affect the server's programs.
        command.env_clear().env("PATH", programs::search()).env("HOME", &folder).current_dir("/");
        // A separate process group, so that signals to this process's group do not end the shell before it cleans up.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(servant) = servant {
            servant.runs(&mut command);
        }
        let mut child = command.spawn().expect("failed to start sh");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { folder, servant, shell: Mutex::new(Shell { child, orders, answers }) }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder.display())
    }

    /// Appends to a file, which is created if it does not exist.
    pub(crate) fn append(&self, name: &str, text: &str) {
        let open = OpenOptions::new().create(true).append(true).open(self.folder.join(name));
        let mut file = open.unwrap_or_else(|fault| panic!("failed to write {}: {fault}", self.path(name)));
        if let Some(servant) = self.servant {
            servant.give_file(&file);
        }
        file.write_all(text.as_bytes()).expect("failed to write a file in /tmp");
    }

    /// The last lines of the output of the server and of commands.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL)..].join("\n")
    }

    fn shell(&self) -> MutexGuard<'_, Shell> {
        self.shell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self, name: &str, words: &[&str]) -> String {
        let mut line = name.to_owned();
        for word in words {
            line.push_str(&format!(" '{}'", word.replace('\'', r"'\''")));
        }
        line.push('\n');
        let mut shell = self.shell();
        let orders = shell.orders.as_mut().expect("open until dropped");
        orders.write_all(line.as_bytes()).expect("the shell reads orders");
        let mut answer = String::new();
        shell.answers.read_line(&mut answer).expect("the shell answers");
        answer.trim_end().to_owned()
    }

    /// Runs a command to its end; returns whether it succeeded.
    pub(crate) fn run(&self, command: &[&str]) -> bool {
        self.order("run", command) == "0"
    }

    /// Starts the server; returns its process id.
    pub(crate) fn start(&self, ended_by: Signal, command: &[&str]) -> u32 {
        let signal = match ended_by {
            Signal::Quit => "QUIT",
            Signal::Kill => "KILL",
        };
        let mut words = vec![signal];
        words.extend(command);
        self.order("start", &words).parse().expect("a process id")
    }

    /// The state of the server, after a short pause.
    pub(crate) fn look(&self) -> State {
        if self.order("look", &[]) == "running" { State::Running } else { State::Ended }
    }

    /// Ends the server and waits until it has ended.
    pub(crate) fn stop(&self) {
        self.order("stop", &[]);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let mut shell = self.shell();
        shell.orders = None;
        let _ = shell.child.wait();
    }
}
