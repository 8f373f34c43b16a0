using System.Threading.Tasks;
using Acme.Hooks;

namespace Acme.Usage;

public class UsageMeter
{
    private readonly WebhookBus _bus;

    public UsageMeter(WebhookBus bus) => _bus = bus;

    public Task ReportAsync(string workspaceId, int amount) =>
        _bus.PublishAsync(WebhookEvents.UsageReported, new { amount }, workspaceId);
}
