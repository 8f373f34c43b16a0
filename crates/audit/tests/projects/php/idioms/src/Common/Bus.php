<?php

declare(strict_types=1);

namespace Acme\Common;

/** Static facade, for code that gets nothing injected. */
final class Bus
{
    private static ?EventBus $instance = null;

    public static function instance(): EventBus
    {
        return self::$instance ??= new EventBus();
    }

    public static function publish(string $eventType, array $payload = []): void
    {
        self::instance()->publish($eventType, $payload);
    }
}
