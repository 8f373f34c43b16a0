using System.Collections.Generic;
using System.Threading.Tasks;
using Acme.Common;

namespace Acme.Orders;

public class OrderWorkflow
{
    private static readonly Dictionary<string, WebhookEvent> Steps = new()
    {
        ["pack"] = WebhookEvent.OrderPacked,
        ["ship"] = WebhookEvent.OrderShipped,
    };

    private static readonly Dictionary<string, WebhookEvent?> Ends = new Dictionary<string, WebhookEvent?>
    {
        { "door", WebhookEvent.OrderDelivered },
        { "counter", WebhookEvent.OrderCancelled },
    };

    private readonly IEventBus _bus;

    public OrderWorkflow(IEventBus bus)
    {
        _bus = bus;
    }

    public async Task PlaceAsync(string id)
    {
        await this._bus.PublishAsync(eventType: "order.placed", payload: new { id });
    }

    public Task PackAsync(string id) => _bus.PublishAsync(Steps["pack"], new { id });

    public Task AdvanceAsync(string id, string step) => _bus.PublishAsync(Steps[step], new { id });

    public Task ForceAsync(string id, string step) =>
        _bus.PublishAsync(Steps.GetValueOrDefault(step, WebhookEvent.OrderOnHold), new { id });

    public Task EndAsync(string id, string how) =>
        _bus.PublishAsync(Ends[how] ?? WebhookEvent.OrderReturned, new { id });

    public async Task FinishAsync(string id, string how)
    {
        await _bus.PublishAsync(
            how switch
            {
                "door" or "box" => WebhookEvent.OrderDelivered,
                _ => WebhookEvent.OrderReturned,
            },
            new { id });
    }

    public async Task CancelAsync(string id, int reason)
    {
        string type;
        switch (reason)
        {
            case 1:
                type = "order.cancelled";
                break;
            default:
                type = WebhookEvent.OrderOnHold.GetValue();
                break;
        }

        await _bus.PublishAsync(type, new { id });
    }
}
