<?php

declare(strict_types=1);

namespace Acme\Shared;

class Topics
{
    public const UPDATED = 'card.replaced';
}
