using System.Threading.Tasks;
using Acme.Events;

namespace Acme.Subscriptions;

public class SubscriptionService
{
    private const string Snippet = @"await bus.PublishAsync(""subscription.expired"", null);
        await bus.PublishAsync(WebhookEvents.SubscriptionExpired, null);";

    private const string Docs = """
        Do it yourself:
            await bus.PublishAsync("subscription.renewed", payload);
            await bus.PublishAsync(WebhookEvents.SubscriptionRenewed, payload);
        """;

    private readonly EventBus _bus;

    public SubscriptionService(EventBus bus) => _bus = bus;

    public string Help() => Snippet + Docs;

    public async Task CreateAsync(string id)
    {
        // await _bus.PublishAsync(WebhookEvents.SubscriptionPaused, new { id });
        /*
        await _bus.PublishAsync("subscription.paused", new { id });
        */
        var folder = @"C:\exports\";
        await _bus.PublishAsync(WebhookEvents.SubscriptionCreated, new { id, folder }); // "subscription.paused"
    }

    /// <summary>Nobody calls it.</summary>
    public async Task EmitTrialEndingAsync(string id)
    {
        await _bus.PublishAsync(WebhookEvents.SubscriptionTrialEnding, new { id });
    }

    public async Task EmitTrialEndedAsync(string id)
    {
        await _bus.PublishAsync(WebhookEvents.SubscriptionTrialEnded, new { id });
    }
}
