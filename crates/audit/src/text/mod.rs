//! Rules about names, strings and SQL, of which every stage asks and which know no stage.

pub(crate) mod path;
pub(crate) mod similar;
pub(crate) mod sql;
pub(crate) mod url;
pub(crate) mod verbs;
