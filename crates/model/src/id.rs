//! Ids: UUIDv7 newtypes, their two text forms, and their generator.
//!
//! Text forms are `evt_…`, `dlv_…`, `sub_…`, `key_…`, `rpl_…`, `pts_…` (prefix and 26 characters of Crockford base32, lower case) and the
//! hyphenated UUID; both are accepted everywhere.
//!
//! A delivery's id is its event's id plus a number from 1 to [`EventId::MAX_DELIVERIES`] in the low 16 bits. So the
//! deliveries of an event are one range of the key, and neither table needs a column or an index to find the other.

use crate::{clock::Entropy, time::Timestamp};
use std::{fmt, sync::Mutex};
use uuid::Uuid;

/// The text is in neither form of this id.
#[derive(Debug, thiserror::Error)]
#[error("not a valid id")]
pub struct NotAnId;

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn encode(value: u128) -> [u8; 26] {
    std::array::from_fn(|i| CROCKFORD[((value >> (125 - 5 * i)) & 31) as usize])
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != 26 {
        return None;
    }
    let mut value = 0u128;
    for (i, c) in text.bytes().enumerate() {
        let digit = match c.to_ascii_lowercase() {
            b'o' => 0,
            b'i' | b'l' => 1,
            c => CROCKFORD.iter().position(|&d| d == c)? as u128,
        };
        if i == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some(value)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }

            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            pub const fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Creation time by the clock of the node that created it, with the id's millisecond precision.
            pub fn made_at(self) -> Timestamp {
                Timestamp::from_millis((self.0.as_u128() >> 80) as i64)
            }

            /// Parses either form.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                if let Some(rest) = text.strip_prefix($prefix).and_then(|rest| rest.strip_prefix('_')) {
                    return decode(rest).map(|value| Self(Uuid::from_u128(value))).ok_or(NotAnId);
                }
                if text.len() == 36 { text.parse().map(Self).map_err(|_| NotAnId) } else { Err(NotAnId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = encode(self.0.as_u128());
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

id!(
    /// An event's id, assigned by Postrider; for the publisher's id see [`crate::Event::given_id`].
    EventId,
    "evt"
);
id!(
    /// A delivery's id, which contains its event's id.
    DeliveryId,
    "dlv"
);
id!(
    /// A subscription's id.
    SubscriptionId,
    "sub"
);
id!(
    /// The id of a tenant's API key (not the key itself).
    KeyId,
    "key"
);
id!(
    /// The id of a replay.
    ReplayId,
    "rpl"
);
id!(
    /// The id of a portal link (not its token).
    PortalSessionId,
    "pts"
);

const LOW: u128 = 0xffff;

impl EventId {
    /// Maximum number of deliveries of an event. One more number is reserved for the delivery of a test send.
    pub const MAX_DELIVERIES: usize = LOW as usize - 1;

    /// The id of this event's `number`th delivery, counted from 1. `None` past [`Self::MAX_DELIVERIES`].
    pub fn delivery(self, number: usize) -> Option<DeliveryId> {
        if number == 0 || number > Self::MAX_DELIVERIES {
            return None;
        }
        Some(DeliveryId(Uuid::from_u128((self.0.as_u128() & !LOW) | number as u128)))
    }

    /// The id of the only delivery of a test send.
    pub fn test_delivery(self) -> DeliveryId {
        DeliveryId(Uuid::from_u128(self.0.as_u128() | LOW))
    }

    /// The inclusive range of this event's delivery ids.
    pub fn delivery_range(self) -> (DeliveryId, DeliveryId) {
        let base = self.0.as_u128() & !LOW;
        (DeliveryId(Uuid::from_u128(base | 1)), DeliveryId(Uuid::from_u128(base | LOW)))
    }
}

impl DeliveryId {
    /// True for the delivery of a test send.
    pub fn is_test(self) -> bool {
        self.0.as_u128() & LOW == LOW
    }

    pub fn event(self) -> EventId {
        EventId(Uuid::from_u128(self.0.as_u128() & !LOW))
    }

    /// The delivery's number within its event.
    pub fn number(self) -> u16 {
        (self.0.as_u128() & LOW) as u16
    }
}

/// Form of Postrider's event ids in responses, bodies and headers. Both forms are accepted everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdStyle {
    /// `evt_` and 26 characters.
    #[default]
    Prefixed,
    /// The hyphenated UUID.
    Uuid,
}

impl EventId {
    /// The id in one of its forms.
    pub fn text(self, style: IdStyle) -> String {
        match style {
            IdStyle::Prefixed => self.to_string(),
            IdStyle::Uuid => self.0.hyphenated().to_string(),
        }
    }

    /// Parses an id in exactly the form that Postrider writes, and only if an event can have it. A publisher's id may
    /// look similar (another case, a UUID of another version) without being the same.
    pub fn parse_exact(text: &str) -> Option<Self> {
        let id = Self::parse(text).ok().filter(|id| id.0.as_u128() & LOW == 0)?;
        [IdStyle::Prefixed, IdStyle::Uuid].into_iter().any(|style| id.text(style) == text).then_some(id)
    }
}

/// Creates UUIDv7s that rise strictly within a process, even when the clock stands still or steps back by less than
/// [`STEP_BACK`].
pub struct IdSource {
    state: Mutex<State>,
    entropy: Box<dyn Entropy>,
}

/// Milliseconds. After a larger step back the clock must have been ahead, so ids follow it instead of staying in the
/// future.
const STEP_BACK: u64 = 60_000;

struct State {
    millis: u64,
    counter: u16,
    pool: [u8; 512],
    used: usize,
}

impl fmt::Debug for IdSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdSource")
    }
}

impl IdSource {
    pub fn new(entropy: Box<dyn Entropy>) -> Self {
        Self { state: Mutex::new(State { millis: 0, counter: 0, pool: [0; 512], used: 512 }), entropy }
    }

    fn next(&self, now: Timestamp) -> u128 {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let millis = u64::try_from(now.millis()).unwrap_or(0) & 0xffff_ffff_ffff;
        if millis > state.millis || state.millis - millis > STEP_BACK {
            (state.millis, state.counter) = (millis, 0);
        } else {
            state.counter += 1;
            if state.counter > 0xfff {
                state.millis += 1;
                state.counter = 0;
            }
        }
        if state.used + 8 > state.pool.len() {
            self.entropy.fill(&mut state.pool);
            state.used = 0;
        }
        let used = state.used;
        state.used += 8;
        let random = u64::from_le_bytes(state.pool[used..used + 8].try_into().unwrap_or_default());
        let (millis, counter) = (u128::from(state.millis), u128::from(state.counter));
        (millis << 80) | (7 << 76) | (counter << 64) | (0b10 << 62) | u128::from(random >> 2)
    }

    pub fn event(&self, now: Timestamp) -> EventId {
        EventId(Uuid::from_u128(self.next(now) & !LOW))
    }

    pub fn subscription(&self, now: Timestamp) -> SubscriptionId {
        SubscriptionId(Uuid::from_u128(self.next(now)))
    }

    pub fn key(&self, now: Timestamp) -> KeyId {
        KeyId(Uuid::from_u128(self.next(now)))
    }

    pub fn replay(&self, now: Timestamp) -> ReplayId {
        ReplayId(Uuid::from_u128(self.next(now)))
    }

    pub fn portal_session(&self, now: Timestamp) -> PortalSessionId {
        PortalSessionId(Uuid::from_u128(self.next(now)))
    }

    /// Secret bytes, directly from the entropy source.
    pub fn secret(&self, bytes: &mut [u8]) {
        self.entropy.fill(bytes);
    }

    /// A number in `0.0..1.0`, for jitter.
    pub fn fraction(&self) -> f64 {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if state.used + 8 > state.pool.len() {
            self.entropy.fill(&mut state.pool);
            state.used = 0;
        }
        let used = state.used;
        state.used += 8;
        let random = u64::from_le_bytes(state.pool[used..used + 8].try_into().unwrap_or_default());
        (random >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    proptest! {
        #[test]
        fn both_forms_are_read_back(value: u128) {
            let id = EventId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(EventId::parse(&id.to_string()).unwrap(), id);
            prop_assert_eq!(EventId::parse(&id.uuid().to_string()).unwrap(), id);
            prop_assert_eq!(id.to_string().len(), 30);
        }

        #[test]
        fn text_forms_keep_the_order(a: u128, b: u128) {
            let (x, y) = (EventId::from_uuid(Uuid::from_u128(a)), EventId::from_uuid(Uuid::from_u128(b)));
            prop_assert_eq!(x.cmp(&y), x.to_string().cmp(&y.to_string()));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in ".{0,40}") {
            let _ = EventId::parse(&text);
        }

        #[test]
        fn a_delivery_id_contains_its_event_id(millis in 0i64..(1 << 47), number in 1usize..=EventId::MAX_DELIVERIES) {
            let event = IdSource::new(Box::new(Fixed(0xff))).event(Timestamp::from_millis(millis));
            let delivery = event.delivery(number).unwrap();
            prop_assert_eq!(delivery.event(), event);
            let (first, last) = event.delivery_range();
            prop_assert!(first <= delivery && delivery <= last && !delivery.is_test());
            let test = event.test_delivery();
            prop_assert!(test.is_test() && test.event() == event && first <= test && test <= last);
        }
    }

    #[test]
    fn ids_rise_when_the_clock_stands_still_or_steps_back() {
        let ids = IdSource::new(Box::new(Fixed(0x5a)));
        let mut last = ids.event(Timestamp::from_millis(1_000));
        for step in 0..10_000i64 {
            let next = ids.event(Timestamp::from_millis(1_000 - step % 7));
            assert!(next > last);
            assert_eq!(next.uuid().get_version_num(), 7);
            last = next;
        }
    }

    #[test]
    fn ids_go_back_with_a_clock_that_was_far_ahead() {
        let ids = IdSource::new(Box::new(Fixed(0x5a)));
        let ahead = Timestamp::from_millis(1_760_000_000_000);
        let made_at = |back: u64| ids.event(ahead.before(std::time::Duration::from_millis(back))).made_at();
        assert_eq!(made_at(0), ahead);
        assert_eq!(made_at(STEP_BACK), ahead, "a step back is bridged");
        assert_eq!(made_at(STEP_BACK + 1), ahead.before(std::time::Duration::from_millis(STEP_BACK + 1)));
    }

    #[test]
    fn an_id_contains_its_creation_time() {
        let ids = IdSource::new(Box::new(Fixed(1)));
        assert_eq!(ids.event(Timestamp::from_millis(1_759_233_600_123)).made_at().millis(), 1_759_233_600_123);
    }

    #[test]
    fn an_id_is_postriders_only_in_the_form_that_it_writes() {
        let id = IdSource::new(Box::new(Fixed(0xff))).event(Timestamp::from_millis(5));
        for style in [IdStyle::Prefixed, IdStyle::Uuid] {
            assert_eq!(EventId::parse_exact(&id.text(style)), Some(id));
            assert_eq!(EventId::parse_exact(&id.text(style).to_uppercase()), None);
        }
        let lookalike = id.to_string().replacen('0', "o", 1);
        assert_eq!(EventId::parse(&lookalike).ok(), Some(id));
        assert_eq!(EventId::parse_exact(&lookalike), None);
        assert_eq!(EventId::parse_exact("7c9e6679-7425-40de-944b-e07fc1f90ae7"), None);
    }

    #[test]
    fn a_wrong_prefix_or_length_is_refused() {
        let id = IdSource::new(Box::new(Fixed(3))).subscription(Timestamp::from_millis(5));
        assert!(EventId::parse(&id.to_string()).is_err());
        assert!(SubscriptionId::parse("sub_").is_err());
        assert!(SubscriptionId::parse("sub_zzzzzzzzzzzzzzzzzzzzzzzzzz").is_err());
    }

    #[test]
    fn delivery_numbers_start_at_1_and_end_at_the_maximum() {
        let event = IdSource::new(Box::new(Fixed(3))).event(Timestamp::from_millis(5));
        assert!(event.delivery(0).is_none());
        assert!(event.delivery(EventId::MAX_DELIVERIES + 1).is_none());
    }
}
