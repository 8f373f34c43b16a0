//! Strict order: deliveries that are sent one after the other, so that nothing overtakes a retry.

use crate::payload::{BadPath, PayloadPath};
use serde::{Deserialize, Serialize};
use std::hash::Hasher;

/// Which deliveries of a subscription are sent one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredOrder", into = "StoredOrder")]
pub enum Order {
    /// All of them.
    All,
    /// Those whose events have the same value at a path. Events without a value there are in no order.
    ByKey(KeyPath),
}

/// The path of the value by which events are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath {
    text: Box<str>,
    path: PayloadPath,
}

/// The key of a delivery: deliveries of a subscription with the same key are sent one after the other. Different values may
/// have the same key, which costs speed and not order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderKey(i64);

/// Reason why a path is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyPath {
    #[error(transparent)]
    Path(#[from] BadPath),
    #[error("must name one value: [*] names several")]
    Several,
}

impl KeyPath {
    pub fn parse(text: &str) -> Result<Self, BadKeyPath> {
        let path = PayloadPath::parse(text)?;
        if path.names_several() { Err(BadKeyPath::Several) } else { Ok(Self { text: text.into(), path }) }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value of an event with this payload, as JSON; `None` when its delivery is in no order.
    pub fn value(&self, data: &[u8], metadata: &[u8]) -> Option<String> {
        self.path.first_raw(data, metadata)
    }
}

impl OrderKey {
    const ALL: Self = Self(0);

    /// The number that stores keep.
    pub const fn code(self) -> i64 {
        self.0
    }

    pub const fn from_code(code: i64) -> Self {
        Self(code)
    }
}

impl Order {
    /// The key of the delivery of an event with this payload; `None` when the delivery is in no order.
    pub fn key(&self, data: &[u8], metadata: &[u8]) -> Option<OrderKey> {
        match self {
            Self::All => Some(OrderKey::ALL),
            Self::ByKey(by) => {
                let value = by.path.first(data, metadata)?;
                // FNV-1a: the same on every node and in every version.
                let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
                hash.write(value.as_bytes());
                // A negative number: different from that of all.
                Some(OrderKey(-1 - (hash.finish() >> 1).cast_signed()))
            }
        }
    }
}

struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// As stores keep it: `true`, or a path.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredOrder {
    All(bool),
    ByKey(String),
}

impl TryFrom<StoredOrder> for Order {
    type Error = BadKeyPath;

    fn try_from(stored: StoredOrder) -> Result<Self, BadKeyPath> {
        match stored {
            StoredOrder::All(_) => Ok(Self::All),
            StoredOrder::ByKey(path) => KeyPath::parse(&path).map(Self::ByKey),
        }
    }
}

impl From<Order> for StoredOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::All => Self::All(true),
            Order::ByKey(by) => Self::ByKey(by.text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_key() {
        let by = Order::ByKey(KeyPath::parse("data.customer.id").unwrap());
        let key = |data: &str| by.key(data.as_bytes(), b"");
        let one = key(r#"{"customer": {"id": 1}}"#);
        assert_eq!(
            (one, one.unwrap().code()),
            (key(r#"{"x": 2, "customer": {"id": 1.0}}"#), -2_476_314_092_500_192_761)
        );
        assert!(one != key(r#"{"customer": {"id": 2}}"#) && one != key(r#"{"customer": {"id": "1"}}"#));
        assert_ne!(one, Order::All.key(b"{}", b""));
        assert_eq!((key("{}"), key(r#"{"customer": {"id": {}}}"#)), (None, None));
        assert_eq!(OrderKey::from_code(one.unwrap().code()), one.unwrap());
    }

    #[test]
    fn stored_orders_are_read_back() {
        for (order, stored) in
            [(Order::All, "true"), (Order::ByKey(KeyPath::parse("data.a[0]").unwrap()), r#""data.a[0]""#)]
        {
            assert_eq!(serde_json::to_string(&order).unwrap(), stored);
            assert_eq!(serde_json::from_str::<Order>(stored).unwrap(), order);
        }
        for bad in [r#""x""#, r#""data.a[*]""#, "1", "{}"] {
            assert!(serde_json::from_str::<Order>(bad).is_err(), "{bad}");
        }
        assert_eq!(KeyPath::parse("data[*].id").unwrap_err(), BadKeyPath::Several);
        assert_eq!(KeyPath::parse("customer").unwrap_err(), BadKeyPath::Path(BadPath::Root));
    }
}
