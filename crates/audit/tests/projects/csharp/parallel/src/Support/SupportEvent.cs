using System.Runtime.Serialization;

namespace Acme.Support;

public enum SupportEvent
{
    [EnumMember(Value = "ticket.created")]
    Created,
    [EnumMember(Value = "ticket.closed")]
    Closed,
    [EnumMember(Value = "ticket.assigned")]
    Assigned,
    [EnumMember(Value = "ticket.escalated")]
    Escalated,
    [EnumMember(Value = "ticket.tagged")]
    Tagged,
}
