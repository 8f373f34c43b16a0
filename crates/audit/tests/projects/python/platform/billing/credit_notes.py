from billing.events import emit_credit_note_issued


async def issue_credit_note(db, invoice, tenant_id):
    note = await db.add("credit_notes", {"invoice_id": invoice.id}, tenant_id)
    await emit_credit_note_issued(note, tenant_id, db)
    return note
