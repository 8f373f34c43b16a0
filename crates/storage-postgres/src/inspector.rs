//! A read-only look at a database, whether nodes work on it or not.

use crate::{
    codes::{DELETED, LIVE},
    connect::{Address, BadAddress, params},
    error, key_records, migrate, open_failed,
    tls::Verify,
};
use const_format::formatcp;
use deadpool_postgres::Object;
use model::{SubscriptionId, TenantId, Timestamp};
use storage::{
    StorageError, Vault, codec,
    inspection::{Destination, Inspection, KeyCheck, believed},
    sealed_values,
};
use tokio_postgres::config::Host;

/// The migration that added the last column with sealed values.
const SEALED_SINCE: u32 = 19;

/// Protection of a connection to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The server is on this machine.
    Local,
    /// Nothing is encrypted.
    Plain,
    /// Encrypted if the server offers it, without a check of the server's certificate.
    Unverified,
    Verified,
}

/// The protection that a URL asks for.
pub fn transport(url: &str) -> Result<Transport, BadAddress> {
    let address = Address::parse(url)?;
    let is_local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
    };
    Ok(match address.verify() {
        _ if address.config.get_hosts().iter().all(is_local) => Transport::Local,
        None => Transport::Plain,
        Some(Verify::No) => Transport::Unverified,
        Some(Verify::Full) => Transport::Verified,
    })
}

/// Facts about the database server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// For example `16.4`.
    pub version: String,
    pub major: u32,
    /// The server takes no writes: a replica, or one that is set to read-only.
    pub is_read_only: bool,
    pub connections_max: u32,
    pub connections_used: u32,
    /// Size of the database in bytes.
    pub size: u64,
    /// The database's clock minus this machine's, in microseconds, and the greatest error of that difference.
    pub clock_ahead: i64,
    pub clock_error: i64,
}

/// A node that has registered and not left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveNode {
    pub name: String,
    pub version: String,
    /// Seconds since its last heartbeat, by the database's clock.
    pub silent_for: u32,
}

/// An open connection.
pub struct PgInspector(Object);

impl std::fmt::Debug for PgInspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgInspector").finish_non_exhaustive()
    }
}

impl PgInspector {
    pub async fn connect(url: &str) -> Result<Self, StorageError> {
        let address = Address::parse(url).map_err(|fault| open_failed("the URL is malformed", fault.to_string()))?;
        Ok(Self(address.pool(1)?.get().await.map_err(error::pool)?))
    }

    /// `vault` has the key to compare.
    pub async fn inspect(&self, vault: Option<&Vault>) -> Result<Inspection, StorageError> {
        let migrations = migrate::look(&self.0).await?;
        let mut found = Inspection {
            migrations,
            key: KeyCheck::Unset,
            sealed: Vec::new(),
            is_rotating: false,
            is_paused: false,
            believed_at: None,
        };
        if migrations.found == 0 {
            return Ok(found);
        }
        let sql = "SELECT name, value FROM postrider.meta WHERE name IN ('paused', 'believed_time')";
        let rows = self.0.query_typed(sql, &[]).await.map_err(error::postgres)?;
        let value = |name: &str| {
            let row = rows.iter().find(|row| row.get::<_, &str>("name") == name)?;
            Some(row.get::<_, &[u8]>("value"))
        };
        let records = key_records::records(&self.0).await?;
        found.key = KeyCheck::of(vault, &records);
        found.is_rotating = records.rotation.is_some();
        if migrations.found >= SEALED_SINCE {
            found.sealed = sealed_values(vault, &records, key_records::counts(&self.0).await?);
        }
        found.is_paused = value("paused").is_some();
        found.believed_at = believed(value("believed_time"));
        Ok(found)
    }

    /// Refuses a database in which row-level security would not hold, as the start of a server does.
    pub async fn check_roles(&self) -> Result<(), StorageError> {
        migrate::check_roles(&self.0).await
    }

    /// `now` is this machine's clock.
    pub async fn facts(&self, now: impl Fn() -> Timestamp) -> Result<Facts, StorageError> {
        // Apart from the clock's query, whose answer must be quick.
        let sql = "SELECT current_setting('server_version') AS version,
                          current_setting('server_version_num')::int / 10000 AS major,
                          pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_read_only,
                          current_setting('max_connections')::int
                              - current_setting('superuser_reserved_connections')::int AS most,
                          (SELECT sum(numbackends) FROM pg_stat_database)::int AS used,
                          pg_database_size(current_database()) AS size";
        let row = self.0.query_typed_one(sql, &[]).await.map_err(error::postgres)?;
        let asked = now().micros();
        let clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1e6)::bigint AS shown";
        let shown: i64 = self.0.query_typed_one(clock, &[]).await.map_err(error::postgres)?.get("shown");
        let round_trip = now().micros().saturating_sub(asked).max(0);
        let count = |name| u32::try_from(row.get::<_, i32>(name)).unwrap_or(0);
        Ok(Facts {
            version: row.get("version"),
            major: count("major"),
            is_read_only: row.get("is_read_only"),
            connections_max: count("most"),
            connections_used: count("used"),
            size: u64::try_from(row.get::<_, i64>("size")).unwrap_or(0),
            clock_ahead: shown.saturating_sub(asked + round_trip / 2),
            clock_error: round_trip / 2,
        })
    }

    /// The nodes that have not left, by name.
    pub async fn nodes(&self) -> Result<Vec<LiveNode>, StorageError> {
        let sql = formatcp!(
            "SELECT name, version, least(extract(epoch FROM clock_timestamp() - heartbeat_at), 1e9)::int AS silent_for
             FROM postrider.nodes WHERE state = {LIVE} ORDER BY name"
        );
        let rows = self.0.query_typed(sql, &[]).await.map_err(error::postgres)?;
        let node = |row: &tokio_postgres::Row| LiveNode {
            name: row.get("name"),
            version: row.get("version"),
            silent_for: u32::try_from(row.get::<_, i32>("silent_for")).unwrap_or(0),
        };
        Ok(rows.iter().map(node).collect())
    }

    /// The destination of a subscription of any tenant.
    pub async fn destination(&self, id: SubscriptionId) -> Result<Option<Destination>, StorageError> {
        // A store before migration 22 has no allow lists, hence the detour over JSON.
        let sql = formatcp!(
            "SELECT s.tenant_id, s.url, coalesce(to_jsonb(t) ->> 'allow_networks', '') AS allow_networks,
             coalesce(to_jsonb(t) ->> 'allow_hosts', '') AS allow_hosts
             FROM postrider.subscriptions s LEFT JOIN postrider.tenants t ON t.id = s.tenant_id
             WHERE s.id = $1 AND s.state <> {DELETED}"
        );
        let rows = self.0.query_typed(sql, params![id.uuid() => UUID]).await.map_err(error::postgres)?;
        let destination = |row: &tokio_postgres::Row| {
            let tenant = TenantId::trusted(row.get("tenant_id"));
            let allow = codec::allow_lists(&tenant, row.get("allow_networks"), row.get("allow_hosts"))?;
            Ok(Destination { tenant, url: row.get("url"), allow })
        };
        rows.first().map(destination).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transport_of_a_url_is_what_a_client_of_postgresql_makes_of_it() {
        for (url, expected) in [
            ("postgres://u@localhost/db", Transport::Local),
            ("postgres://u@127.0.0.1,[::1]/db?sslmode=disable", Transport::Local),
            ("postgres://u@%2Frun%2Fpostgresql/db", Transport::Local),
            ("postgres://u@db.internal/db?sslmode=disable", Transport::Plain),
            ("postgres://u@db.internal/db", Transport::Unverified),
            ("postgres://u@localhost,db.internal/db?sslmode=require", Transport::Unverified),
            ("postgres://u@db.internal/db?sslmode=verify-full", Transport::Verified),
        ] {
            assert_eq!(transport(url), Ok(expected), "{url}");
        }
    }
}
