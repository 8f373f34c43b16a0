using System.Net.Http;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Svix;
using Svix.Models;

namespace Shop;

public static class WebhookEvents
{
    public const string InvoiceCreated = "invoice.created";
    public const string InvoicePaid = "invoice.paid";
    public const string InvoiceVoided = "invoice.voided";
    public const string OrderPlaced = "order.placed";
    public const string OrderPacked = "order.packed";
    public const string UserCreated = "user.created";
    public const string PageViewed = "page.viewed";
}

public class Publisher
{
    private readonly HttpClient _http;
    private readonly string _base;

    public Publisher(HttpClient http, string url)
    {
        _http = http;
        _base = url;
    }

    public async Task AsJson(object invoice)
    {
        await _http.PostAsJsonAsync($"{_base}/api/v1/events", new { type = WebhookEvents.InvoiceCreated, data = invoice }); // site invoice.created
    }

    public async Task AsString(object invoice)
    {
        var content = new StringContent(JsonSerializer.Serialize(new { type = "invoice.paid", data = invoice }), Encoding.UTF8, "application/json");
        await _http.PostAsync("http://localhost:8090/api/v1/events", content); // site invoice.paid
    }

    public async Task AsMessage(object order)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _base + "/api/v1/events");
        request.Content = JsonContent.Create(new { type = WebhookEvents.OrderPlaced, data = order });
        await _http.SendAsync(request); // site order.placed
    }

    public async Task AsInitializer(object order)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _base + "/api/v1/events")
        {
            Content = JsonContent.Create(new { type = WebhookEvents.OrderPacked, data = order }),
        };
        await _http.SendAsync(request); // site order.packed
    }

    public async Task WithSvix(SvixClient svix)
    {
        await svix.Message.CreateAsync("app_1", new MessageIn { EventType = "user.created" }); // site user.created
    }

    public async Task Elsewhere()
    {
        await _http.PostAsJsonAsync("https://stats.example.com/collect", new { type = WebhookEvents.PageViewed });
    }
}
