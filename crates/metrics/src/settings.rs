//! Settings of cardinality.

/// How the label `tenant_id` is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantLabel {
    /// Every tenant has series of its own, up to the cap.
    Full,
    /// The tenants with the most deliveries have series of their own; the others share `other`.
    Top,
    /// All tenants share `all`.
    Off,
}

impl TenantLabel {
    pub const ALL: [Self; 3] = [Self::Full, Self::Top, Self::Off];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Top => "top",
            Self::Off => "off",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Limits of the families with labels of events and tenants.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub tenant_label: TenantLabel,
    /// Tenants with series of their own under [`TenantLabel::Top`].
    pub top_tenants: usize,
    /// Pairs of event and tenant, at most; each family has a series for each pair and value of its other label.
    pub max_pairs: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tenant_label: TenantLabel::Top, top_tenants: 20, max_pairs: 2_000 }
    }
}
