using System.Collections.Generic;
using System.Threading.Tasks;
using Acme.Common;

namespace Acme.Billing
{
    public class InvoiceService
    {
        private readonly IEventBus _bus;
        private readonly InvoiceNotifier _notifier;

        public InvoiceService(IEventBus bus, InvoiceNotifier notifier)
        {
            _bus = bus;
            _notifier = notifier;
        }

        public async Task CreateAsync(string id)
        {
            await _bus.PublishAsync(WebhookEvent.InvoiceCreated, new { id });
        }

        public async Task UpdateAsync(string id)
        {
            var type = WebhookEvent.InvoiceUpdated.GetValue();
            await _bus.PublishAsync(type, new { id });
        }

        public async Task SettleAsync(string id, bool ok)
        {
            WebhookEvent outcome;
            if (ok)
                outcome = WebhookEvent.InvoicePaid;
            else
                outcome = WebhookEvent.PaymentFailed;

            await _bus.PublishAsync(outcome, new { id });
        }

        public Task CloseAsync(string id, bool hopeless) =>
            _bus.PublishAsync(
                payload: new { id, previous = "draft" },
                eventType: hopeless ? WebhookEvent.InvoiceWrittenOff : WebhookEvent.InvoiceVoided);

        public Task FinalizeAsync(string id)
        {
            return _bus.PublishAsync(new Event { Type = "invoice.finalized", Payload = new { id } });
        }

        public async Task ChaseAsync(List<string> ids)
        {
            foreach (var id in ids)
            {
                await _notifier.NotifyOverdueAsync(id);
            }

            ids.ForEach(_notifier.NotifyReminder);
        }
    }
}
