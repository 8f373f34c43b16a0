using System;
using System.Threading.Tasks;
using Acme.Events;
using static Acme.Events.WebhookEvents;

namespace Acme.Billing;

public enum InvoiceState
{
    Open,
    Parked,
}

public partial class InvoiceService
{
    private readonly EventBus _bus;

    public InvoiceService(EventBus bus) => _bus = bus;

    public async Task CreateAsync(string id)
    {
        var ignored = InvoiceReceived;
        await _bus.PublishAsync(InvoiceCreated, new { id, length = ignored.Length });
        EmitIndexed(id);
        // EmitCredited(id);
    }

    private void EmitCredited(string id)
    {
        _ = _bus.PublishAsync(InvoiceCredited, new { id });
    }

    // Two helpers that only call each other.
    public async Task NotifySentAsync(string id, int depth)
    {
        await _bus.PublishAsync(InvoiceSent, new { id });
        await NotifyViewedAsync(id, depth - 1);
    }

    public async Task NotifyViewedAsync(string id, int depth)
    {
        await _bus.PublishAsync(InvoiceViewed, new { id });
        if (depth > 0)
        {
            await NotifySentAsync(id, depth - 1);
        }
    }

    private async Task SplitAgainAsync(string id, int parts)
    {
        await _bus.PublishAsync(InvoiceSplit, new { id });
        if (parts > 1)
        {
            await SplitAgainAsync(id, parts - 1);
        }
    }

    public async Task RaiseDisputeAsync(string id)
    {
        await SendDisputedAsync(id);
        await RelayAsync(id, InvoiceExported);
    }

    private Task SendDisputedAsync(string id) => _bus.PublishAsync(InvoiceDisputed, new { id });

    [Obsolete("use SplitAsync")]
    public Task EmitConsolidatedAsync(string id) => _bus.PublishAsync(InvoiceConsolidated, new { id });

    public Task LegacySyncAsync(string id) => _bus.PublishAsync(InvoiceSynced, new { id });

    public Task WithholdAsync(string id) => _bus.PublishAsync(InvoiceHeld, new { id });

    public Task ApproveAsync(string id) => RelayAsync(id, InvoiceApproved);

    private Task RelayAsync(string id, string InvoiceFlagged) => _bus.PublishAsync(InvoiceFlagged, new { id });

    public Task ApproveAllAsync(string id) => _bus.PublishAsync("invoice.approve", new { id });

    public Task ReceiveAsync(string id) => _bus.PublishAsync("invoice.recieved", new { id });

    public Task TokenizeAsync(string id) => _bus.PublishAsync("invoice.tokenized", new { id });

    public Task MoveAsync(string id, InvoiceState state) =>
        _bus.PublishAsync($"invoice.{state.ToString().ToLowerInvariant()}", new { id });
}
