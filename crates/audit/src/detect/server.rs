//! Webhook servers with an API for publishing.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Server {
    Postrider,
    Svix,
    Convoy,
    Outpost,
    Hook0,
}

impl Server {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Postrider => "Postrider",
            Self::Svix => "Svix",
            Self::Convoy => "Convoy",
            Self::Outpost => "Outpost",
            Self::Hook0 => "Hook0",
        }
    }
}
