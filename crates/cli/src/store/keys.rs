//! Keys of the installation: configured, or generated at the first start and stored next to the SQLite file.

use super::{
    StoreUrl,
    files::{DevFiles, beside, read, replace_private, write_private},
    key_sources,
};
use crate::{
    config::{Config, decode_master_key},
    entropy::SystemEntropy,
    output::notice,
};
use anyhow::{Context, anyhow};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Entropy;
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};
use storage::{MasterKey, Shared, StorageError, Store, Vault};
use zeroize::Zeroizing;

/// The master keys of this process.
pub(crate) struct MasterKeys {
    /// Seals secrets.
    pub(crate) current: MasterKey,
    /// Open secrets and seal none.
    pub(crate) others: Vec<MasterKey>,
}

impl MasterKeys {
    pub(crate) fn vault(&self) -> Vault {
        Vault::with_others(&self.current, &self.others, Arc::new(SystemEntropy))
    }
}

pub(crate) fn master_keys(config: &Config, store: &StoreUrl) -> anyhow::Result<MasterKeys> {
    let current = match (&config.master_key, store) {
        (Some(source), _) => key_sources::one(source)?,
        (None, StoreUrl::Sqlite(path)) => MasterKey::try_new(&kept_master_key(path)?)?,
        (None, StoreUrl::Postgres(_)) => {
            return Err(anyhow!(
                "POSTRIDER_MASTER_KEY must be given with PostgreSQL (or POSTRIDER_MASTER_KEY_FILE or \
                 POSTRIDER_MASTER_KEY_COMMAND), the same on every node, for example the output of: postrider key \
                 generate-master"
            ));
        }
    };
    let others = config.other_master_keys.as_ref().map(key_sources::list).transpose()?.unwrap_or_default();
    Ok(MasterKeys { current, others })
}

/// The keys, without generating one: `None` when the first start will generate it.
pub(crate) fn existing_master_keys(config: &Config, store: &StoreUrl) -> anyhow::Result<Option<MasterKeys>> {
    match store {
        StoreUrl::Sqlite(path) if config.master_key.is_none() && !path.exists() && !beside(path, "key").exists() => {
            Ok(None)
        }
        _ => master_keys(config, store).map(Some),
    }
}

/// A new key as text.
pub(crate) fn generate() -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemEntropy.fill(&mut *bytes);
    Zeroizing::new(STANDARD.encode(*bytes))
}

fn kept_master_key(store: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let path = beside(store, "key");
    if let Some(text) = read(&path)? {
        return decode_master_key(&text).map_err(|fault| anyhow!("{}: {fault}", path.display()));
    }
    if store.exists() {
        // A new key could not open the existing secrets.
        return Err(anyhow!(
            "POSTRIDER_MASTER_KEY is not given and {} is missing, but {} exists: restore the key file, or give the \
             key that the store was written with",
            path.display(),
            store.display()
        ));
    }
    if let Some(folder) = store.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(anyhow!("POSTRIDER_STORE: the folder {} does not exist", folder.display()));
    }
    let text = generate();
    write_private(&path, &format!("{}\n", *text))?;
    // The directory entry must be durable before secrets are sealed with the key.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).context("failed to flush the key file to disk")?;
    decode_master_key(&text).map_err(|fault| anyhow!("{}: {fault}", path.display()))
}

/// The hash of the operator's key. If none is configured, generates one, prints it once, and stores its hash.
pub(crate) async fn admin_key_hash(config: &Config, store: &dyn Store, dev: bool) -> anyhow::Result<[u8; 32]> {
    match (&config.admin_key, &config.store, store.shared()) {
        (Some(key), ..) => Ok(api::hash_key(key)),
        (None, StoreUrl::Sqlite(path), _) if dev => dev_admin_key_hash(path),
        (None, StoreUrl::Sqlite(path), _) => kept_admin_key_hash(path),
        (None, StoreUrl::Postgres(_), Some(shared)) => shared_admin_key_hash(shared).await,
        (None, StoreUrl::Postgres(_), None) => Err(anyhow!("POSTRIDER_ADMIN_KEY must be given")),
    }
}

fn new_admin_key() -> (String, [u8; 32]) {
    let mut random = [0; 32];
    SystemEntropy.fill(&mut random);
    let key = format!("ak_{}", signing::generate_url_safe(random));
    let hash = api::hash_key(&key);
    (key, hash)
}

/// When several nodes start at once, exactly one generates the key and prints it.
async fn shared_admin_key_hash(shared: &dyn Shared) -> anyhow::Result<[u8; 32]> {
    let (key, hash) = new_admin_key();
    let kept = shared.insert_if_absent("admin_key_hash", &hash).await?;
    if kept == hash {
        notice!("Operator's key, shown only once: {key}");
        notice!("(only its hash is kept, in the database; give POSTRIDER_ADMIN_KEY to use another)");
    }
    kept.try_into().map_err(|_| anyhow!("the stored hash of the operator's key is damaged; give POSTRIDER_ADMIN_KEY"))
}

/// The stored hash, and the file that contains it.
fn read_admin_key_hash(store: &Path) -> anyhow::Result<(Option<[u8; 32]>, PathBuf)> {
    let path = beside(store, "admin-key-hash");
    let Some(text) = read(&path)? else { return Ok((None, path)) };
    let hash = decode_master_key(&text)
        .ok()
        .and_then(|bytes| bytes[..].try_into().ok())
        .ok_or_else(|| anyhow!("{} is damaged; remove it to generate a new operator's key", path.display()))?;
    Ok((Some(hash), path))
}

/// With `--dev` the key itself is stored too, for the commands; a key that was generated without `--dev` is not.
fn dev_admin_key_hash(store: &Path) -> anyhow::Result<[u8; 32]> {
    let file = DevFiles::beside(store).operator_key;
    let (known, path) = read_admin_key_hash(store)?;
    let kept = read(&file)?.map(|key| (api::hash_key(&key), key));
    let (hash, key) = match (known, kept) {
        (Some(known), Some((hash, key))) if hash == known => (known, key),
        (Some(known), _) => {
            notice!("The operator's key is the one that was made without --dev, or give POSTRIDER_ADMIN_KEY.");
            return Ok(known);
        }
        (None, _) => {
            let (key, hash) = new_admin_key();
            write_private(&path, &format!("{}\n", STANDARD.encode(hash)))?;
            (hash, key)
        }
    };
    replace_private(&file, &format!("{key}\n"))?;
    Ok(hash)
}

fn kept_admin_key_hash(store: &Path) -> anyhow::Result<[u8; 32]> {
    let (known, path) = read_admin_key_hash(store)?;
    if let Some(hash) = known {
        return Ok(hash);
    }
    let (key, hash) = new_admin_key();
    write_private(&path, &format!("{}\n", STANDARD.encode(hash)))?;
    notice!("Operator's key, shown only once: {key}");
    notice!("(only its hash is kept, in {}; remove that file to have a new one made)", path.display());
    Ok(hash)
}

/// Adds a remedy to an error of opening the store.
pub(crate) fn explain(fault: StorageError, store: &Path) -> anyhow::Error {
    match fault {
        StorageError::WrongMasterKey => anyhow!(
            "POSTRIDER_MASTER_KEY is not the key that {} was written with: give that one, for example from the file \
             {}",
            store.display(),
            beside(store, "key").display()
        ),
        StorageError::InUse { .. } => anyhow!(
            "POSTRIDER_STORE: {fault}: stop that process first, or use another store, for example sqlite:other.db"
        ),
        fault => explain_keys(&fault).unwrap_or_else(|| anyhow!(fault).context("POSTRIDER_STORE")),
    }
}

/// Adds a remedy to an error about keys or the version, which has the same one for every kind of store.
pub(crate) fn explain_keys(fault: &StorageError) -> Option<anyhow::Error> {
    Some(match fault {
        StorageError::MissingMasterKey { .. } => anyhow!(
            "{fault}: give that key in POSTRIDER_OTHER_MASTER_KEYS, too, until postrider key rotate-master is complete"
        ),
        StorageError::RotationBegun { .. } => {
            anyhow!("{fault}: give that key in POSTRIDER_MASTER_KEY and the former one in POSTRIDER_OTHER_MASTER_KEYS")
        }
        StorageError::UnknownToNodes { .. } => anyhow!(
            "POSTRIDER_MASTER_KEY is new, and {fault}: restart them with it in POSTRIDER_OTHER_MASTER_KEYS first"
        ),
        StorageError::TooNew { .. } => anyhow!("{fault}: use the newer version of postrider that wrote it"),
        _ => return None,
    })
}
