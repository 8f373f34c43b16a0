//! Tests of the binary as a process: real servers in fresh folders, real receivers on loopback, real signals. They
//! cover properties of whole processes: no acknowledged event is lost by a kill, no request is sent twice after a stop,
//! no receiver delays another, and start-up errors are clear.

mod audit;
mod backlog;
mod clock;
mod commands;
mod connections;
mod crash;
mod delayed;
mod delivery_logs;
mod doctor;
mod egress;
mod erasure;
mod file;
mod front;
mod identities;
mod isolation;
mod logs;
mod master_key;
mod memory;
mod metrics;
mod monitoring;
mod nodes;
mod openapi;
mod operational;
mod pages;
mod pause;
mod pipes;
mod protection;
mod readiness;
mod readme;
mod rebinding;
mod receivers;
mod receiving;
mod replays;
mod restore;
mod retries;
mod sessions;
mod shaping;
mod shutdown;
mod sink;
mod startup;
mod support;
mod top;
mod traces;
