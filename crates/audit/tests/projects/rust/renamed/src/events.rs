#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEvent {
    #[serde(rename = "order.created")]
    OrderCreated,
    OrderPaid,
    OrderLost,
}
