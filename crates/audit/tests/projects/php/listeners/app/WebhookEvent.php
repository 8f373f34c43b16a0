<?php

namespace App\Webhooks;

enum WebhookEvent: string
{
    case OrderShipped = 'order.shipped';
    case OrderLost = 'order.lost';
    case OrderPaid = 'order.paid';
}
