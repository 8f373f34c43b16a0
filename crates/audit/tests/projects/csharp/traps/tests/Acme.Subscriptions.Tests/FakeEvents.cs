namespace Acme.Subscriptions.Tests;

internal static class FakeEvents
{
    public const string Started = "fake.started";
    public const string Ended = "fake.ended";
}
