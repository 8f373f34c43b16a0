using System.Threading.Tasks;
using Acme.Hooks;

namespace Acme.Billing;

public class InvoiceService
{
    private readonly WebhookBus _bus;

    public InvoiceService(WebhookBus bus) => _bus = bus;

    public async Task CreateAsync(string owner, string id)
    {
        await _bus.PublishAsync(WebhookEvents.InvoiceCreated, new { id }, tenantId: owner);
    }

    public async Task PayAsync(string owner, string id)
    {
        await _bus.PublishAsync(WebhookEvents.InvoicePaid, new { id, TenantId = owner });
    }

    public async Task CancelAsync(string id)
    {
        await _bus.PublishAsync(WebhookEvents.InvoiceVoided, new { id });
    }

    public async Task CloseAllAsync(string id)
    {
        await _bus.PublishAsync(WebhookEvents.AccountClosed, new { id });
    }
}
