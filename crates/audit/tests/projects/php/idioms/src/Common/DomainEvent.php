<?php

declare(strict_types=1);

namespace Acme\Common;

final class DomainEvent
{
    public function __construct(
        public readonly string $type,
        public readonly array $payload = [],
    ) {
    }
}
