//! Scopes look like event types, nobody publishes them.

pub mod scopes {
    pub const INVOICE_READ: &str = "invoice.read";
    pub const INVOICE_WRITE: &str = "invoice.write";
    pub const CARD_READ: &str = "card.read";
    pub const CARD_WRITE: &str = "card.write";
}
