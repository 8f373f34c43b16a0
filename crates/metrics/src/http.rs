//! Requests to the API, by route: handles are held for each route, method and status, so that a request looks no labels up.

use crate::{families, register::Registrar};
use parking_lot::RwLock;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// The methods that are labels; a client may invent others.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const OTHER_METHOD: &str = "other";

/// The label of requests that match no route.
pub const NO_ROUTE: &str = "none";

#[derive(Debug)]
pub(crate) struct HttpRequests {
    requests: IntCounterVec,
    durations: HistogramVec,
    routes: RwLock<HashMap<Box<str>, Arc<Route>>>,
}

#[derive(Debug)]
struct Route {
    duration: Histogram,
    requests: RwLock<Vec<((&'static str, u16), IntCounter)>>,
}

impl HttpRequests {
    pub(crate) fn new(registrar: &mut Registrar) -> Self {
        Self {
            requests: registrar.counter(&families::HTTP_REQUESTS),
            durations: registrar.histogram(&families::HTTP_DURATION),
            routes: RwLock::default(),
        }
    }

    pub(crate) fn count(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or(OTHER_METHOD);
        let known = self.routes.read().get(route).cloned();
        let handles = known.unwrap_or_else(|| {
            let make = || Route { duration: self.durations.with_label_values(&[route]), requests: RwLock::default() };
            self.routes.write().entry(route.into()).or_insert_with(|| Arc::new(make())).clone()
        });
        handles.duration.observe(took.as_secs_f64());
        let key = (method, status);
        if let Some((_, counter)) = handles.requests.read().iter().find(|(known, _)| *known == key) {
            return counter.inc();
        }
        let counter = self.requests.with_label_values(&[method, route, &status.to_string()]);
        counter.inc();
        let mut known = handles.requests.write();
        if !known.iter().any(|(known, _)| *known == key) {
            known.push((key, counter));
        }
    }
}
