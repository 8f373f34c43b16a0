using System.Collections.Generic;
using Acme.Data;
using Acme.Hooks;

namespace Acme.Billing;

public class DeliveryRepairs
{
    private readonly IDb _db;

    public DeliveryRepairs(IDb db) => _db = db;

    public void Refund(string body)
    {
        _db.Execute("INSERT INTO webhook_deliveries (event_type, body) VALUES ('invoice.refunded', @body)", new { body });
    }

    public void Resend(string body)
    {
        _db.Execute(
            @"insert into hooks.webhook_deliveries (event_type, body)
              values (@type, @body)",
            new { type = WebhookEvents.InvoicePaid, body });
    }

    public void Export(long id)
    {
        _db.Execute("UPDATE webhook_outbox SET event_type = @type WHERE id = @id", new { id, type = "invoice.exported" });
    }

    public void ResetUsage(string body)
    {
        _db.Execute(
            """
            INSERT INTO webhook_event_queue (event_type, body)
            VALUES ('usage.reset', @body)
            """,
            new { body });
    }

    public IEnumerable<dynamic> Inspect()
    {
        // _db.Execute("INSERT INTO webhook_deliveries (event_type) VALUES ('usage.purged')");
        _db.Execute("INSERT INTO webhook_endpoints (url, note) VALUES ('https://a.example', 'usage.purged')");
        _db.Execute("INSERT INTO mail_deliveries (kind) VALUES ('usage.purged')");
        return _db.Query("SELECT * FROM webhook_deliveries WHERE event_type = 'usage.purged'");
    }
}
