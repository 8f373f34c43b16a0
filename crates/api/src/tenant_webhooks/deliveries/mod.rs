//! Deliveries of the tenant API.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod retry;
pub(crate) mod shown;

use crate::{
    App,
    problem::{Problem, kinds::NoSuchDelivery},
};
use model::{Delivery, DeliveryId, TenantId};

fn missing(id: &str) -> Problem {
    NoSuchDelivery::problem(format!("Delivery not found: {id}"))
}

async fn find(app: &App, tenant: &TenantId, id: &str) -> Result<Delivery, Problem> {
    let parsed = DeliveryId::parse(id).map_err(|_| missing(id))?;
    app.store.delivery(tenant, parsed).await?.ok_or_else(|| missing(id))
}
