//! A folder and the server in it, which neither outlive us. A shell keeps them (`keeper.sh`) whose input is a pipe from
//! us: when we end, even by SIGKILL, or inside a `static` that is never dropped, the pipe ends, and the shell cleans up.

use crate::{programs, servant::Servant};
use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How much of a log is shown.
const TAIL: usize = 100;

/// How a server is told to end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    /// PostgreSQL's immediate shutdown: no checkpoint, nobody waited for, but shared memory given back.
    Quit,
    Kill,
}

/// The state of a server that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Ended,
}

#[derive(Debug)]
struct Shell {
    child: Child,
    /// None once it was told to clean up.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// Keeps a folder, and at most one server. Dropped, both are gone.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    servant: Option<Servant>,
    shell: Mutex<Shell>,
}

impl Keeper {
    pub(crate) fn new() -> Self {
        // Short, and not where TMPDIR says: the path of a socket has room for 107 bytes.
        let folder = tempfile::Builder::new().prefix("prpg-").tempdir_in("/tmp").expect("a folder in /tmp").keep();
        let servant = Servant::needed_by_owner_of(&folder);
        if let Some(servant) = servant {
            servant.give(&folder);
        }
        let mut command = Command::new("sh");
        command.args(["-c", include_str!("keeper.sh"), "keeper"]).arg(&folder);
        // Of our environment nothing else: PGHOST and its like would reach the server's programs.
        command.env_clear().env("PATH", programs::search()).env("HOME", &folder).current_dir("/");
        // In a group of its own, so that what ends our group does not end it before it cleaned up.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some(servant) = servant {
            servant.runs(&mut command);
        }
        let mut child = command.spawn().expect("sh can be started");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { folder, servant, shell: Mutex::new(Shell { child, orders, answers }) }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of what is in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder.display())
    }

    /// Writes to the end of a file, which is made when it is not there.
    pub(crate) fn append(&self, name: &str, text: &str) {
        let open = OpenOptions::new().create(true).append(true).open(self.folder.join(name));
        let mut file = open.unwrap_or_else(|fault| panic!("{} cannot be written: {fault}", self.path(name)));
        if let Some(servant) = self.servant {
            servant.give_file(&file);
        }
        file.write_all(text.as_bytes()).expect("a file in /tmp can be written");
    }

    /// The last lines of what server and commands printed.
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
        let orders = shell.orders.as_mut().expect("open as long as we are there");
        orders.write_all(line.as_bytes()).expect("the shell listens");
        let mut answer = String::new();
        shell.answers.read_line(&mut answer).expect("the shell answers");
        answer.trim_end().to_owned()
    }

    /// Runs a command to its end; whether it succeeded.
    pub(crate) fn run(&self, command: &[&str]) -> bool {
        self.order("run", command) == "0"
    }

    /// Starts the server; its process id.
    pub(crate) fn start(&self, ended_by: Signal, command: &[&str]) -> u32 {
        let signal = match ended_by {
            Signal::Quit => "QUIT",
            Signal::Kill => "KILL",
        };
        let mut words = vec![signal];
        words.extend(command);
        self.order("start", &words).parse().expect("a process id")
    }

    /// Looks at the server, after a short pause.
    pub(crate) fn look(&self) -> State {
        if self.order("look", &[]) == "running" { State::Running } else { State::Ended }
    }

    /// Ends the server and waits until it has.
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
