<?php

namespace App\Enums;

enum WebhookEvent
{
    case OrderCreated;
    case OrderPaid;
    case OrderLost;
}
