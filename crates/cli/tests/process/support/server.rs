//! The binary: started in a folder with an environment set by the test, killed when dropped.

use super::{client::Client, wait_until};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    os::{
        fd::OwnedFd,
        unix::process::{CommandExt, ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
};

/// The operator's key of the servers started here.
pub(crate) const ADMIN_KEY: &str = "the-operators-key-of-the-tests";

/// A command line of the binary that is not started yet. Nothing of the tests' own environment is passed on.
#[derive(Clone)]
pub(crate) struct Launch {
    program: PathBuf,
    folder: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    input: Vec<u8>,
}

impl Launch {
    /// `postrider` with `arguments`, in `folder`.
    pub(crate) fn new(folder: &Path, arguments: &[&str]) -> Self {
        Self {
            program: env!("CARGO_BIN_EXE_postrider").into(),
            folder: folder.to_owned(),
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            environment: Vec::new(),
            input: Vec::new(),
        }
    }

    /// `postrider serve` on a free port, for receivers on loopback.
    pub(crate) fn server(folder: &Path) -> Self {
        Self::new(folder, &["serve", "--listen", "127.0.0.1:0"])
            .env("POSTRIDER_ADMIN_KEY", ADMIN_KEY)
            .env("POSTRIDER_ALLOW_HTTP", "true")
            .env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8")
            .env("POSTRIDER_LOG", "warn")
    }

    /// A bash script that stops at the first error.
    pub(crate) fn script(folder: &Path, script: &str) -> Self {
        let search = std::env::var("PATH").unwrap_or_default();
        let mut launch = Self::new(folder, &["-e", "-c", script]).env("PATH", &search);
        launch.program = "bash".into();
        launch
    }

    /// Another script in the same folder and environment.
    pub(crate) fn script_again(&self, script: &str) -> Self {
        let mut launch = self.clone();
        launch.arguments = ["-e", "-c", script].map(str::to_owned).to_vec();
        launch
    }

    /// Sets the soft and hard limit of open files.
    pub(crate) fn descriptors(mut self, limit: u32) -> Self {
        let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
        let program = std::mem::replace(&mut self.program, "bash".into());
        let before = ["-e".to_owned(), "-c".to_owned(), script, program.display().to_string()];
        self.arguments.splice(0..0, before);
        let search = std::env::var("PATH").unwrap_or_default();
        self.env("PATH", &search)
    }

    /// Another command in the same folder and environment.
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    pub(crate) fn env(mut self, variable: &str, value: &str) -> Self {
        self.environment.retain(|(name, _)| name != variable);
        self.environment.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, variable: &str) -> Self {
        self.environment.retain(|(name, _)| name != variable);
        self
    }

    /// Sets the standard input, which is empty by default.
    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = text.into();
        self
    }

    /// Starts the process and collects its output.
    pub(crate) fn spawn(&self) -> Process {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            // A separate process group, so that its children can be killed with it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("{} cannot be started: {fault}", self.program.display()));
        // A process may end without reading its input.
        let _ = child.stdin.take().unwrap().write_all(&self.input);
        Process {
            stdout: Text::reading(child.stdout.take().unwrap()),
            stderr: Text::reading(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Starts the process in a session of its own, with this terminal.
    pub(crate) fn on_terminal(&self, terminal: &OwnedFd) -> Child {
        let handle = || Stdio::from(terminal.try_clone().unwrap());
        Command::new("setsid")
            .arg("--ctty")
            .arg(&self.program)
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(handle())
            .stdout(handle())
            .stderr(handle())
            .spawn()
            .expect("the command setsid")
    }

    /// Runs the process to its end.
    pub(crate) async fn run(&self) -> Finished {
        let mut process = self.spawn();
        let status = process.ended().await;
        Finished { code: status.code(), stdout: process.stdout.whole(), stderr: process.stderr.whole() }
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn start(&self) -> Server {
        let server = self.listening().await;
        let client = server.operator();
        wait_until("the server is ready", async || (client.get("/readyz").await.status == 200).then_some(())).await;
        server
    }

    /// Starts a server; returns as soon as it prints that it listens.
    pub(crate) async fn listening(&self) -> Server {
        let mut process = self.spawn();
        let address = wait_until("the server listens", async || {
            if let Some(status) = process.child.try_wait().unwrap() {
                panic!("the server ended at the start, {status}: {}", process.stderr.whole());
            }
            let text = process.stdout.get();
            let line = text.lines().find(|line| line.starts_with("Postrider "))?;
            let url = line.split_once("listens on ")?.1;
            Some(url.split_once("://")?.1.parse().unwrap())
        })
        .await;
        Server { process, address }
    }
}

/// The output of a process so far.
#[derive(Debug)]
struct Text {
    text: Arc<Mutex<String>>,
    reader: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Text {
    fn reading(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let kept = text.clone();
        let reader = thread::spawn(move || {
            let mut lines = BufReader::new(pipe);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { text, reader: Mutex::new(Some(reader)) }
    }

    fn get(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// The complete output, of a process that has ended without children that still write.
    fn whole(&self) -> String {
        if let Some(reader) = self.reader.lock().unwrap().take() {
            reader.join().unwrap();
        }
        self.get()
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// Asserts success; returns the standard output.
    #[track_caller]
    pub(crate) fn success(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        &self.stdout
    }

    /// Asserts a failure with a single sentence; returns the sentence.
    #[track_caller]
    pub(crate) fn sentence(&self) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{}", self.stderr);
        let line = self.stderr.strip_suffix('\n').expect("a line");
        assert!(!line.contains('\n'), "more than one line: {line}");
        line.strip_prefix("postrider: ").unwrap_or_else(|| panic!("not by the binary itself: {line}"))
    }
}

/// A running process. When dropped, it is killed with its children.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stdout: Text,
    stderr: Text,
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdout(&self) -> String {
        self.stdout.get()
    }

    pub(crate) fn stderr(&self) -> String {
        self.stderr.get()
    }

    /// Waits until the process ends by itself; returns its status.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        wait_until("the process ends", async || self.child.try_wait().unwrap()).await
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

/// Sends `signal` to a process, or with a minus sign to a process group.
pub(crate) fn send_signal(signal: &str, to: &str) -> bool {
    let sent = Command::new("kill").args(["-s", signal, "--", to]).stderr(Stdio::null()).status();
    sent.expect("the command kill").success()
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended = self.child.try_wait().ok().flatten();
        send_signal("KILL", &format!("-{}", self.child.id()));
        let _ = self.child.wait();
        if thread::panicking() {
            let ended = ended.map_or_else(|| "running".to_owned(), |status| status.to_string());
            eprintln!("--- process {} ({ended}) printed:\n{}{}---", self.id(), self.stdout.get(), self.stderr.get());
        }
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// A client with the operator's key.
    pub(crate) fn operator(&self) -> Client {
        Client::new(self.address, ADMIN_KEY)
    }

    /// A client in the tenant, which is created if necessary.
    pub(crate) async fn tenant(&self, id: &str) -> Client {
        let operator = self.operator();
        operator.put(&format!("/api/v1/tenants/{id}"), &serde_json::json!({})).await;
        operator.in_tenant(id)
    }

    /// Kills the server by SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.child.kill().unwrap();
        let status = self.process.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it had ended before: {}", self.process.stderr());
    }

    /// Sends a signal, for example `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        assert!(send_signal(name, &self.process.id().to_string()));
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) async fn stop(mut self) -> Finished {
        self.signal("TERM");
        let status = self.process.ended().await;
        let (stdout, stderr) = (self.process.stdout.whole(), self.process.stderr.whole());
        Finished { code: status.code(), stdout, stderr }
    }

    /// Number of open file descriptors.
    pub(crate) fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id())).unwrap().count()
    }

    /// A line of /proc/PID/status in MiB, for example `VmRSS` or its maximum so far, `VmHWM`.
    ///
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }
}
