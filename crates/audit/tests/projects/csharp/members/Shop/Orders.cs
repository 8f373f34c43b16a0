namespace Shop;

public class Orders
{
    private readonly WebhookBus _bus;

    public async Task Create(Order order)
    {
        await _bus.PublishAsync(WebhookEvent.OrderCreated.ToString(), order);
    }

    public async Task Pay(Order order)
    {
        await _bus.PublishAsync(nameof(WebhookEvent.OrderPaid), order);
    }
}
