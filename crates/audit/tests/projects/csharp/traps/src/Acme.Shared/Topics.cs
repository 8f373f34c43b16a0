namespace Acme.Shared;

public static class Topics
{
    public const string Updated = "card.replaced";
}
