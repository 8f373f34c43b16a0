using Acme.Billing;
using Acme.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<IEventBus, EventBus>();
builder.Services.AddScoped<InvoiceNotifier>();
builder.Services.AddScoped<InvoiceService>();

var app = builder.Build();
var bus = app.Services.GetRequiredService<IEventBus>();

app.MapPost("/invoices/{id}", (string id, InvoiceService invoices) => invoices.CreateAsync(id));

await bus.PublishAsync(WebhookEvent.SystemStarted, new { version = "1.4" });

app.Run();
