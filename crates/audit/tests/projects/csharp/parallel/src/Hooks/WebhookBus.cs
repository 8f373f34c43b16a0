using System.Collections.Generic;
using System.Threading.Tasks;

namespace Acme.Hooks;

public class WebhookBus
{
    private readonly List<object?> _outbox = new();

    public Task PublishAsync(string eventType, object payload, string? tenantId = null)
    {
        _outbox.Add(new { eventType, payload, tenantId });
        return Task.CompletedTask;
    }
}
