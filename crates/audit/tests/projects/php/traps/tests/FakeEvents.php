<?php

declare(strict_types=1);

namespace Acme\Tests;

final class FakeEvents
{
    public const STARTED = 'fake.started';
    public const ENDED = 'fake.ended';
}
