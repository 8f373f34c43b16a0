using Acme.Events;

namespace Acme.Billing;

public partial class InvoiceService
{
    private void EmitIndexed(string id)
    {
        _ = _bus.PublishAsync(WebhookEvents.InvoiceIndexed, new { id });
    }
}
