<?php

namespace Acme\Partners;

/** Their own names, but the same bus. */
interface PartnerEvents
{
    public const JOINED = 'partner.joined';
    public const LEFT = 'partner.left';
}
