//! Query parameters that are declared once: their names, types and descriptions give both the reading and the OpenAPI
//! document.

use super::Query;
use crate::problem::Problem;
use utoipa::openapi::{
    RefOr, Required,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::Schema,
};

/// The type of a parameter.
pub(crate) trait ParameterValue: Sized {
    fn schema() -> RefOr<Schema>;

    /// Parses a value; the fault names the parameter `name`.
    fn parse(name: &str, text: &str) -> Result<Self, Problem>;
}

/// A set of parameters; [`parameters!`] declares one.
pub(crate) trait Parameters: Sized {
    fn read(query: &Query) -> Result<Self, Problem>;

    fn documented() -> Vec<Parameter>;
}

impl Parameters for () {
    fn read(_: &Query) -> Result<Self, Problem> {
        Ok(())
    }

    fn documented() -> Vec<Parameter> {
        Vec::new()
    }
}

impl<A: Parameters, B: Parameters> Parameters for (A, B) {
    fn read(query: &Query) -> Result<Self, Problem> {
        Ok((A::read(query)?, B::read(query)?))
    }

    fn documented() -> Vec<Parameter> {
        [A::documented(), B::documented()].concat()
    }
}

/// Reads a parameter by its first name that has a value; faults give the first of all names.
pub(crate) fn read<T: ParameterValue>(query: &Query, names: &[&str]) -> Result<Option<T>, Problem> {
    let name = names.first().copied().unwrap_or_default();
    names.iter().find_map(|name| query.text(name)).map(|text| T::parse(name, text)).transpose()
}

/// A parameter in the OpenAPI document, with its further names.
pub(crate) fn document<T: ParameterValue>(names: &[&str], description: &str) -> Vec<Parameter> {
    let of = |(index, name): (usize, &&str)| match index {
        0 => parameter(name, T::schema(), description.trim()),
        _ => parameter(name, T::schema(), &format!("Alias of `{}`", names[0])),
    };
    names.iter().enumerate().map(of).collect()
}

/// An optional query parameter.
pub(super) fn parameter(name: &str, schema: RefOr<Schema>, description: &str) -> Parameter {
    let description = (!description.is_empty()).then(|| description.trim_end_matches('.'));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(description)
        .schema(Some(schema))
        .build()
}

/// Declares a struct of optional parameters, each with its names in the query. It is an extractor, and stands in the
/// `params` of an endpoint.
macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $text:literal])+ $field:ident: $type:ty = $($param:literal)|+;)+ }) => {
        $(#[$doc])*
        pub(crate) struct $name {
            $($(#[doc = $text])+ pub(crate) $field: Option<$type>,)+
        }

        impl $crate::query::parameters::Parameters for $name {
            fn read(query: &$crate::query::Query) -> Result<Self, $crate::problem::Problem> {
                Ok(Self { $($field: $crate::query::parameters::read(query, &[$($param),+])?,)+ })
            }

            fn documented() -> Vec<utoipa::openapi::path::Parameter> {
                let all = [
                    $($crate::query::parameters::document::<$type>(&[$($param),+], concat!($($text),+)),)+
                ];
                all.concat()
            }
        }

        impl utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                <Self as $crate::query::parameters::Parameters>::documented()
            }
        }

        impl<S: Send + Sync> axum::extract::FromRequestParts<S> for $name {
            type Rejection = $crate::problem::Problem;

            async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
                <Self as $crate::query::parameters::Parameters>::read(&$crate::query::Query::of(parts))
            }
        }
    };
}

pub(crate) use parameters;
