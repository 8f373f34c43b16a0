using System.Threading;
using System.Threading.Tasks;
using Acme.Events;
using Acme.Jobs;
using Acme.Metrics;
using Microsoft.Extensions.Hosting;

namespace Acme.Payouts;

public class PayoutHandlers : BackgroundService
{
    private readonly EventBus _bus;
    private readonly IMetrics _metrics;

    public PayoutHandlers(EventBus bus, IMetrics metrics)
    {
        _bus = bus;
        _metrics = metrics;
    }

    public void Register()
    {
        _bus.On(WebhookEvents.PayoutCreated, _ => _metrics.Increment("payout.created"));
        _bus.Subscribe("payout.failed", _ => _metrics.Increment(WebhookEvents.PayoutFailed));
    }

    [Handles(WebhookEvents.PayoutFailed)]
    private async Task OnFailedAsync(object payload)
    {
        await _bus.PublishAsync(WebhookEvents.PayoutRetried, payload);
    }

    [CronJob("0 6 * * *")]
    private async Task SendScheduleAsync()
    {
        await NotifyAsync("all", WebhookEvents.PayoutScheduled);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await NotifyAsync("all", type: WebhookEvents.PayoutStarted);
    }

    // Every caller gives a type: the default never holds.
    private Task NotifyAsync(string id, string type = WebhookEvents.PayoutAmended) => _bus.PublishAsync(type, new { id });

    public bool IsFinal(string type) => type == WebhookEvents.PayoutPaid || type is "payout.returned";

    public Task ReportAsync() => _bus.PublishAsync("ledger.balanced", new { });
}
