<?php

namespace Acme\Support;

final class SupportEvents
{
    public const CREATED = 'ticket.created';
    public const CLOSED = 'ticket.closed';
    public const ASSIGNED = 'ticket.assigned';
    public const ESCALATED = 'ticket.escalated';
    public const TAGGED = 'ticket.tagged';
}
