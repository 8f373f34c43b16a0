//! Ids as parameters of a replay's queries.

use tokio_postgres::types::Type;
use uuid::Uuid;

/// Arrays of ids as a parameter.
pub(super) const IDS: Type = Type::UUID_ARRAY;

/// The UUIDs of these ids.
pub(super) fn uuids<Id: Copy>(ids: &[Id], uuid: impl Fn(Id) -> Uuid) -> Vec<Uuid> {
    ids.iter().map(|id| uuid(*id)).collect()
}
