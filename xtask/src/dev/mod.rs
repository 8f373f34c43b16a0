//! `cargo xtask dev`: a development server, a receiver that prints its deliveries, and a little traffic. The server and
//! the receiver are built and started again when a source file changes.

mod process;
mod supervisor;
mod traffic;
mod watch;

use crate::workspace::root;
use anyhow::{Context, bail};
use process::Program;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};
use supervisor::{Step, Supervisor};
use traffic::{SECRET, Traffic};

/// A change is built when no further one has come for this long. Also the interval at which processes are polled.
const QUIET: Duration = Duration::from_millis(200);

#[derive(Debug, PartialEq, Eq)]
struct Options {
    port: u16,
    receiver_port: u16,
    /// Start with an empty store.
    is_fresh: bool,
}

enum Event {
    /// A source file.
    Changed(PathBuf),
    Interrupted,
}

pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<()> {
    let options = parse(arguments)?;
    let root = fs::canonicalize(root())?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("dev");
    if options.is_fresh && folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;

    let (port, receiver_port) =
        (free_port(options.port, "--port")?, free_port(options.receiver_port, "--receiver-port")?);
    let binary = target.join("debug").join("postrider");
    let (events, received) = channel();
    interrupts(events.clone())?;
    let _watcher = watch::start(&root, move |path| drop(events.send(Event::Changed(path.to_owned()))))?;
    let traffic = Traffic {
        server: format!("http://127.0.0.1:{port}"),
        receiver: format!("http://127.0.0.1:{receiver_port}/"),
        store: folder.join("postrider.db"),
    };
    let build = Program::new("build", "cargo", &root).args(["build", "--package", "postrider"]);
    let programs = programs(&binary, &folder, port, receiver_port);
    supervise(Supervisor::new(build, binary, programs), traffic, &received)
}

/// Runs until an interrupt; dropping the supervisor ends its processes in any other case.
fn supervise(mut supervisor: Supervisor, traffic: Traffic, events: &Receiver<Event>) -> anyhow::Result<()> {
    let mut traffic = Some(traffic);
    loop {
        match events.recv_timeout(QUIET) {
            Ok(Event::Changed(path)) => {
                if supervisor.changed() {
                    println!("dev: {} has changed", path.display());
                }
            }
            Ok(Event::Interrupted) | Err(RecvTimeoutError::Disconnected) => {
                println!("dev: stopping");
                supervisor.stop();
                return Ok(());
            }
            Err(RecvTimeoutError::Timeout) => {
                for step in supervisor.poll()? {
                    println!("dev: {step}");
                    if let Some(traffic) = traffic.take_if(|_| step == Step::Started) {
                        thread::spawn(move || traffic.run());
                    }
                }
            }
        }
    }
}

/// The receiver, and the server, which starts after it and ends before it.
fn programs(binary: &Path, folder: &Path, port: u16, receiver_port: u16) -> Vec<Program> {
    let receiver = ["sink", "--port", &receiver_port.to_string(), "--secret", SECRET].map(str::to_owned);
    let listen = format!("127.0.0.1:{port}");
    let server = ["serve", "--dev", "--listen", &listen, "--store", "sqlite:postrider.db"].map(str::to_owned);
    vec![
        Program::new("receiver", binary, folder).args(receiver),
        // A request that hangs must not delay a restart.
        Program::new("server", binary, folder).args(server).env("POSTRIDER_SHUTDOWN_SECONDS", "2"),
    ]
}

fn interrupts(events: Sender<Event>) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("failed to handle signals")?;
    thread::spawn(move || signals.forever().for_each(|_| drop(events.send(Event::Interrupted))));
    Ok(())
}

fn parse(arguments: &[&str]) -> anyhow::Result<Options> {
    let mut options = Options { port: 8080, receiver_port: 9000, is_fresh: false };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let port = match *name {
            "--fresh" => {
                options.is_fresh = true;
                continue;
            }
            "--port" => &mut options.port,
            "--receiver-port" => &mut options.receiver_port,
            _ => bail!("dev has no option {name:?}; it has --port N, --receiver-port N and --fresh"),
        };
        let given = rest.next().with_context(|| format!("{name} needs a port, or 0 for a free one"))?;
        *port =
            given.parse().with_context(|| format!("{name} is {given:?} but must be a port, or 0 for a free one"))?;
    }
    Ok(options)
}

/// The port, which must be free; any free one for 0.
fn free_port(port: u16, option: &str) -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("{option}: cannot listen on 127.0.0.1:{port}; give another port"))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parsed_and_errors_name_them() {
        let parsed = parse(&["--port", "0", "--fresh"]).unwrap();
        assert_eq!(parsed, Options { port: 0, receiver_port: 9000, is_fresh: true });
        for arguments in [&["--prot", "1"][..], &["--port"], &["--port", "http"], &["--port", "70000"]] {
            let fault = parse(arguments).unwrap_err().to_string();
            assert!(fault.contains(arguments[0]), "{fault}");
        }
    }

    #[test]
    fn a_port_in_use_is_refused_by_its_option() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let fault = free_port(taken.local_addr().unwrap().port(), "--port").unwrap_err().to_string();
        assert!(fault.starts_with("--port: "), "{fault}");
        assert_ne!(free_port(0, "--port").unwrap(), 0);
    }
}
