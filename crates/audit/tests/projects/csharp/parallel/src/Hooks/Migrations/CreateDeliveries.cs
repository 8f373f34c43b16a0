using Acme.Data;

namespace Acme.Hooks.Migrations;

public class CreateDeliveries
{
    public void Up(IDb db)
    {
        db.Execute("CREATE TABLE webhook_deliveries (id BIGINT, event_type TEXT DEFAULT 'usage.purged', body TEXT)");
        db.Execute("CREATE TABLE webhook_outbox (id BIGINT, event_type TEXT)");
    }
}
