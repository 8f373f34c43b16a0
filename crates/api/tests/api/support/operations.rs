//! All operations, read from the OpenAPI document, for tests that cover every call.

use http::Method;
use serde_json::Value;

/// The OpenAPI document as JSON.
pub(crate) fn document() -> Value {
    serde_json::to_value(api::openapi()).unwrap()
}

/// A method and a path with its parameters in braces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) path: String,
    pub(crate) method: String,
}

impl Operation {
    /// All operations, in order.
    pub(crate) fn all() -> Vec<Self> {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let of = |(path, item): (&String, &Value)| {
            let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
            let there = methods.into_iter().filter(|method| item.get(method).is_some());
            there.map(|method| Self { path: path.clone(), method: method.to_uppercase() }).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = paths.iter().flat_map(of).collect();
        all.sort();
        all
    }

    /// Such as `GET /api/v1/events/{id}`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn method(&self) -> Method {
        self.method.parse().unwrap()
    }

    /// The path with `id` in the place of its parameter, and 1 in that of a further one.
    pub(crate) fn with(&self, id: &str) -> String {
        let (mut path, mut value) = (self.path.clone(), id);
        while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
            path.replace_range(start..=end, value);
            value = "1";
        }
        path
    }
}
