//! The binary, as a server in its own folder that is killed when dropped, and as a command.

use crate::rows::World;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;
use testing::Postgres;

const ADMIN_KEY: &str = "the-operators-key-of-the-contract";

const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The server's store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

/// Generates a test per store, because the contracts are the same on both.
macro_rules! on_both {
    ($rows:ident) => {
        mod $rows {
            use crate::server::On;

            #[tokio::test]
            async fn sqlite() {
                super::$rows(On::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$rows(On::Postgres).await;
            }
        }
    };
}
pub(crate) use on_both;

/// A command without the test's own environment.
pub(crate) fn command(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
    command.args(arguments).current_dir(folder).env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn finish(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(folder, arguments, environment).output().unwrap()
}

/// A listening server.
pub(crate) struct Server {
    process: Child,
    pub(crate) folder: TempDir,
    address: String,
}

impl Server {
    /// A server that accepts receivers on loopback with `http://`, and creates tenants on first use.
    pub(crate) fn for_loopback(on: On, more: &[(&str, &str)]) -> Self {
        let mut environment = vec![("POSTRIDER_ALLOW_HTTP", "true"), ("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8")];
        environment.extend(more);
        Self::start(on, &environment)
    }

    /// A server with default restrictions. Returns once it listens.
    pub(crate) fn start(on: On, more: &[(&str, &str)]) -> Self {
        Self::start_in(on, tempfile::tempdir().unwrap(), more)
    }

    pub(crate) fn start_in(on: On, folder: TempDir, more: &[(&str, &str)]) -> Self {
        let mut environment = vec![
            ("POSTRIDER_ADMIN_KEY", ADMIN_KEY),
            ("POSTRIDER_TENANTS_ON_FIRST_USE", "true"),
            ("POSTRIDER_LOG", "warn"),
        ];
        environment.extend(more);
        let url = match on {
            On::Sqlite => "sqlite:postrider.db".to_owned(),
            On::Postgres => Postgres::shared().url(&Postgres::shared().database()),
        };
        environment.extend([("POSTRIDER_STORE", &*url), ("POSTRIDER_MASTER_KEY", MASTER_KEY)]);
        let mut process = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"], &environment)
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| Some(line.split_once(" listens on ")?.1.to_owned()));
        let Some(address) = address else {
            let _ = process.wait();
            panic!("the server did not start: {}", std::fs::read_to_string(folder.path().join("log")).unwrap());
        };
        Self { process, folder, address }
    }

    /// A client with the operator's key in a tenant.
    pub(crate) fn world(&self, tenant: &str) -> World {
        World::new(self.address.clone(), ADMIN_KEY, tenant)
    }

    /// The end of the server's log.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        let lines: Vec<_> = text.lines().collect();
        format!("--- the server's log:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
