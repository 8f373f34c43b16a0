using System.Threading.Tasks;
using Acme.Events;
using Xunit;

namespace Acme.Subscriptions.Tests;

public class SubscriptionServiceTests
{
    private readonly EventBus _bus = new();

    [Fact]
    public async Task TrialEnds()
    {
        var service = new SubscriptionService(_bus);
        await service.EmitTrialEndedAsync("s1");
    }

    [Fact]
    public async Task Upgrades()
    {
        await _bus.PublishAsync(WebhookEvents.SubscriptionUpgraded, new { id = "s1" });
        await _bus.PublishAsync("subscription.gifted", new { id = "s1" });
    }
}
