using System.Threading.Tasks;

namespace Acme.Refunds;

public class Desk
{
    public Desk Events => this;

    public string WebhookEvents => "refund desk";
}

public class RefundService
{
    private readonly global::Acme.Events.EventBus _bus;

    private static Desk Acme { get; } = new();

    public RefundService(global::Acme.Events.EventBus bus) => _bus = bus;

    public Task RejectAsync(string id) => _bus.PublishAsync(global::Acme.Events.WebhookEvents.RefundRejected, new { id });

    public string Named() => Acme.Events.WebhookEvents;
}

public class PaidRefunds
{
    private readonly Acme.Events.EventBus _bus;

    public PaidRefunds(Acme.Events.EventBus bus) => _bus = bus;

    public Task OpenAsync(string id) => _bus.PublishAsync(Acme.Events.WebhookEvents.RefundOpened, new { id });

    public Task PayAsync(string id)
    {
        const string evt = Acme.Events.WebhookEvents.RefundPaid;
        return _bus.PublishAsync(evt, new { id });
    }
}
