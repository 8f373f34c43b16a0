package com.acme.shared

object Topics {
    const val UPDATED = "card.replaced"
}
