using System.Threading.Tasks;
using Acme.Common;

namespace Acme.Customers;

/// <summary>First hop: writes a line and hands the event on.</summary>
public class CustomerJournal
{
    private readonly IEventBus _bus;

    public CustomerJournal(IEventBus bus) => _bus = bus;

    public async Task WriteAsync(string customerId, WebhookEvent what)
    {
        await _bus.EmitForAsync(customerId, what);
    }
}
