using System.Threading.Tasks;
using Acme.Common;

namespace Acme.Customers;

public class CustomerService
{
    private const string Prefix = "customer";

    private readonly IEventBus _bus;
    private readonly CustomerJournal _journal;

    public CustomerService(IEventBus bus, CustomerJournal journal)
    {
        _bus = bus;
        _journal = journal;
    }

    public async Task SignUpAsync(string id)
    {
        const string type = "customer.created";
        await _bus.PublishAsync(type, new { id });
    }

    public Task MergeAsync(string id, string other) =>
        _bus.PublishAsync($"{Prefix}.merged", new { id, other });

    public Task ChangeTierAsync(string id) => _bus.PublishAsync(Prefix + ".tier_changed", new { id });

    public Task VerifyEmailAsync(string id) => _journal.WriteAsync(id, WebhookEvent.CustomerEmailVerified);

    public async Task RemoveAsync(string id)
    {
        await _bus.EmitForAsync(id, WebhookEvent.CustomerDeleted);
    }

    public Task RenameAsync(string id) => NotifyAsync(id);

    public Task ImportAsync(string id) => NotifyAsync(id, eventType: WebhookEvent.CustomerImported);

    private async Task NotifyAsync(string id, bool quiet = false, WebhookEvent eventType = WebhookEvent.CustomerUpdated)
    {
        if (!quiet)
        {
            await _bus.PublishAsync(eventType, new { id });
        }
    }
}
