//! The master keys: whether the store opens with them, and how many values each has sealed.

use super::report::{Check, Report};
use crate::{config::Config, store::StoreUrl};
use storage::{
    MasterKeyId, SealedValues, Vault,
    inspection::{Inspection, KeyCheck},
};

const CHECK: Check = Check::MasterKey;

/// Compares the given keys with the records of the store.
pub(super) fn compare(report: &mut Report, config: &Config, vault: Option<&Vault>, found: &Inspection) {
    let source = match (&config.master_key, &config.store) {
        (Some(source), _) => source.variable.to_owned(),
        (None, StoreUrl::Sqlite(path)) => format!("{}.key", path.display()),
        (None, StoreUrl::Postgres(_)) => "POSTRIDER_MASTER_KEY".to_owned(),
    };
    match &found.key {
        KeyCheck::Right => {
            report.ok(CHECK, format!("{source} is the key that the store was written with."));
            if let Some(vault) = vault {
                sealed(report, vault, found);
            }
        }
        KeyCheck::Wrong => report.problem(
            CHECK,
            format!("{source} is not the key that the store was written with."),
            "Give that key, from your backup of the key: no secret can be read with another one.",
        ),
        KeyCheck::Incomplete(id) => {
            let id = id.as_ref().map(|id| format!(" (its id is {id})")).unwrap_or_default();
            report.problem(
                CHECK,
                format!("The store has secrets that another key than {source} has sealed{id}."),
                "Give that key in POSTRIDER_OTHER_MASTER_KEYS, too, until `postrider key rotate-master` is complete.",
            );
        }
        KeyCheck::OtherRotation(id) => report.problem(
            CHECK,
            format!("A rotation to the key with the id {id} has begun, and {source} is another key."),
            "Give that key in POSTRIDER_MASTER_KEY and the former one in POSTRIDER_OTHER_MASTER_KEYS.",
        ),
        KeyCheck::Damaged => report.problem(
            CHECK,
            "The value by which the store recognises its key is damaged.",
            "Restore a backup of the store (docs/operations.md).",
        ),
        KeyCheck::Unset => report.ok(CHECK, "The store is new: the first start binds it to the key."),
        // A finding says already why there is none.
        KeyCheck::NotGiven if report.has(CHECK) => {}
        KeyCheck::NotGiven => report.warning(CHECK, "The key was not checked.", "Correct POSTRIDER_MASTER_KEY first."),
    }
}

/// How many values each key has sealed, and which keys are not needed.
fn sealed(report: &mut Report, vault: &Vault, found: &Inspection) {
    let current = vault.current_key();
    let named = |key: Option<MasterKeyId>| match key {
        Some(key) if key == current => format!("the current key {key}"),
        Some(key) => format!("the key {key}"),
        None => "a key that they do not name".to_owned(),
    };
    let counts: Vec<String> =
        found.sealed.iter().map(|SealedValues { key, values }| format!("{values} sealed by {}", named(*key))).collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    let is_done = found.sealed.iter().all(|one| one.key == Some(current));
    if found.is_rotating {
        report.warning(
            CHECK,
            format!("Secrets: {counts}; a rotation has begun and is not complete."),
            "The server continues it; `postrider key rotate-master` shows its progress.",
        );
    } else if is_done {
        report.ok(CHECK, format!("Secrets: {counts}."));
    } else {
        report.warning(
            CHECK,
            format!("Secrets: {counts}."),
            "Run `postrider key rotate-master` when all nodes have the current key (docs/master-key.md).",
        );
    }
    let unused: Vec<String> = vault
        .other_keys()
        .filter(|key| found.sealed.iter().all(|one| one.key.is_some_and(|used| used != *key)))
        .map(|key| key.to_string())
        .collect();
    if is_done && !found.is_rotating && !unused.is_empty() {
        report.ok(CHECK, format!("No secret needs these keys of POSTRIDER_OTHER_MASTER_KEYS: {}.", unused.join(", ")));
    }
}
