<?php

namespace App\Observers;

use App\Jobs\WebhookHandler;
use App\Models\Webhook;

class ClientObserver
{
    public function created(Client $client): void
    {
        WebhookHandler::dispatch(Webhook::EVENT_CREATE_CLIENT, $client);
    }

    public function updated(Client $client): void
    {
        $event = Webhook::EVENT_CREATE_INVOICE;

        if ($client->is_deleted) {
            $event = Webhook::EVENT_DELETE_CLIENT;
        }

        WebhookHandler::dispatch($event, $client);
    }
}
