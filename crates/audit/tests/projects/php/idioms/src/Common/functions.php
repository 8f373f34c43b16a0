<?php

declare(strict_types=1);

namespace Acme\Common;

function publish_event(string $type, array $payload = []): void
{
    Bus::publish($type, $payload);
}
