//! The binary as a process: real servers in fresh folders, real receivers on loopback, real signals. What only a whole
//! process can show is shown here: that nothing acknowledged is lost when it is killed, that nothing is sent twice when
//! it is stopped, that one receiver cannot delay another, and what it says when it cannot start.

mod audit;
mod backlog;
mod clock;
mod commands;
mod connections;
mod crash;
mod file;
mod isolation;
mod logs;
mod nodes;
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
