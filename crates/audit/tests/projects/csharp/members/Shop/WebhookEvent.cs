namespace Shop;

public enum WebhookEvent
{
    OrderCreated,
    OrderPaid = 5,
    OrderLost,
}
