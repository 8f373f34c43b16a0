using System;
using System.Threading.Tasks;
using Acme.Events;

namespace Acme.Payouts;

// One name, several variables: each block has its own.
public class Scopes
{
    private readonly EventBus _bus;

    public Scopes(EventBus bus) => _bus = bus;

    public async Task Early(bool quiet, string id)
    {
        if (quiet)
        {
            var type = WebhookEvents.SubscriptionPaused;
            Console.WriteLine(type);
        }
        else
        {
            var type = WebhookEvents.SubscriptionCreated;
            await _bus.PublishAsync(type, new { id });
        }
    }

    public async Task Siblings(string id)
    {
        foreach (var type in new[] { WebhookEvents.SubscriptionResumed, WebhookEvents.SubscriptionExpired })
        {
            Console.WriteLine(type);
        }
        using (var log = Console.OpenStandardOutput())
        {
            var type = WebhookEvents.InvoiceCreated;
            if (id == "")
            {
                type = WebhookEvents.InvoiceHeld;
            }
            Func<Task> later = () => _bus.PublishAsync(type, new { id });
            await later();
        }
        try
        {
            var type = WebhookEvents.SubscriptionRenewed;
            Console.WriteLine(type);
        }
        catch (Exception)
        {
            var type = WebhookEvents.AccountClosed;
            await _bus.PublishAsync(type, new { id });
        }
    }
}
