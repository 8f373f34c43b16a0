<?php

declare(strict_types=1);

namespace Acme\Security;

/** Scopes look like event types, nobody publishes them. */
enum Permissions: string
{
    case InvoiceRead = 'invoice.read';
    case InvoiceWrite = 'invoice.write';
    case CardRead = 'card.read';
    case CardWrite = 'card.write';
}
