pub mod webhook_events {
    pub const SUBSCRIPTION_CREATED: &str = "subscription.created";
    pub const SUBSCRIPTION_PAUSED: &str = "subscription.paused";
    pub const SUBSCRIPTION_RESUMED: &str = "subscription.resumed";
    pub const SUBSCRIPTION_EXPIRED: &str = "subscription.expired";
    pub const SUBSCRIPTION_RENEWED: &str = "subscription.renewed";
    pub const SUBSCRIPTION_UPGRADED: &str = "subscription.upgraded";
    pub const SUBSCRIPTION_DOWNGRADED: &str = "subscription.downgraded";
    pub const SUBSCRIPTION_TRIAL_ENDING: &str = "subscription.trial_ending";
    pub const SUBSCRIPTION_TRIAL_ENDED: &str = "subscription.trial_ended";

    pub const INVOICE_CREATED: &str = "invoice.created";
    pub const INVOICE_SENT: &str = "invoice.sent";
    pub const INVOICE_VIEWED: &str = "invoice.viewed";
    pub const INVOICE_DISPUTED: &str = "invoice.disputed";
    pub const INVOICE_CREDITED: &str = "invoice.credited";
    pub const INVOICE_SPLIT: &str = "invoice.split";
    pub const INVOICE_CONSOLIDATED: &str = "invoice.consolidated";
    pub const INVOICE_SYNCED: &str = "invoice.synced";
    pub const INVOICE_HELD: &str = "invoice.held";
    pub const INVOICE_EXPORTED: &str = "invoice.exported";
    pub const INVOICE_APPROVED: &str = "invoice.approved";
    pub const INVOICE_RECEIVED: &str = "invoice.received";
    pub const INVOICE_INDEXED: &str = "invoice.indexed";
    // pub const INVOICE_TOKENIZED: &str = "invoice.tokenized";

    pub const ACCOUNT_CLOSED: &str = "account.closed";
    pub const ACCOUNT_LOCKED: &str = "account.locked";
    pub const ACCOUNT_CHANGED: &str = "account.changed";
    pub const ACCOUNT_RENAMED: &str = "account.renamed";

    pub const CARD_ADDED: &str = "card.added";
    pub const CARD_REMOVED: &str = "card.removed";
    pub const CARD_EXPIRED: &str = "card.expired";
    pub const CARD_BLOCKED: &str = "card.blocked";
    pub const CARD_UPDATED: &str = "card.updated";
    pub const CARD_REPLACED: &str = "card.replaced";
    pub const CARD_ACTIVATED: &str = "card.activated";
    pub const CARD_FROZEN: &str = "card.frozen";
    pub const CARD_ISSUED: &str = "card.issued";
    pub const CARD_LOST: &str = "card.lost";
    pub const CARD_STOLEN: &str = "card.stolen";

    pub const PAYOUT_FAILED: &str = "payout.failed";
    pub const PAYOUT_RETRIED: &str = "payout.retried";
    pub const PAYOUT_CREATED: &str = "payout.created";
    pub const PAYOUT_PAID: &str = "payout.paid";
    pub const PAYOUT_RETURNED: &str = "payout.returned";
    pub const PAYOUT_AMENDED: &str = "payout.amended";
    pub const PAYOUT_SCHEDULED: &str = "payout.scheduled";
    pub const PAYOUT_STARTED: &str = "payout.started";

    pub const CONTEST_WON: &str = "contest.won";

    pub const REFUND_OPENED: &str = "refund.opened";
    pub const REFUND_PAID: &str = "refund.paid";
    pub const REFUND_REJECTED: &str = "refund.rejected";
}

pub fn describe(event_type: &str) -> &str {
    match event_type {
        webhook_events::PAYOUT_PAID => "Money reached the bank",
        "payout.returned" => "The bank gave the money back",
        other => other,
    }
}
