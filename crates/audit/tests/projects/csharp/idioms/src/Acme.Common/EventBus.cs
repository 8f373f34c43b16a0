using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Acme.Common;

public record Event
{
    public Event()
    {
    }

    public Event(string type, object? payload)
    {
        Type = type;
        Payload = payload;
    }

    public string Type { get; init; } = "";

    public object? Payload { get; init; }
}

public interface IEventBus
{
    Task PublishAsync(string eventType, object? payload = null, CancellationToken ct = default);

    Task PublishAsync(WebhookEvent eventType, object? payload = null, CancellationToken ct = default);

    Task PublishAsync(Event evt, CancellationToken ct = default);
}

public sealed class EventBus : IEventBus
{
    private readonly List<Event> _outbox = new();

    public Task PublishAsync(string eventType, object? payload = null, CancellationToken ct = default)
    {
        _outbox.Add(new Event(eventType, payload));
        return Task.CompletedTask;
    }

    public Task PublishAsync(WebhookEvent eventType, object? payload = null, CancellationToken ct = default)
    {
        _outbox.Add(new Event(eventType.GetValue(), payload));
        return Task.CompletedTask;
    }

    public Task PublishAsync(Event evt, CancellationToken ct = default)
    {
        _outbox.Add(evt);
        return Task.CompletedTask;
    }
}
