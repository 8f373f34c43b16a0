namespace Shop;

public class WebhookBus
{
    public Task PublishAsync(WebhookEvent eventType, object data) => Outbox.Add(eventType, data);
}
