pub mod topics {
    pub const UPDATED: &str = "card.replaced";
}
