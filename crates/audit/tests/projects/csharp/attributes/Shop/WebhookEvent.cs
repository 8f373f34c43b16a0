namespace Shop;

public enum WebhookEvent
{
    [EnumMember(Value = "order.created")]
    OrderCreated = 1,

    [Description("order.paid")]
    OrderPaid = 2,

    [JsonStringEnumMemberName("order.lost")]
    OrderLost = 3,
}
