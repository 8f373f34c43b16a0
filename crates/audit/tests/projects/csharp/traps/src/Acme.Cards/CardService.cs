using System.Collections.Generic;
using System.Threading.Tasks;
using Acme.Events;
using Acme.Shared;
using static Acme.Events.WebhookEvents;

namespace Acme.Cards;

public class CardService
{
    private const string CardExpired = "card.blocked";

    private static readonly Dictionary<string, string> Losses = new()
    {
        ["lost"] = CardLost,
        ["stolen"] = CardStolen,
    };

    private readonly EventBus _bus;

    public CardService(EventBus bus) => _bus = bus;

    public async Task AddAsync(string id)
    {
        var CardAdded = CardRemoved;
        await _bus.PublishAsync(CardAdded, new { id });
    }

    public Task ExpireAsync(string id) => _bus.PublishAsync(CardExpired, new { id });

    public Task UpdateAsync(string id) => _bus.PublishAsync(Topics.Updated, new { id });

    public Task LoseAsync(string id) => _bus.PublishAsync(Losses["lost"], new { id });

    public async Task ActivateAsync(string id)
    {
        /* /* C# comments do not nest */ await _bus.PublishAsync(CardActivated, new { id });
    }

    public async Task FreezeAsync(string id)
    {
        var quote = '"';
        await _bus.PublishAsync(CardFrozen, new { id, quote }); // "
    }

    public async Task IssueAsync(string id)
    {
        var url = $"https://cards.example/{(id == "" ? "/*" : id)}";
        await _bus.PublishAsync(CardIssued, new { id, url }); /* no comment before */
    }
}
