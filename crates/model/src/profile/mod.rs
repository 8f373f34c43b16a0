//! Profiles: the wire styles of subscriptions, as data. Each profile is one file with a [`Rules`] constant, a variant
//! here, and a row in each table test.

mod body;
mod platform;
mod rules;
mod standard;
mod tenant;

pub use body::{render, render_item, render_reference};
pub use rules::{Body, Field, GeneratedSecret, HeaderValue, OwnSignature, Rules};

/// The wire style of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    #[default]
    Platform,
    Tenant,
    Standard,
}

impl Profile {
    pub const ALL: [Self; 3] = [Self::Platform, Self::Tenant, Self::Standard];

    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Platform => &platform::RULES,
            Self::Tenant => &tenant::RULES,
            Self::Standard => &standard::RULES,
        }
    }

    pub const fn name(self) -> &'static str {
        self.rules().name
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_stored_codes_are_read_back() {
        for profile in Profile::ALL {
            assert_eq!(Profile::parse(profile.name()), Some(profile));
            assert_eq!(Profile::from_code(profile.code()), Some(profile));
        }
        assert_eq!((Profile::parse("other"), Profile::from_code(3)), (None, None));
    }

    /// The wire table of `docs/contracts.md`, one row per profile.
    #[test]
    fn profiles_follow_the_wire_table() {
        type Row = (Profile, &'static [&'static str], Option<&'static str>, Vec<u64>, GeneratedSecret);
        let rows: [Row; 3] = [
            (
                Profile::Platform,
                &["X-Webhook-Event-Id", "X-Webhook-Event-Type", "X-Webhook-Timestamp"],
                Some("X-Webhook-Signature: "),
                vec![300, 3_600, 21_600],
                GeneratedSecret::Whsec,
            ),
            (Profile::Tenant, &["X-Event"], Some("X-Signature: sha256="), vec![1, 2, 4], GeneratedSecret::None),
            (
                Profile::Standard,
                &[],
                None,
                vec![5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
                GeneratedSecret::Whsec,
            ),
        ];
        for (profile, headers, signature, waits, secret) in rows {
            let rules = profile.rules();
            assert_eq!(rules.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>(), headers);
            assert_eq!(rules.signature.map(|s| format!("{}: {}", s.header, s.prefix)).as_deref(), signature);
            let policy = crate::RetryPolicy::try_new(rules.schedule, rules.max_retries, 0.0, true).unwrap();
            let got: Vec<_> = (1..).map_while(|n| policy.delay(n, 0.5)).map(|wait| wait.as_secs()).collect();
            assert_eq!(got, waits, "{profile:?}");
            assert_eq!(rules.generated_secret, secret);
        }
    }
}
