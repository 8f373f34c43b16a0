//! How the server carries out what the store asks, seen by tests: every statement of the store's own code, with the
//! values and in the transaction that it has there.

mod tests;

use crate::connect::Params;
use futures_util::future::join;
use std::{cell::RefCell, future::Future};
use tokio_postgres::{Client, Error, Row};

tokio::task_local! {
    static SEEN: RefCell<Vec<Planned>>;
}

/// A statement, and the lines of its plan.
pub(crate) struct Planned {
    pub(crate) sql: String,
    pub(crate) plan: Vec<String>,
}

/// Sends a statement, and notes its plan when somebody wants to see it. Both go at once, since what comes after them
/// may be on its way already.
pub(crate) async fn ask(client: &Client, sql: &str, values: Params<'_>) -> Result<Vec<Row>, Error> {
    if SEEN.try_with(|_| ()).is_err() {
        return client.query_typed(sql, values).await;
    }
    let explain = format!("EXPLAIN (COSTS OFF) {sql}");
    let (plan, rows) = join(client.query_typed(&explain, values), client.query_typed(sql, values)).await;
    let plan = plan?.iter().map(|row| row.get(0)).collect();
    SEEN.with(|seen| seen.borrow_mut().push(Planned { sql: sql.to_owned(), plan }));
    rows
}

/// The plans of all statements that something sends.
pub(crate) async fn of<T>(work: impl Future<Output = T>) -> (T, Vec<Planned>) {
    let watched = async {
        let answer = work.await;
        (answer, SEEN.with(RefCell::take))
    };
    SEEN.scope(RefCell::default(), watched).await
}
