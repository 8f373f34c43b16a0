//! Encodings that every backend shares: sealed settings, patterns as text, and id ranges for time ranges.

use crate::{MasterKeyId, OpenError, StorageError, Vault};
use model::{
    AllowLists, Credentials, DeliveryStatus, EventPattern, HostPattern, Networks, Scope, Subscription, SubscriptionId,
    TenantEgress, TenantId, Timestamp, Timings,
    event::NotAnEventType,
    key::Scopes,
    portal::{Capabilities, Capability},
    subscription::SigningSecret,
    tenant::allow::{BadEntry, IpNet, parse_entries, parse_network},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

#[derive(Deserialize)]
struct Kept {
    value: String,
    until: Option<i64>,
}

/// [`Kept`] without a copy of the secret.
#[derive(Serialize)]
struct ToKeep<'s> {
    value: &'s str,
    until: Option<i64>,
}

fn context(tenant: &TenantId, id: SubscriptionId, what: &str) -> String {
    format!("subscriptions/{tenant}/{id}/{what}")
}

fn seal(vault: &Vault, context: &str, value: &impl Serialize) -> Vec<u8> {
    // With room for almost any value, because a buffer that grows leaves copies of its content in freed memory.
    let mut text = Zeroizing::new(Vec::with_capacity(16 * 1024));
    serde_json::to_writer(&mut *text, value)
        .unwrap_or_else(|_| unreachable!("strings and numbers are always writable"));
    vault.seal(context, &text)
}

fn corrupt_subscription(tenant: &TenantId, id: SubscriptionId, column: &str, problem: &str) -> StorageError {
    let row = format!("tenant_id = '{tenant}' AND id = '{}'", id.uuid());
    StorageError::corrupt("subscriptions", row, format!("{column}: {problem}"))
}

fn unseal<T: DeserializeOwned>(
    vault: &Vault,
    (tenant, id): (&TenantId, SubscriptionId),
    column: &str,
    sealed: &[u8],
) -> Result<T, StorageError> {
    let corrupt = |problem: &str| corrupt_subscription(tenant, id, column, problem);
    let plain = vault.open(&context(tenant, id, column), sealed).map_err(|fault| match fault {
        OpenError::WrongKey => StorageError::WrongMasterKey,
        OpenError::Malformed => corrupt(&fault.to_string()),
    })?;
    serde_json::from_slice(&plain).map_err(|_| corrupt("has an unknown form"))
}

/// Opens a value by which a store recognises its master keys (`meta`, name `key_check`); returns its key.
pub fn check_key(vault: &Vault, sealed: &[u8]) -> Result<MasterKeyId, StorageError> {
    vault.open_by(KEY_CHECK, sealed).map(|(id, _)| id).map_err(|fault| match fault {
        OpenError::WrongKey => StorageError::WrongMasterKey,
        OpenError::Malformed => StorageError::corrupt("meta", "name = 'key_check'", format!("value: {fault}")),
    })
}

/// A new value for [`check_key`], of the current key.
pub fn new_key_check(vault: &Vault) -> Vec<u8> {
    vault.seal(KEY_CHECK, b"postrider")
}

const KEY_CHECK: &str = "meta/key_check";

pub fn seal_headers(vault: &Vault, of: &Subscription) -> Vec<u8> {
    seal(vault, &context(&of.tenant, of.id, "headers"), &of.headers)
}

pub fn unseal_headers(
    vault: &Vault,
    tenant: &TenantId,
    id: SubscriptionId,
    sealed: &[u8],
) -> Result<Vec<(String, String)>, StorageError> {
    unseal(vault, (tenant, id), "headers", sealed)
}

pub fn seal_secrets(vault: &Vault, of: &Subscription) -> Vec<u8> {
    let to_keep = of.secrets.iter().map(|one| ToKeep { value: &one.value, until: one.until.map(Timestamp::micros) });
    let secrets: Vec<ToKeep<'_>> = to_keep.collect();
    seal(vault, &context(&of.tenant, of.id, "secrets"), &secrets)
}

pub fn unseal_secrets(
    vault: &Vault,
    tenant: &TenantId,
    id: SubscriptionId,
    sealed: &[u8],
) -> Result<Vec<SigningSecret>, StorageError> {
    let kept: Vec<Kept> = unseal(vault, (tenant, id), "secrets", sealed)?;
    let secret = |kept: Kept| SigningSecret { value: kept.value, until: kept.until.map(Timestamp::from_micros) };
    Ok(kept.into_iter().map(secret).collect())
}

/// `None` without credentials.
pub fn seal_credentials(vault: &Vault, of: &Subscription) -> Option<Vec<u8>> {
    let context = context(&of.tenant, of.id, "credentials");
    (!of.credentials.is_empty()).then(|| seal(vault, &context, &of.credentials))
}

pub fn unseal_credentials(
    vault: &Vault,
    tenant: &TenantId,
    id: SubscriptionId,
    sealed: Option<&[u8]>,
) -> Result<Credentials, StorageError> {
    sealed.map_or_else(|| Ok(Credentials::default()), |sealed| unseal(vault, (tenant, id), "credentials", sealed))
}

/// `None` without an egress of its own.
pub fn seal_egress(vault: &Vault, tenant: &TenantId, egress: Option<&TenantEgress>) -> Option<Vec<u8>> {
    egress.map(|egress| seal(vault, &egress_context(tenant), egress))
}

pub fn unseal_egress(
    vault: &Vault,
    tenant: &TenantId,
    sealed: Option<&[u8]>,
) -> Result<Option<TenantEgress>, StorageError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let corrupt =
        |problem: String| StorageError::corrupt("tenants", format!("id = '{tenant}'"), format!("egress: {problem}"));
    let plain = vault.open(&egress_context(tenant), sealed).map_err(|fault| match fault {
        OpenError::WrongKey => StorageError::WrongMasterKey,
        OpenError::Malformed => corrupt(fault.to_string()),
    })?;
    let text = std::str::from_utf8(&plain).map_err(|fault| corrupt(fault.to_string()))?;
    TenantEgress::parse(text).map(Some).map_err(|_| corrupt("has an unknown form".to_owned()))
}

fn egress_context(tenant: &TenantId) -> String {
    format!("tenants/{tenant}/egress")
}

/// The networks of a stored allow list.
pub fn networks(text: &str) -> Result<Vec<IpNet>, BadEntry> {
    parse_entries(text, parse_network)
}

/// The hosts of a stored allow list.
pub fn host_patterns(text: &str) -> Result<Vec<HostPattern>, BadEntry> {
    parse_entries(text, HostPattern::parse)
}

/// The stored allow lists of a tenant.
pub fn allow_lists(tenant: &TenantId, networks: &str, hosts: &str) -> Result<AllowLists, StorageError> {
    let corrupt = |column: &str, fault: BadEntry| {
        StorageError::corrupt("tenants", format!("id = '{tenant}'"), format!("{column} {fault}"))
    };
    Ok(AllowLists {
        networks: self::networks(networks).map_err(|fault| corrupt("allow_networks", fault))?,
        hosts: host_patterns(hosts).map_err(|fault| corrupt("allow_hosts", fault))?,
    })
}

/// The sealed columns of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedColumns {
    pub headers: Vec<u8>,
    pub secrets: Vec<u8>,
    pub credentials: Option<Vec<u8>>,
}

/// Seals the columns again with the current key; `None` when all of them have it.
pub fn reseal_subscription(
    vault: &Vault,
    tenant: &TenantId,
    id: SubscriptionId,
    known: &SealedColumns,
) -> Result<Option<SealedColumns>, StorageError> {
    let reseal = |column: &str, sealed: &[u8]| {
        let context = context(tenant, id, column);
        vault.reseal(&context, sealed).map_err(|fault| corrupt_subscription(tenant, id, column, &fault.to_string()))
    };
    let credentials = match &known.credentials {
        Some(sealed) => reseal("credentials", sealed)?,
        None => None,
    };
    let (headers, secrets) = (reseal("headers", &known.headers)?, reseal("secrets", &known.secrets)?);
    if headers.is_none() && secrets.is_none() && credentials.is_none() {
        return Ok(None);
    }
    Ok(Some(SealedColumns {
        headers: headers.unwrap_or_else(|| known.headers.clone()),
        secrets: secrets.unwrap_or_else(|| known.secrets.clone()),
        credentials: credentials.or_else(|| known.credentials.clone()),
    }))
}

/// Seals a tenant's egress again with the current key; `None` when it has it.
pub fn reseal_egress(vault: &Vault, tenant: &TenantId, known: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    vault
        .reseal(&egress_context(tenant), known)
        .map_err(|fault| StorageError::corrupt("tenants", format!("id = '{tenant}'"), format!("egress: {fault}")))
}

/// A stored list of event patterns.
pub fn patterns(text: &str) -> Result<Vec<EventPattern>, NotAnEventType> {
    text.split_terminator(' ').map(EventPattern::parse).collect()
}

pub fn patterns_text(patterns: &[EventPattern]) -> String {
    patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// True when stored patterns (`text`) list the wanted type or pattern, or cover it.
pub fn patterns_have(text: &str, wanted: &str) -> Result<bool, NotAnEventType> {
    Ok(text.split_terminator(' ').any(|one| one == wanted) || patterns(text)?.iter().any(|one| one.matches(wanted)))
}

/// The text names a scope that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown scope {0:?}")]
pub struct UnknownScope(String);

/// The timings of an attempt.
pub fn timings(text: &str) -> Result<Timings, &'static str> {
    Timings::from_stored(text).ok_or("not the timings of an attempt")
}

/// A stored set of networks.
#[derive(Debug, thiserror::Error)]
#[error("not networks in CIDR form")]
pub struct NotNetworks;

pub fn key_networks(text: &str) -> Result<Networks, NotNetworks> {
    Networks::parse(text).ok_or(NotNetworks)
}

/// A stored set of scopes.
pub fn scopes(text: &str) -> Result<Scopes, UnknownScope> {
    text.split_terminator(' ').map(|name| Scope::parse(name).ok_or_else(|| UnknownScope(name.to_owned()))).collect()
}

pub fn scopes_text(scopes: Scopes) -> String {
    scopes.names().join(" ")
}

/// The text names a capability that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown capability {0:?}")]
pub struct UnknownCapability(String);

/// A stored set of capabilities of a portal link.
pub fn capabilities(text: &str) -> Result<Capabilities, UnknownCapability> {
    let one = |name: &str| Capability::parse(name).ok_or_else(|| UnknownCapability(name.to_owned()));
    text.split_terminator(' ').map(one).collect()
}

/// A stored list of words.
pub fn words(text: &str) -> Vec<String> {
    text.split_terminator(' ').map(str::to_owned).collect()
}

/// A stored list of statuses does not consist of known codes.
#[derive(Debug, thiserror::Error)]
#[error("unknown status {0:?}")]
pub struct UnknownStatus(String);

/// A stored list of statuses of deliveries.
pub fn statuses(text: &str) -> Result<Vec<DeliveryStatus>, UnknownStatus> {
    let status = |code: &str| code.parse().ok().and_then(DeliveryStatus::from_code);
    text.split_terminator(' ').map(|code| status(code).ok_or_else(|| UnknownStatus(code.to_owned()))).collect()
}

pub fn statuses_text(statuses: &[DeliveryStatus]) -> String {
    statuses.iter().map(|status| status.code().to_string()).collect::<Vec<_>>().join(" ")
}

/// Substring search that ignores the case of ASCII letters.
pub fn has_part(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

/// The smallest (inclusive) and the greatest (exclusive) 16 bytes of ids created from `after` (inclusive) to `before`
/// (exclusive).
pub fn id_bounds(after: Option<Timestamp>, before: Option<Timestamp>) -> ([u8; 16], [u8; 16]) {
    let edge = |at: Timestamp| {
        // A fraction of a millisecond rounds up, because an id has whole milliseconds.
        let millis = u128::try_from(at.micros().saturating_add(999).div_euclid(1_000)).unwrap_or(0);
        (millis.min(0xffff_ffff_ffff) << 80).to_be_bytes()
    };
    (after.map_or([0; 16], edge), before.map_or([0xff; 16], edge))
}
