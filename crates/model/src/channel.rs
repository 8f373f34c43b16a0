//! Channels: a second way, beside event types, in which a subscription chooses its events.

use std::{fmt, sync::Arc};

/// Maximum number of channels of an event or a subscription.
pub const CHANNELS_MAX: usize = 10;

/// The longest name of a channel.
pub const CHANNEL_MAX: usize = 100;

/// Distinct channels of an event or of a subscription, in the given order. Clones share the names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Channels(Option<Arc<[Box<str>]>>);

/// The names are not valid channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChannels {
    #[error("must have at most {CHANNELS_MAX} channels")]
    TooMany,
    #[error("a channel is 1 to {CHANNEL_MAX} letters, digits and the characters -_.:")]
    Name,
    #[error("must not name a channel twice")]
    Twice,
}

impl Channels {
    pub fn parse<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, NotChannels> {
        let mut all: Vec<Box<str>> = Vec::new();
        for name in names {
            let good = |c: u8| c.is_ascii_alphanumeric() || b"-_.:".contains(&c);
            if name.is_empty() || name.len() > CHANNEL_MAX || !name.bytes().all(good) {
                return Err(NotChannels::Name);
            }
            if all.iter().any(|known| &**known == name) {
                return Err(NotChannels::Twice);
            }
            if all.len() == CHANNELS_MAX {
                return Err(NotChannels::TooMany);
            }
            all.push(name.into());
        }
        Ok(Self((!all.is_empty()).then(|| all.into())))
    }

    /// The same for a list that may name a channel twice.
    pub fn of_set(mut names: Vec<&str>) -> Result<Self, NotChannels> {
        let mut known = Vec::new();
        names.retain(|name| {
            let is_new = !known.contains(name);
            known.push(*name);
            is_new
        });
        Self::parse(names)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|all| all.iter()).map(|name| &**name)
    }

    /// True when an event with these channels goes to a subscription with `wanted`: one without channels gets all
    /// events, another one those of at least one of its channels.
    pub fn reach(&self, wanted: &Self) -> bool {
        wanted.is_empty() || wanted.iter().any(|one| self.iter().any(|own| own == one))
    }

    /// The form that stores keep; `None` without channels.
    pub fn stored(&self) -> Option<String> {
        self.0.as_ref().map(|all| all.join(" "))
    }

    pub fn from_stored(text: &str) -> Result<Self, NotChannels> {
        Self::parse(text.split(' '))
    }
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl serde::Serialize for Channels {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> serde::Deserialize<'de> for Channels {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::parse(names.iter().map(String::as_str)).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(text: &str) -> Channels {
        Channels::parse(text.split_whitespace()).unwrap()
    }

    #[test]
    fn names_are_checked() {
        let (long, many) = ("x".repeat(101), (0..11).map(|n| n.to_string()).collect::<Vec<_>>());
        for (names, fault) in [
            (vec![""], NotChannels::Name),
            (vec!["a b"], NotChannels::Name),
            (vec!["é"], NotChannels::Name),
            (vec![long.as_str()], NotChannels::Name),
            (vec!["a", "b", "a"], NotChannels::Twice),
            (many.iter().map(String::as_str).collect(), NotChannels::TooMany),
        ] {
            assert_eq!(Channels::parse(names.iter().copied()), Err(fault), "{names:?}");
        }
        assert_eq!(Channels::of_set(vec!["a", "b", "a"]), Ok(channels("a b")));
        assert_eq!(channels("project:1 a.b-c_D").iter().collect::<Vec<_>>(), ["project:1", "a.b-c_D"]);
    }

    #[test]
    fn a_subscription_with_channels_gets_events_of_one_of_them() {
        for (of_event, wanted, expected) in
            [("", "", true), ("a", "", true), ("", "a", false), ("a b", "b c", true), ("a", "b", false)]
        {
            assert_eq!(channels(of_event).reach(&channels(wanted)), expected, "{of_event:?} {wanted:?}");
        }
    }

    #[test]
    fn stored_channels_are_read_back() {
        for text in ["a", "a b:1 c"] {
            assert_eq!(channels(text).stored().as_deref(), Some(text));
            assert_eq!(Channels::from_stored(text), Ok(channels(text)));
            let json = serde_json::to_string(&channels(text)).unwrap();
            assert_eq!(serde_json::from_str::<Channels>(&json).unwrap(), channels(text));
        }
        assert_eq!(channels("").stored(), None);
        for bad in ["", " a", "a  b"] {
            assert!(Channels::from_stored(bad).is_err(), "{bad:?}");
        }
    }
}
