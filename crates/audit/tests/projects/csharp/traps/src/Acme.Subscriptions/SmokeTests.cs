using System.Threading.Tasks;
using Acme.Events;

namespace Acme.Subscriptions;

internal class SmokeTests
{
    private readonly EventBus _bus = new();

    public async Task Downgrades()
    {
        await _bus.PublishAsync(WebhookEvents.SubscriptionDowngraded, new { id = "s1" });
    }
}
