//! Scripts in real worker processes.

mod everyday;
mod hostile;
mod numbers;
mod pool;
mod support;
