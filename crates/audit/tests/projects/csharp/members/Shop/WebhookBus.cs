namespace Shop;

public class WebhookBus
{
    public Task PublishAsync(string eventType, object data) => Outbox.Add(eventType, data);
}
