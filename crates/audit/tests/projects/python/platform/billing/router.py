from fastapi import APIRouter, Depends

from billing.credit_notes import issue_credit_note
from billing.invoice_service import InvoiceService
from billing.payment_service import PaymentService

router = APIRouter(prefix="/billing")


@router.post("/invoices")
async def create_invoice(data: dict, tenant_id: str, service: InvoiceService = Depends()):
    return await service.create_invoice(data, tenant_id)


@router.post("/invoices/{invoice_id}/void")
async def void_invoice(invoice_id: str, tenant_id: str, service: InvoiceService = Depends()):
    """Voids the invoice and publishes `invoice.voided` (and, one day, `credit_note.created`)."""
    await service.void_invoice(await service.db.get("invoices", invoice_id), tenant_id)


@router.post("/invoices/{invoice_id}/charge")
async def charge(invoice_id: str, tenant_id: str, service: PaymentService = Depends()):
    return await service.charge(await service.db.get("invoices", invoice_id), tenant_id)


@router.post("/invoices/{invoice_id}/credit")
async def credit(invoice_id: str, tenant_id: str, service: InvoiceService = Depends()):
    return await issue_credit_note(service.db, await service.db.get("invoices", invoice_id), tenant_id)
