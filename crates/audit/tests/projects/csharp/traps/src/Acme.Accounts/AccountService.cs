using System.Data.Common;
using System.Threading.Tasks;
using Acme.Events;
using Microsoft.Extensions.Logging;
using Ev = Acme.Events.WebhookEvents;

namespace Acme.Accounts;

public class AccountService
{
    private readonly EventBus _bus;
    private readonly ILogger<AccountService> _logger;

    public AccountService(EventBus bus, ILogger<AccountService> logger)
    {
        _bus = bus;
        _logger = logger;
    }

    public void Close(string id) => EmitDone(id);

    private void EmitDone(string id)
    {
        _ = _bus.PublishAsync(Ev.AccountClosed, new { id });
    }

    public void Rename(string id)
    {
        var type = Ev.PayoutCreated;
        _logger.LogInformation(type);
    }

    public async Task ChangeAsync(string id)
    {
        var type = Ev.AccountChanged;
        _logger.LogInformation("subscription.resumed");
        await _bus.PublishAsync(type, new { id, previous = Ev.PayoutAmended });
    }

    public async Task ReplayAsync(DbDataReader row)
    {
        var type = row.GetString(0);
        await _bus.PublishAsync(type, new { replayed = true });
    }

    public async Task RebuildAsync(DbDataReader row)
    {
        await _bus.PublishAsync($"account.{row["status"]}", new { rebuilt = true });
    }
}

public class AccountLocks
{
    private readonly EventBus _bus;

    public AccountLocks(EventBus bus) => _bus = bus;

    private void EmitDone(string id)
    {
        _ = _bus.PublishAsync(Ev.AccountLocked, new { id });
    }

    public Task BroadcastRenameAsync(string id) => _bus.PublishAsync(Ev.AccountRenamed, new { id });
}
