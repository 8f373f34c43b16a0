using System.Linq;
using System.Reflection;
using System.Runtime.Serialization;
using System.Threading.Tasks;

namespace Acme.Common;

public static class WebhookEventExtensions
{
    public static string GetValue(this WebhookEvent e) =>
        typeof(WebhookEvent).GetMember(e.ToString()).Single().GetCustomAttribute<EnumMemberAttribute>()!.Value!;

    /// <summary>Second hop for everything that concerns one record.</summary>
    public static Task EmitForAsync(this IEventBus bus, string id, WebhookEvent type)
    {
        return bus.PublishAsync(type.GetValue(), new { id });
    }
}
