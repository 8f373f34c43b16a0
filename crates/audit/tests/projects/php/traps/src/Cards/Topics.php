<?php

declare(strict_types=1);

namespace Acme\Cards;

class Topics
{
    public const UPDATED = 'card.updated';
}
