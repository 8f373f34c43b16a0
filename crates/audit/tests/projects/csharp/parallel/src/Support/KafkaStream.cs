using System.Collections.Generic;
using System.Threading.Tasks;

namespace Acme.Support;

/// <summary>The support team's own Kafka topic, webhooks never see it.</summary>
public class KafkaStream
{
    private readonly List<object> _buffer = new();

    public Task EmitAsync(SupportEvent eventType, object payload)
    {
        _buffer.Add(new { eventType, payload });
        return Task.CompletedTask;
    }
}
