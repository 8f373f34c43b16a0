<?php

namespace App\Enums;

enum WebhookEvent: string
{
    case OrderCreated = 'order.created';
    case OrderPaid = 'order.paid';
    case OrderLost = 'order.lost';
}
