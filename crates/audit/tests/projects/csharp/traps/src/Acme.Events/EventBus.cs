using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Acme.Events;

/// <summary>The bus behind the customers' webhooks.</summary>
/// <example>
/// <code>
/// await bus.PublishAsync("subscription.resumed", new { id });
/// await bus.PublishAsync(WebhookEvents.SubscriptionResumed, payload);
/// </code>
/// </example>
public class EventBus
{
    private readonly List<object> _outbox = new();
    private readonly Dictionary<string, Action<object>> _handlers = new();

    public Task PublishAsync(string eventType, object payload)
    {
        _outbox.Add(new { eventType, payload });
        return Task.CompletedTask;
    }

    public void On(string eventType, Action<object> handler) => _handlers[eventType] = handler;

    public void Subscribe(string eventType, Action<object> handler) => On(eventType, handler);
}
