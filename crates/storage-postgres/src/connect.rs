//! Connections: the URL, the pool, single statements and transactions of several steps.
//!
//! No statement has a name and no session has state, so PgBouncer in transaction mode can stand in between. All
//! commands of a transaction (begin, role, tenant, statement, commit) are sent together and cost one round trip.

use crate::{
    error,
    tls::{self, Verify},
};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::{join, join4};
use model::TenantId;
use std::{path::PathBuf, time::Duration};
use storage::{ListScope, StorageError};
use tokio_postgres::{
    Config, NoTls, Row,
    config::SslMode,
    types::{ToSql, Type},
};

/// Maximum wait for a connection from the pool, and for a new connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Parameters of a statement, each with its type, so that the types need not be queried before execution.
pub(crate) type Params<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

/// `&[(&value, Type::TEXT), …]`, as `params![value => TEXT, …]`.
macro_rules! params {
    ($($value:expr => $type:ident),* $(,)?) => {
        &[$((&$value as &(dyn tokio_postgres::types::ToSql + Sync), tokio_postgres::types::Type::$type)),*]
    };
}
pub(crate) use params;

/// Reason why a URL is refused. The text never repeats the URL, because it may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("it is not a valid PostgreSQL URL")]
    Malformed,
    #[error("sslmode must be disable, prefer, require or verify-full")]
    SslMode,
    #[error("it names no database")]
    NoDatabase,
}

/// A server's address with its TLS settings.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: Config,
    verify: Option<Verify>,
    roots: Option<PathBuf>,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, BadAddress> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut kept, mut verify, mut roots) = (Vec::new(), Some(Verify::No), None);
        let mut mode = SslMode::Prefer;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("sslmode", "disable") => verify = None,
                ("sslmode", "allow" | "prefer") => mode = SslMode::Prefer,
                ("sslmode", "require") => mode = SslMode::Require,
                ("sslmode", "verify-ca" | "verify-full") => (mode, verify) = (SslMode::Require, Some(Verify::Full)),
                ("sslmode", _) => return Err(BadAddress::SslMode),
                ("sslrootcert", path) => roots = Some(PathBuf::from(path)),
                _ => kept.push(pair),
            }
        }
        let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        let mut config: Config = url.parse().map_err(|_| BadAddress::Malformed)?;
        config.ssl_mode(if verify.is_none() { SslMode::Disable } else { mode });
        if config.get_application_name().is_none() {
            config.application_name("postrider");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_dbname().is_none() {
            return Err(BadAddress::NoDatabase);
        }
        Ok(Self { config, verify, roots })
    }

    /// The check of the server's certificate; `None` without TLS.
    pub(crate) const fn verify(&self) -> Option<Verify> {
        self.verify
    }

    pub(crate) fn pool(&self, size: usize) -> Result<Pool, StorageError> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match self.verify {
            None => Manager::from_config(self.config.clone(), NoTls, recycling),
            Some(verify) => {
                let connector = tls::connector(verify, self.roots.as_deref()).map_err(StorageError::unavailable)?;
                Manager::from_config(self.config.clone(), connector, recycling)
            }
        };
        Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(StorageError::unavailable)
    }

    /// Opens a dedicated connection for `LISTEN`, which calls `heard` for each notification.
    pub(crate) async fn listen(
        &self,
        heard: impl Fn() + Send + 'static,
    ) -> Result<tokio_postgres::Client, StorageError> {
        match self.verify {
            None => listen(&self.config, NoTls, heard).await,
            Some(verify) => {
                let connector = tls::connector(verify, self.roots.as_deref()).map_err(StorageError::unavailable)?;
                listen(&self.config, connector, heard).await
            }
        }
    }
}

async fn listen<T>(
    config: &Config,
    tls: T,
    heard: impl Fn() + Send + 'static,
) -> Result<tokio_postgres::Client, StorageError>
where
    T: tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket>,
    T::Stream: Send + 'static,
{
    let (client, mut connection) = config.connect(tls).await.map_err(error::postgres)?;
    tokio::spawn(async move {
        // Ends on an error or when the client is dropped.
        while let Some(Ok(_)) = std::future::poll_fn(|task| connection.poll_message(task)).await {
            heard();
        }
        heard();
    });
    client.batch_execute("LISTEN postrider").await.map_err(error::postgres)?;
    Ok(client)
}

/// The role in which a statement runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum As<'a> {
    /// The API for one tenant: row-level security hides all others.
    Tenant(&'a TenantId),
    /// The installation itself.
    Worker,
    /// The operator, who reads all tenants.
    Operator,
}

impl<'t> From<ListScope<'t>> for As<'t> {
    fn from(scope: ListScope<'t>) -> Self {
        scope.tenant().map_or(Self::Operator, Self::Tenant)
    }
}

/// Settings of one transaction. JIT is off because compilation takes longer than any of these statements. The idle
/// timeout releases the locks of a process that is stopped in the middle of a transaction.
const BECOME: &str = "SELECT set_config('role', $1, true), set_config('postrider.tenant', $2, true),
    set_config('jit', 'off', true), set_config('idle_in_transaction_session_timeout', '10s', true),
    set_config('statement_timeout', $3, true)";

pub(crate) const API_ROLE: &str = "postrider_api";
pub(crate) const WORKER_ROLE: &str = "postrider_worker";

impl As<'_> {
    pub(crate) async fn begin(self, client: &tokio_postgres::Client, begin: &str) -> Result<(), tokio_postgres::Error> {
        let (role, tenant, most) = self.settings();
        let begun = client.batch_execute(begin);
        let set = params![role => TEXT, tenant => TEXT, most => TEXT];
        let become_it = client.query_typed(BECOME, set);
        let (begun, become_it) = join(begun, become_it).await;
        begun.and(become_it.map(drop))
    }

    /// Role, tenant and statement timeout, which bounds the run time of lists.
    fn settings(&self) -> (&'static str, &str, &'static str) {
        match self {
            Self::Tenant(tenant) => (API_ROLE, tenant.as_str(), "30s"),
            Self::Worker => (WORKER_ROLE, "", "0"),
            Self::Operator => (WORKER_ROLE, "", "30s"),
        }
    }
}

/// Executes a statement. (The test variant also records its plan.)
#[cfg(not(test))]
async fn ask(
    client: &tokio_postgres::Client,
    sql: &str,
    values: Params<'_>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    client.query_typed(sql, values).await
}

#[cfg(test)]
use crate::plans::ask;

/// Executes one statement in its own transaction. All commands are sent together, so the transaction completes even if
/// the caller is cancelled.
pub(crate) async fn run(
    pool: &Pool,
    who: As<'_>,
    begin: &str,
    sql: &str,
    values: Params<'_>,
) -> Result<Vec<Row>, Fault> {
    let client = pool.get().await?;
    let (role, tenant, most) = who.settings();
    let begun = client.batch_execute(begin);
    let set = params![role => TEXT, tenant => TEXT, most => TEXT];
    let become_it = client.query_typed(BECOME, set);
    let answer = ask(&client, sql, values);
    let ended = client.batch_execute("COMMIT");
    let (begun, become_it, answer, ended) = join4(begun, become_it, answer, ended).await;
    begun?;
    become_it?;
    let rows = answer?;
    ended?;
    Ok(rows)
}

pub(crate) const READ: &str = "BEGIN READ ONLY";
pub(crate) const WRITE: &str = "BEGIN";
/// A read-only transaction that only uses index scans, for a part of a large table: rows are looked up one by one,
/// whatever share of the table the statistics predict.
pub(crate) const READ_BY_INDEX: &str = "BEGIN READ ONLY; SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";
/// The same for lists over all tenants: in index order, whatever cost the planner assigns to sorting.
pub(crate) const LIST_BY_INDEX: &str = "BEGIN READ ONLY; SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL enable_sort = off";
pub(crate) const WRITE_BY_INDEX: &str = "BEGIN; SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Errors in the client library's types, because some callers inspect the error code.
#[derive(Debug)]
pub(crate) enum Fault {
    Pool(deadpool_postgres::PoolError),
    Postgres(tokio_postgres::Error),
    /// The connection broke during a write, which may have been committed.
    Unsure(tokio_postgres::Error),
    /// A row that was read in the transaction is invalid.
    Corrupt(StorageError),
}

impl From<StorageError> for Fault {
    fn from(fault: StorageError) -> Self {
        Self::Corrupt(fault)
    }
}

impl From<deadpool_postgres::PoolError> for Fault {
    fn from(fault: deadpool_postgres::PoolError) -> Self {
        Self::Pool(fault)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(fault: tokio_postgres::Error) -> Self {
        Self::Postgres(fault)
    }
}

impl From<Fault> for StorageError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Pool(fault) => error::pool(fault),
            Fault::Postgres(fault) => error::postgres(fault),
            Fault::Unsure(fault) => error::postgres(fault).unsure(),
            Fault::Corrupt(fault) => fault,
        }
    }
}

impl Fault {
    /// True when the connection was closed before the request, so that nothing was executed.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Postgres(fault) => {
                fault.is_closed() || fault.code().is_some_and(|code| code.code().starts_with("57P"))
            }
            Self::Pool(_) | Self::Unsure(_) | Self::Corrupt(_) => false,
        }
    }

    /// Converts an error of a commit: a server that reports an error has not committed; after a broken connection it
    /// may have.
    pub(crate) fn of_commit(self) -> Self {
        let says_why = |fault: &tokio_postgres::Error| {
            fault.as_db_error().is_some() && !fault.code().is_some_and(|code| code.code().starts_with("57P"))
        };
        match self {
            Self::Postgres(fault) if !says_why(&fault) => Self::Unsure(fault),
            fault => fault,
        }
    }

    pub(crate) fn is(&self, state: &tokio_postgres::error::SqlState) -> bool {
        matches!(self, Self::Postgres(fault) if error::is(fault, state))
    }

    pub(crate) fn is_collision(&self) -> bool {
        matches!(self, Self::Postgres(fault) if error::is_collision(fault))
    }
}

/// A transaction of several steps. Unless it is committed, dropping it closes its connection, which rolls it back; so
/// it can be dropped at any point.
pub(crate) struct Tx(Option<Object>);

impl Tx {
    pub(crate) async fn begin(pool: &Pool, who: As<'_>) -> Result<Self, Fault> {
        Self::begin_with(pool, who, WRITE).await
    }

    /// The same with the given begin of the transaction.
    pub(crate) async fn begin_with(pool: &Pool, who: As<'_>, begin: &str) -> Result<Self, Fault> {
        let tx = Self(Some(pool.get().await?));
        who.begin(tx.client(), begin).await?;
        Ok(tx)
    }

    /// Begins with `begin` (one or several commands) without setting a role: for the journal, whose login may access
    /// all tenants.
    pub(crate) fn open(client: Object) -> Self {
        Self(Some(client))
    }

    pub(crate) fn client(&self) -> &tokio_postgres::Client {
        match &self.0 {
            Some(client) => client,
            None => unreachable!("only commit and drop take the client"),
        }
    }

    pub(crate) async fn query(&self, sql: &str, values: Params<'_>) -> Result<Vec<Row>, Fault> {
        Ok(ask(self.client(), sql, values).await?)
    }

    pub(crate) async fn commit(mut self) -> Result<(), Fault> {
        self.client().batch_execute("COMMIT").await.map_err(|fault| Fault::from(fault).of_commit())?;
        drop(self.0.take());
        Ok(())
    }

    /// The last step contained the commit: returns the connection to the pool.
    pub(crate) fn done(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}
