<?php

namespace App\Providers;

use App\Events\OrderLostEvent;
use App\Events\OrderShippedEvent;
use App\Listeners\SendLostWebhook;
use App\Listeners\SendShippedWebhook;

class EventServiceProvider extends ServiceProvider
{
    protected $listen = [
        OrderShippedEvent::class => [SendShippedWebhook::class],
        OrderLostEvent::class => [SendLostWebhook::class],
    ];
}
