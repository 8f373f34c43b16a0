//! Tests of the binary as a process: real servers in fresh folders, real receivers on loopback, real signals. They
//! cover properties of whole processes: no acknowledged event is lost by a kill, no request is sent twice after a stop,
//! no receiver delays another, and start-up errors are clear.

mod audit;
mod backlog;
mod clock;
mod commands;
mod connections;
mod crash;
mod file;
mod isolation;
mod logs;
mod memory;
mod nodes;
mod openapi;
mod pause;
mod pipes;
mod readme;
mod receivers;
mod receiving;
mod restore;
mod shutdown;
mod sink;
mod startup;
mod support;
