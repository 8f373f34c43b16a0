//! The phases of the roadmap: the rules by which a gap gets into one.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    NearlyKept,
    Business,
    Core,
    Data,
    Rest,
    Architecture,
}

/// Words of a category, or of the first part of an event type, in the singular.
const BUSINESS: [&str; 18] = [
    "billing",
    "cart",
    "charge",
    "checkout",
    "credit",
    "discount",
    "dunning",
    "invoice",
    "order",
    "payment",
    "payout",
    "plan",
    "price",
    "purchase",
    "refund",
    "sale",
    "subscription",
    "tax",
];
const CORE: [&str; 14] = [
    "account",
    "auth",
    "company",
    "contact",
    "customer",
    "identity",
    "lead",
    "member",
    "organization",
    "partner",
    "role",
    "team",
    "tenant",
    "user",
];
const DATA: [&str; 14] = [
    "asset",
    "backup",
    "data",
    "document",
    "export",
    "file",
    "import",
    "inventory",
    "product",
    "shipment",
    "stock",
    "storage",
    "transfer",
    "warehouse",
];

impl Phase {
    pub(super) const ALL: [Self; 6] =
        [Self::NearlyKept, Self::Business, Self::Core, Self::Data, Self::Rest, Self::Architecture];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::NearlyKept => "Promises that are nearly kept",
            Self::Business => "Business-critical events",
            Self::Core => "Core entities",
            Self::Data => "Data operations",
            Self::Rest => "Communication, analytics, audit and the rest",
            Self::Architecture => "Parallel systems",
        }
    }

    /// The benefit for customers, as a sentence.
    pub(super) const fn benefit(self) -> &'static str {
        match self {
            Self::NearlyKept => "The code is there and customers still get nothing; each is a small change.",
            Self::Business => "Customers' bookkeeping and order processing depend on these.",
            Self::Core => "With these, customers keep their copies of accounts and users up to date.",
            Self::Data => "With these, customers start work on files, imports and stock.",
            Self::Rest => "Useful to some customers; nothing else depends on them.",
            Self::Architecture => "One decision for each system: bridge it to the webhooks, or leave it apart.",
        }
    }

    /// The rule of the phase; a gap is in the first phase whose rule matches.
    pub(super) fn rule(self) -> String {
        let words = |words: &[&str]| {
            format!("missing or undefined, and the category (else the event type) says {}.", words.join(", "))
        };
        match self {
            Self::NearlyKept => "a published name that differs a little from one in the catalog, dead code, SQL that \
                                 writes webhook tables itself, publishing without a tenant."
                .into(),
            Self::Business => words(&BUSINESS),
            Self::Core => words(&CORE),
            Self::Data => words(&DATA),
            Self::Rest => "missing or undefined, in any other category.".into(),
            Self::Architecture => "events that only a parallel system publishes.".into(),
        }
    }

    /// The phase for an event: by the words of its category, else by the first part of its type.
    pub(super) fn of(category: &str, event_type: &str) -> Self {
        let first = event_type.split(['.', ':', '/']).next().unwrap_or_default();
        [category, first].into_iter().find_map(by_words).unwrap_or(Self::Rest)
    }
}

fn by_words(text: &str) -> Option<Phase> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let says = |list: &[&str]| {
        words.iter().any(|word| list.contains(word) || word.strip_suffix('s').is_some_and(|one| list.contains(&one)))
    };
    [(&BUSINESS[..], Phase::Business), (&CORE[..], Phase::Core), (&DATA[..], Phase::Data)]
        .into_iter()
        .find_map(|(list, phase)| says(list).then_some(phase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_decides_before_the_event_type() {
        for (category, event_type, phase) in [
            ("billing", "invoice.paid", Phase::Business),
            ("Credit Notes", "credit_note.created", Phase::Business),
            ("customers", "customer.created", Phase::Core),
            ("file_storage", "storage.quota_exceeded", Phase::Data),
            ("audit", "security.alert", Phase::Rest),
            ("other", "sales_order.created", Phase::Business),
            ("", "user:login", Phase::Core),
            ("", "", Phase::Rest),
        ] {
            assert_eq!(Phase::of(category, event_type), phase, "{category} {event_type}");
        }
    }
}
