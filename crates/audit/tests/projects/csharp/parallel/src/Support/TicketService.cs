using System.Threading.Tasks;
using Acme.Hooks;

namespace Acme.Support;

public class TicketService
{
    private readonly KafkaStream _stream;
    private readonly WebhookBus _bus;

    public TicketService(KafkaStream stream, WebhookBus bus)
    {
        _stream = stream;
        _bus = bus;
    }

    public async Task OpenAsync(string id)
    {
        await _stream.EmitAsync(SupportEvent.Created, new { id });
    }

    public async Task AssignAsync(string id, bool urgent)
    {
        await _stream.EmitAsync(urgent ? SupportEvent.Escalated : SupportEvent.Assigned, new { id });
    }

    public async Task CloseAsync(string tenantId, string id)
    {
        await _stream.EmitAsync(SupportEvent.Closed, new { id });
        await _bus.PublishAsync(WebhookEvents.TicketClosed, new { id }, tenantId);
    }
}
