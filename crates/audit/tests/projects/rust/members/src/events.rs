#[derive(Debug, Clone, Copy)]
pub enum WebhookEvent {
    OrderCreated,
    OrderPaid { id: u64 },
    OrderLost(u64),
}
