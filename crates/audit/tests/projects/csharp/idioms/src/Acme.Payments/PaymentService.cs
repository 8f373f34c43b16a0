using System.Threading.Tasks;
using Acme.Common;
using Topics = Acme.Payments.PaymentTopics;

namespace Acme.Payments;

internal static class PaymentTopics
{
    public const string Captured = "payment.captured";
    public const int MaxRetries = 5;
}

public class PaymentService
{
    private const string Refunded = "payment.refunded";

    private readonly IEventBus _bus;

    public PaymentService(IEventBus bus) => _bus = bus;

    public Task CaptureAsync(string id) => _bus.PublishAsync(PaymentTopics.Captured, new { id });

    public Task RecaptureAsync(string id) => _bus.PublishAsync(Topics.Captured, new { id, again = true });

    public async Task RefundAsync(string id)
    {
        await _bus.PublishAsync(Refunded, new { id }).ConfigureAwait(false);
    }

    public async Task ReconcileAsync(string id)
    {
        foreach (var step in new[] { WebhookEvent.PaymentDisputed, WebhookEvent.PaymentSettled })
        {
            await _bus.PublishAsync(step, new { id });
        }
    }
}
