using Acme.Data;

namespace Acme.Billing.Tests;

public class DeliveryRepairsTests
{
    public void Seeds(IDb db)
    {
        db.Execute("INSERT INTO webhook_deliveries (event_type, body) VALUES ('usage.purged', '{}')");
    }
}
