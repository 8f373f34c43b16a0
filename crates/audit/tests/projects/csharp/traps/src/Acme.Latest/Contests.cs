using System.Threading.Tasks;
using Acme.Events;

namespace Acme.Latest;

/// <summary>Neither the folder nor the file is a test.</summary>
public class Contests
{
    private readonly EventBus _bus;

    public Contests(EventBus bus) => _bus = bus;

    public Task FinishAsync(string winner) => _bus.PublishAsync(WebhookEvents.ContestWon, new { winner });
}
