<?php

declare(strict_types=1);

require __DIR__ . '/../vendor/autoload.php';

use Acme\Common\EventBus;
use Acme\Common\WebhookEvent;

$bus = new EventBus();
$bus->publish(WebhookEvent::SystemStarted->value, ['version' => '1.4']);
