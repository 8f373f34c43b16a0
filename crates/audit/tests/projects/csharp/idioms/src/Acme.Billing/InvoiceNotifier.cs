using System.Threading.Tasks;
using Acme.Common;
using static Acme.Common.WebhookEvent;

namespace Acme.Billing;

public class InvoiceNotifier(IEventBus bus)
{
    internal async Task NotifyOverdueAsync(string id)
    {
        await bus
            .PublishAsync(InvoiceOverdue, new { id })
            .ConfigureAwait(false);
    }

    internal void NotifyReminder(string id)
    {
        _ = bus.PublishAsync(new Event(InvoiceReminderSent.GetValue(), new { id }));
    }
}
