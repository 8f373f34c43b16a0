namespace Acme.Security;

/// <summary>Scopes look like event types, nobody publishes them.</summary>
public static class Permissions
{
    public const string InvoiceRead = "invoice.read";
    public const string InvoiceWrite = "invoice.write";
    public const string CardRead = "card.read";
    public const string CardWrite = "card.write";
}
