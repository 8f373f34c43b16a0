//! Rules about names, strings, URLs and SQL. All stages use them; they depend on no stage.

pub(crate) mod events;
pub(crate) mod path;
pub(crate) mod similar;
pub(crate) mod sql;
pub(crate) mod url;
pub(crate) mod verbs;
