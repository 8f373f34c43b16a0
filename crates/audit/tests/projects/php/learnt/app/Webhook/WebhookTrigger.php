<?php

namespace App\Webhook;

enum WebhookTrigger: int
{
    case STORE_BUDGET = 100;
    case UPDATE_BUDGET = 101;
    case DESTROY_BUDGET = 102;
    case STORE_LIMIT = 110;
    case DESTROY_LIMIT = 111;
}
