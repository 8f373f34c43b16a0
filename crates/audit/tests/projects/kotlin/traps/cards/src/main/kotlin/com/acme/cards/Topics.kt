package com.acme.cards

internal object Topics {
    const val UPDATED = "card.updated"
}
