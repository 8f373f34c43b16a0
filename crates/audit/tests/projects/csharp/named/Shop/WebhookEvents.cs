namespace Shop;

public static class WebhookEvents
{
    public const string OrderCreated = nameof(OrderCreated);
    public const string OrderPaid = nameof(WebhookEvents.OrderPaid);
    public const string OrderLost = nameof(OrderLost);
}
