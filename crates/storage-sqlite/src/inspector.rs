//! A read-only look at a store file, whether a server has it open or not. Nothing is written: a file that no process
//! has open and that has no log is read as immutable, so that SQLite creates no files next to it.

use crate::{
    codes::DELETED,
    connect::BUSY,
    error::{open_failed, sqlite},
    file::beside,
    holder,
    identity::Identity,
    key_records, migrate,
};
use const_format::formatcp;
use model::{AllowLists, SubscriptionId, TenantId};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use std::{
    fs::{File, TryLockError},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};
use storage::{
    KeyRecords, StorageError, Vault, codec,
    inspection::{Destination, Inspection, KeyCheck, believed},
    sealed_values,
};

/// The migration that added the last column with sealed values.
const SEALED_SINCE: u32 = 19;

/// Whether a server has the file open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    Free,
    /// A process has it; its number where Linux reveals it.
    Held(Option<u32>),
}

/// Result of the quick check of the file's structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integrity {
    Sound,
    /// SQLite's first complaint.
    Damaged(String),
    /// The time was not enough to read the whole file.
    Unfinished,
    /// A server opened the file during the check, which therefore means nothing.
    Disturbed,
}

/// An open file.
#[derive(Debug)]
pub struct SqliteInspector {
    path: PathBuf,
    connection: Connection,
    lock: Lock,
    is_immutable: bool,
}

impl SqliteInspector {
    /// Opens an existing file.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let lock = lock_state(path)?;
        let is_immutable = lock == Lock::Free && !has_log(path);
        let mut uri = b"file:".to_vec();
        for byte in path.as_os_str().as_bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(*byte),
                byte => uri.extend(format!("%{byte:02X}").bytes()),
            }
        }
        uri.extend_from_slice(if is_immutable { b"?immutable=1" } else { b"?mode=ro" });
        let uri = String::from_utf8_lossy(&uri).into_owned();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(uri, flags)?;
            connection.busy_timeout(BUSY)?;
            // SQLite opens the file only now.
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(connection)
        };
        let connection = open().map_err(|fault| open_failed(path, fault))?;
        Ok(Self { path: path.to_owned(), connection, lock, is_immutable })
    }

    pub const fn lock(&self) -> Lock {
        self.lock
    }

    /// `vault` has the key to compare.
    pub fn inspect(&self, vault: Option<&Vault>) -> Result<Inspection, StorageError> {
        let paused = self.meta("paused")?;
        let migrations = migrate::look(&self.connection)?;
        let records =
            if migrations.found == 0 { KeyRecords::default() } else { key_records::records(&self.connection)? };
        let counts = if migrations.found < SEALED_SINCE { Vec::new() } else { key_records::counts(&self.connection)? };
        Ok(Inspection {
            migrations,
            key: KeyCheck::of(vault, &records),
            sealed: sealed_values(vault, &records, counts),
            is_rotating: records.rotation.is_some(),
            is_paused: paused.is_some(),
            believed_at: believed(self.meta("believed_time")?.as_deref()),
        })
    }

    /// Checks the structure of the file, for `longest` at most.
    pub fn check_integrity(&self, longest: Duration) -> Result<Integrity, StorageError> {
        let interrupt = self.connection.get_interrupt_handle();
        let (done, is_done) = mpsc::channel::<()>();
        let timer = thread::spawn(move || {
            if is_done.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
                interrupt.interrupt();
            }
        });
        let checked = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        drop(done);
        // It only waits for the channel, which is closed.
        let _ = timer.join();
        if self.is_immutable && (lock_state(&self.path)? != Lock::Free || has_log(&self.path)) {
            return Ok(Integrity::Disturbed);
        }
        match checked {
            Ok(text) if text == "ok" => Ok(Integrity::Sound),
            Ok(text) => Ok(Integrity::Damaged(text)),
            Err(fault) => match fault.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => Ok(Integrity::Unfinished),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Ok(Integrity::Damaged(fault.to_string())),
                _ => Err(sqlite(fault)),
            },
        }
    }

    /// The destination of a subscription of any tenant.
    pub fn destination(&self, id: SubscriptionId) -> Result<Option<Destination>, StorageError> {
        let sql = formatcp!("SELECT tenant_id, url FROM subscriptions WHERE id = ?1 AND state <> {DELETED}");
        let found = self.connection.query_row(sql, [id.uuid().as_bytes()], |row| {
            Ok((TenantId::trusted(&row.get::<_, String>(0)?), row.get(1)?))
        });
        let Some((tenant, url)) = found.optional().map_err(sqlite)? else { return Ok(None) };
        Ok(Some(Destination { allow: self.allow(&tenant)?, tenant, url }))
    }

    /// The allow lists of a tenant; empty in a file without columns for them.
    fn allow(&self, tenant: &TenantId) -> Result<AllowLists, StorageError> {
        let has_any = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('tenants') WHERE name = 'allow_hosts')";
        if !self.connection.query_row(has_any, [], |row| row.get::<_, bool>(0)).map_err(sqlite)? {
            return Ok(AllowLists::default());
        }
        let sql = "SELECT allow_networks, allow_hosts FROM tenants WHERE id = ?1";
        let found = self.connection.query_row(sql, [tenant.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
        let (networks, hosts): (String, String) = found.optional().map_err(sqlite)?.unwrap_or_default();
        codec::allow_lists(tenant, &networks, &hosts)
    }

    /// A value of the installation; `None` also in a file without a table for them.
    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let is_there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta')";
        if !self.connection.query_row(is_there, [], |row| row.get::<_, bool>(0)).map_err(sqlite)? {
            return Ok(None);
        }
        let sql = "SELECT value FROM meta WHERE name = ?1";
        self.connection.query_row(sql, [name], |row| row.get(0)).optional().map_err(sqlite)
    }
}

/// Tries the lock of a server, and releases it at once.
fn lock_state(path: &Path) -> Result<Lock, StorageError> {
    let failed = |fault| open_failed(path, fault);
    let file = File::open(path).map_err(failed)?;
    let identity = Identity::of(&file.metadata().map_err(failed)?);
    match file.try_lock_shared() {
        Ok(()) => Ok(Lock::Free),
        Err(TryLockError::WouldBlock) => Ok(Lock::Held(holder::process_of_lock(identity))),
        Err(TryLockError::Error(fault)) => Err(failed(fault)),
    }
}

/// True when a log has commits that are not in the file yet.
fn has_log(path: &Path) -> bool {
    let resolved = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    std::fs::metadata(beside(&resolved, "-wal")).is_ok_and(|log| log.len() > 0)
}
