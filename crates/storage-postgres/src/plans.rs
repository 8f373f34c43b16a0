//! Query plans of the store's statements, recorded by tests: every statement of the store's own code, with its
//! parameters and in its transaction.

mod tests;

use futures_util::future::join;
use std::{cell::RefCell, future::Future};
use tokio_postgres::{
    Client, Error, Row,
    types::{ToSql, Type},
};

tokio::task_local! {
    static SEEN: RefCell<Vec<Planned>>;
}

/// A statement and the lines of its plan.
pub(crate) struct Planned {
    pub(crate) sql: String,
    pub(crate) plan: Vec<String>,
}

/// Executes a statement, and records its plan if a test requests it. Both are sent together, because later statements
/// may be pipelined already.
pub(crate) async fn ask(client: &Client, sql: &str, values: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, Error> {
    if SEEN.try_with(|_| ()).is_err() {
        return client.query_typed(sql, values).await;
    }
    let explain = format!("EXPLAIN (COSTS OFF) {sql}");
    let (plan, rows) = join(client.query_typed(&explain, values), client.query_typed(sql, values)).await;
    let plan = plan?.iter().map(|row| row.get(0)).collect();
    SEEN.with(|seen| seen.borrow_mut().push(Planned { sql: sql.to_owned(), plan }));
    rows
}

/// The plans of all statements that a piece of work executes.
pub(crate) async fn of<T>(work: impl Future<Output = T>) -> (T, Vec<Planned>) {
    let watched = async {
        let answer = work.await;
        (answer, SEEN.with(RefCell::take))
    };
    SEEN.scope(RefCell::default(), watched).await
}
