namespace Acme.Cards;

internal static class Topics
{
    public const string Updated = "card.updated";
}
