//! Protection of receivers over `kill -9`: rate limit, concurrency cap, circuit breaker and automatic disabling hold after
//! a restart, and no delivery that waited for them is lost. Each test runs on SQLite and on PostgreSQL.

mod auto_disable;
mod breaker;
mod limits;

use crate::{
    nodes::MASTER_KEY,
    support::{
        client::{Client, Subscription},
        server::{Launch, Server},
        wait_until,
    },
};
use serde_json::Value;
use tempfile::TempDir;
use testing::Postgres;

/// A store on which a server can be killed and started again.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    /// Name of the database on the shared PostgreSQL.
    pub(crate) database: Option<String>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    pub(crate) fn postgres() -> Self {
        Self { database: Some(Postgres::shared().database()), ..Self::sqlite() }
    }

    pub(crate) fn launch(&self) -> Launch {
        let launch = Launch::server(self.folder.path());
        let Some(database) = &self.database else { return launch };
        // With a name of its own, the node takes the place of the killed one at once.
        launch
            .env("POSTRIDER_STORE", &Postgres::shared().url(database))
            .env("POSTRIDER_MASTER_KEY", MASTER_KEY)
            .env("POSTRIDER_NODE", "one")
    }

    /// Kills a server by SIGKILL and starts the next one.
    pub(crate) async fn kill_and_start(&self, server: Server, launch: &Launch) -> Server {
        server.kill();
        launch.start().await
    }
}

/// Runs each test on both stores.
macro_rules! on_both_stores {
    ($($name:ident,)+) => {
        on_both_stores! { sqlite: $($name,)+ }
        on_both_stores! { postgres: $($name,)+ }
    };
    ($store:ident: $($name:ident,)+) => {
        mod $store {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(super::Place::$store()).await;
                }
            )+
        }
    };
}
pub(crate) use on_both_stores;

pub(crate) async fn shown(client: &Client, subscription: &Subscription) -> Value {
    let answer = client.get(&subscription.path("")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Waits until the circuit breaker is closed, or not; returns it.
async fn breaker(client: &Client, subscription: &Subscription, is_closed: bool) -> Value {
    wait_until(if is_closed { "the breaker is closed" } else { "the breaker is open" }, async || {
        let breaker = shown(client, subscription).await["breaker"].clone();
        ((breaker["state"] == "closed") == is_closed).then_some(breaker)
    })
    .await
}

/// Waits until no delivery waits, for its turn or for a retry.
pub(crate) async fn nothing_waits(client: &Client) {
    wait_until("no delivery waits", async || {
        (client.none("pending").await && client.none("retrying").await).then_some(())
    })
    .await;
}

/// Asserts that this number of deliveries waits and that none of them had an attempt.
async fn wait_without_attempts(client: &Client, count: usize) {
    let waiting = client.deliveries("pending").await;
    assert_eq!(waiting.len(), count);
    for one in waiting {
        assert_eq!(one["attempt_number"], 0, "{one}");
    }
}
