<?php

declare(strict_types=1);

namespace Acme\Customers;

use Acme\Common\WebhookEvent;
use function Acme\Common\publish_event;

function customer_logged_in(string $id): void
{
    publish_event(WebhookEvent::CustomerLoggedIn->value, ['id' => $id]);
}
