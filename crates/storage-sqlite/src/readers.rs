//! A pool of read-only connections; reads run on the blocking pool and never wait for the writer.

use crate::{connect::connect_reader, error::closed, existence};
use model::TenantId;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::{path::Path, sync::Arc};
use storage::{ListScope, StorageError};
use tokio::sync::Semaphore;

const READERS: usize = 6;

#[derive(Debug)]
pub(crate) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn open(path: &Path) -> Result<Self, StorageError> {
        let idle = (0..READERS).map(|_| connect_reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(READERS)) })
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(closed)?;
        let (idle, permits) = (self.idle.clone(), self.permits.clone());
        tokio::task::spawn_blocking(move || {
            let connection = idle.lock().pop().ok_or_else(|| closed(()))?;
            let result = job(&connection);
            let mut idle = idle.lock();
            // A connection that was in use during the close must not be kept, as it would keep the file open.
            if !permits.is_closed() {
                idle.push(connection);
            }
            drop((idle, permit));
            result
        })
        .await
        .map_err(closed)?
    }

    /// Reads data of one tenant; returns nothing when the tenant does not exist or is being deleted.
    pub(crate) async fn read_of<T: Default + Send + 'static>(
        &self,
        tenant: &TenantId,
        job: impl FnOnce(&Connection, &TenantId) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let tenant = tenant.clone();
        self.read(
            move |connection| {
                if existence::exists(connection, &tenant)? { job(connection, &tenant) } else { Ok(T::default()) }
            },
        )
        .await
    }

    /// Reads data of one tenant or of all. (Jobs over all tenants must skip those that are being deleted.)
    pub(crate) async fn read_in<T: Default + Send + 'static>(
        &self,
        scope: ListScope<'_>,
        job: impl FnOnce(&Connection, ListScope<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        match scope {
            ListScope::Tenant(tenant) => {
                self.read_of(tenant, |connection, tenant| job(connection, ListScope::Tenant(tenant))).await
            }
            ListScope::AllTenants => self.read(|connection| job(connection, ListScope::AllTenants)).await,
        }
    }

    /// Idle connections, connections in use, and all.
    pub(crate) fn usage(&self) -> (usize, usize, usize) {
        let idle = self.permits.available_permits();
        (idle, READERS - idle.min(READERS), READERS)
    }

    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.lock().clear();
    }
}
